"""Every command in every state (G5): facts that the state takes in, or a refusal; and every fact in every state."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from itertools import chain, product
from typing import get_args

import pytest

from libs.events import agreement as says
from libs.kernel.decider import Rejected
from services.agreement.domain.service_agreement import (
    DECISIONS,
    FOLDS,
    Command,
    action_name,
    allowed_actions,
    service_agreement,
    state_name,
)
from services.agreement.domain.service_agreement.course import Activate, Renew, Resume, Suspend, Terminate
from services.agreement.domain.service_agreement.creation import ReviseAgreement
from services.agreement.domain.service_agreement.lines import RemoveLine, RestartLine, StopLine
from services.agreement.domain.service_agreement.state import State
from tests.domain.agreement.facts import JANUARY, JULY, LAST, MARCH
from tests.domain.agreement.records import add, amend, call_out, create, filters, hours, revise, terminate, travel
from tests.domain.agreement.stories import moments
from tests.support.spec import read_back

BEFORE = date(2025, 12, 31)
LINES = (1, 2, 4, 9)
EVERY_COMMAND: tuple[Command, ...] = (
    create(),
    create(project=None),
    ReviseAgreement(),
    ReviseAgreement(contact="Mr Maes", description=None),
    *(amend(day, ("DENMARK", None), group="DENMARK") for day in (BEFORE, JANUARY, MARCH, LAST)),
    *(amend(JULY, (group, "GOLD"), sla_policy="GOLD") for group in ("BRONZE", "DENMARK", "SWEDEN")),
    *map(add, (hours(), travel(), filters(), call_out(), hours("0"), hours(category=None), filters(worker="W-1"))),
    *(revise(line, entry) for line in LINES for entry in (hours("7"), filters("7"), hours(ends_on=BEFORE))),
    *map(RemoveLine, LINES),
    *map(StopLine, LINES),
    *map(RestartLine, LINES),
    Activate(),
    Suspend(),
    Suspend("Unpaid"),
    Resume(),
    *map(terminate, (BEFORE, JANUARY, JULY, date(2030, 1, 1))),
    *map(Renew, (BEFORE, LAST, date(2028, 6, 30), date(2090, 1, 1))),
)
HISTORIES = tuple(moments())
STATES = tuple(service_agreement.fold(history) for history in HISTORIES)
FACTS = tuple(chain.from_iterable(HISTORIES))
OF_AGREEMENTS = {
    fact
    for fact in says.FACTS
    if not issubclass(fact, says.SlaPolicyVersion) and fact is not says.AgreementGroupRecorded
}


def test_every_command_every_state_and_every_fact_is_there() -> None:
    assert {type(command) for command in EVERY_COMMAND} == set(get_args(Command))
    assert {type(state) for state in STATES} == set(get_args(State)) == set(DECISIONS) == set(FOLDS)
    assert {type(fact) for fact in FACTS} == OF_AGREEMENTS == set(chain.from_iterable(FOLDS.values()))
    assert set(chain.from_iterable(DECISIONS.values())) == set(get_args(Command))


@pytest.mark.parametrize("kind", get_args(Command), ids=action_name)
@pytest.mark.parametrize("standing", get_args(State), ids=lambda standing: standing.__name__)
def test_a_command_gives_facts_that_the_state_takes_in_or_is_refused(
    kind: type[Command], standing: type[State]
) -> None:
    moments_of_it = [
        (history, state) for history, state in zip(HISTORIES, STATES, strict=True) if isinstance(state, standing)
    ]
    commands = [command for command in EVERY_COMMAND if isinstance(command, kind)]
    for (history, state), command in product(moments_of_it, commands):
        try:
            facts = service_agreement.decide(command, state)
        except Rejected as refusal:
            refused_as_the_table_says(refusal, command, state)
        else:
            assert action_name(type(command)) in allowed_actions(state)
            taken_in(history, state, facts)


def refused_as_the_table_says(refusal: Rejected, command: Command, state: State) -> None:
    """The state machine refuses where the table has no row; and a termination before the first day (STM-014)."""
    not_allowed = type(command) not in DECISIONS[type(state)]
    too_early = isinstance(command, Terminate) and command.on == BEFORE
    assert (refusal.reason == "illegal_transition") == (not_allowed or too_early)
    if refusal.reason == "illegal_transition":
        assert (refusal.kind, refusal.present_state) == ("state", state_name(state))
        assert refusal.allowed == allowed_actions(state)
        assert (action_name(type(command)) in refusal.allowed) == (not not_allowed)


def taken_in(history: Sequence[says.AgreementFact], state: State, facts: Sequence[says.AgreementFact]) -> None:
    """At least one fact; each changes the state, and the state is what the whole history comes to."""
    assert facts
    present = state
    for fact in facts:
        after = service_agreement.evolve(present, fact)
        assert after != present
        present = after
    assert present == service_agreement.fold(read_back([*history, *facts]))


def test_every_row_of_the_table_decides_somewhere() -> None:
    """A matrix of refusals alone would prove nothing."""
    decided = set()
    for command in EVERY_COMMAND:
        for state in STATES:
            with suppress(Rejected):
                service_agreement.decide(command, state)
                decided.add((type(state), type(command)))
    assert decided == {(state, command) for state, row in DECISIONS.items() for command in row}


def test_every_fact_in_every_state_is_folded_or_leaves_it_alone() -> None:
    for fact in FACTS:
        for state in STATES:
            after = service_agreement.evolve(state, fact)
            assert type(after) in get_args(State)
            if type(fact) not in FOLDS[type(state)]:
                assert after is state


def test_a_fact_about_a_line_that_is_not_there_leaves_the_agreement_alone() -> None:
    for fact in FACTS:
        if "line" in type(fact).model_fields and not isinstance(fact, says.AgreementLineAdded):
            for state in STATES:
                assert service_agreement.evolve(state, fact.model_copy(update={"line": 99})) == state
