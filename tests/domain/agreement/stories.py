"""Agreements from beginning to end, as commands, and what is recorded of them."""

from collections.abc import Iterator, Sequence
from datetime import date

from libs.events import agreement as says
from services.agreement.domain.references import Project
from services.agreement.domain.service_agreement import Command, service_agreement
from services.agreement.domain.service_agreement.course import Activate, Renew, Resume, Suspend
from services.agreement.domain.service_agreement.creation import ReviseAgreement
from services.agreement.domain.service_agreement.lines import RemoveLine, RestartLine, StopLine
from tests.domain.agreement.facts import JANUARY, JULY, MARCH, OCTOBER
from tests.domain.agreement.records import add, amend, call_out, create, filters, hours, revise, terminate, travel
from tests.support.spec import read_back

NEXT_YEAR = date(2027, 12, 31)
EVERY_LINE = tuple(add(entry) for entry in (hours(), travel(), filters(), call_out()))

STORIES: dict[str, tuple[Command, ...]] = {
    "a year": (create(), *EVERY_LINE, Activate(), Renew(NEXT_YEAR), terminate(NEXT_YEAR)),
    "much happens": (
        create(group="DENMARK", description="Cooling"),
        *EVERY_LINE,
        ReviseAgreement(contact="Ms Peeters"),
        amend(MARCH, ("SWEDEN", None), group="SWEDEN"),
        StopLine(2, "No trips"),
        Activate(),
        revise(1, hours("3", starts_on=MARCH)),
        RemoveLine(4),
        amend(OCTOBER, ("SWEDEN", "SILVER"), sla_policy="SILVER"),
        Suspend("Unpaid"),
        revise(2, travel("2")),
        amend(JULY, ("BRONZE", None), group="BRONZE"),
        RestartLine(2),
        StopLine(3),
        Renew(NEXT_YEAR),
        Resume(),
        RestartLine(3),
        Suspend(),
        terminate(OCTOBER),
    ),
    "for ever": (create(ends_on=None, sla_policy="GOLD"), add(hours()), Activate(), RemoveLine(1), terminate(JANUARY)),
    "never agreed": (create(project=Project("P-1", "internal", None)), add(filters()), RemoveLine(1)),
}


def recorded(commands: Sequence[Command]) -> list[says.AgreementFact]:
    """The facts of a story, as they come back from the store; a story is told without refusals."""
    history: list[says.AgreementFact] = []
    for command in commands:
        history += read_back(service_agreement.decide(command, service_agreement.fold(history)))
    return history


def moments() -> Iterator[list[says.AgreementFact]]:
    """The history of every story after each of its commands, and before the first."""
    for commands in STORIES.values():
        for told in range(len(commands) + 1):
            yield recorded(commands[:told])
