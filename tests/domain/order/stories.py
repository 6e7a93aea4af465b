"""Orders from beginning to end, as commands, and what is recorded of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from libs.events import order as says
from libs.events.durations import AtRiskPoint
from services.order.domain.service_order import Command, service_order
from services.order.domain.service_order.adjustment import AdjustPostedLine
from services.order.domain.service_order.cancellation import CancelLine, CancelOrder
from services.order.domain.service_order.creation import ReviseOrder
from services.order.domain.service_order.lines import AddLine, OverridePrice
from services.order.domain.service_order.posting import Post
from services.order.domain.service_order.reasons import GiveReason, RemoveReason
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from services.order.domain.service_order.sla.commands import (
    CancelSla,
    ChangeSlaPolicy,
    MeasureAnew,
    NoticeSla,
    StartSlaRecording,
    StopSlaRecording,
)
from services.order.domain.service_order.stage import MoveToNextStage, MoveToPreviousStage
from services.order.domain.service_order.surroundings import Asked
from services.order.domain.service_order.visits import ReportArrival, ReportTravel, ReportWork
from tests.domain.order.measured import AROUND, HOURS, WORKDAYS, at, policy, targets, version
from tests.domain.order.records import (
    ANNA,
    APRIL,
    BERT,
    ORDER,
    REPAIRS,
    add,
    call_out,
    create,
    found,
    hours,
    pumps,
    revise,
    travel,
)
from tests.support.spec import read_back

ENTRIES = (hours("3"), hours("1", line_property="WARRANTY"), pumps("2"), travel("1"), call_out("1"))
ROWS = {number: found(entry) for number, entry in enumerate(ENTRIES, 1)}
LOST = {number: replace(rows, project=None) for number, rows in ROWS.items()}


def adjust(line: int, quantity: str) -> AdjustPostedLine:
    return AdjustPostedLine(order_id=ORDER, line=line, quantity=Decimal(quantity), reason="Miscounted")


EVERY_LINE = tuple(add(entry) for entry in ENTRIES)
POST = Post(order_id=ORDER, found=ROWS)

NEWER = replace(WORKDAYS, versions=(*WORKDAYS.versions, version(2, APRIL.replace(month=6))))
RISKY = policy(
    policy="SILVER",
    clocks={**HOURS, "resolution": targets(timedelta(hours=8), None, AtRiskPoint(percent=Decimal(75)))},
)
"""A further version of the calendar, and a policy with a point at which a clock is at risk."""

VISIT: tuple[Command | Asked, ...] = (
    at("2026-05-04 08:00", create(agreement=None)),
    at("2026-05-04 08:00", add(ENTRIES[0])),
    at("2026-05-04 08:30", ReportTravel("W-1", ANNA)),
    at("2026-05-04 09:00", ReportArrival("W-1", ANNA)),
    at("2026-05-04 09:05", ReportWork("W-1", ANNA, "started")),
    at("2026-05-04 09:10", StopSlaRecording()),
    at("2026-05-04 09:20", StartSlaRecording()),
    at("2026-05-04 09:30", MoveToNextStage(stage="HOLD", reason="PARTS")),
    at("2026-05-04 09:40", ReviseOrder(priority="high")),
    at("2026-05-04 10:00", MoveToPreviousStage()),
    at("2026-05-04 10:10", GiveReason("LATE", "The bridge was open")),
    at("2026-05-04 10:20", RemoveReason(2)),
)

MEASURED: dict[str, tuple[Command | Asked, ...]] = {
    "a visit that is measured": (
        *VISIT,
        at("2026-05-04 13:59", NoticeSla()),
        at("2026-05-04 14:00", SignOff(sla_reason="LATE")),
        at("2026-05-04 14:10", WithdrawSignOff()),
        at("2026-05-04 14:20", SignOff()),
        at("2026-05-04 15:00", POST),
        at("2026-05-04 15:10", MoveToNextStage(stage="ON-SITE")),
        at("2026-05-04 09:50", ReportArrival("W-2", BERT)),
    ),
    "a miss that is corrected": (
        at("2026-05-04 08:00", create(), calendars=AROUND.calendars),
        at("2026-05-04 12:00:01", NoticeSla()),
        at("2026-05-04 10:00", ReportArrival("W-1", ANNA)),
        at("2026-05-04 13:00", MeasureAnew(), calendars={"WORKDAYS": NEWER}),
        at("2026-05-04 13:10", ChangeSlaPolicy(), policy=RISKY, calendars={"WORKDAYS": NEWER}),
        at("2026-05-04 16:30", NoticeSla(), calendars={"WORKDAYS": NEWER}),
        at("2026-05-04 16:40", CancelSla("WAIVED"), calendars={"WORKDAYS": NEWER}),
        at("2026-05-04 16:50", CancelOrder(), calendars={"WORKDAYS": NEWER}),
        at("2026-05-04 16:55", MoveToNextStage(stage="HOLD", reason="PARTS"), calendars={"WORKDAYS": NEWER}),
    ),
}

STORIES: dict[str, tuple[Command | Asked, ...]] = {
    "a visit": (create(), *EVERY_LINE, SignOff(), POST),
    "a visit in two postings": (
        create(description="Pump leaks"),
        *EVERY_LINE,
        ReviseOrder(service_date=APRIL, description=None),
        revise(1, hours("4")),
        OverridePrice(line=3, unit_price=Decimal("20.1234"), reason="agreed"),
        revise(3, pumps("3")),
        SignOff((1, 2, 3)),
        WithdrawSignOff((2,), "Not yet"),
        CancelLine(2, "Not needed"),
        Post(order_id=ORDER, found=ROWS, types=frozenset(("hour",))),
        SignOff(),
        Post(order_id=ORDER, found={**ROWS, 4: LOST[4]}),
        adjust(1, "2"),
        WithdrawSignOff(),
        CancelLine(4),
        adjust(1, "0"),
        adjust(5, "2"),
    ),
    "no visit": (create(), *EVERY_LINE, SignOff((1,)), CancelLine(2), CancelOrder("Sold the house")),
    "nothing at all": (create(), CancelOrder()),
    "one by one": (create(), add(hours()), CancelLine(1), add(travel()), CancelLine(2)),
    "no price": (
        create(),
        AddLine(hours(), found(hours(), cost_prices=())),
        SignOff(),
        POST,
        POST,
        OverridePrice(line=1, unit_cost=Decimal(0), reason="a favour"),
        POST,
    ),
    "own work": (
        create(project=replace(REPAIRS, type="internal")),
        *EVERY_LINE,
        SignOff(),
        Post(order_id=ORDER, found=LOST),
        POST,
        adjust(3, "5"),
    ),
    **MEASURED,
}


def recorded(commands: Sequence[Command | Asked]) -> list[says.OrderFact]:
    """The facts of a story, as they come back from the store; a story is told without refusals."""
    history: list[says.OrderFact] = []
    for command in commands:
        history += read_back(service_order.decide(command, service_order.fold(history)))
    return history


def moments() -> Iterator[list[says.OrderFact]]:
    """The history of every story after each of its commands, and before the first."""
    for commands in STORIES.values():
        for told in range(len(commands) + 1):
            yield recorded(commands[:told])
