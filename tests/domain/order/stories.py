"""Orders from beginning to end, as commands, and what is recorded of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from libs.events import order as says
from services.order.domain.service_order import Command, service_order
from services.order.domain.service_order.adjustment import AdjustPostedLine
from services.order.domain.service_order.cancellation import CancelLine, CancelOrder
from services.order.domain.service_order.creation import ReviseOrder
from services.order.domain.service_order.lines import AddLine, OverridePrice
from services.order.domain.service_order.posting import Post
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from tests.domain.order.records import APRIL, ORDER, REPAIRS, add, call_out, create, found, hours, pumps, revise, travel
from tests.support.spec import read_back

ENTRIES = (hours("3"), hours("1", line_property="WARRANTY"), pumps("2"), travel("1"), call_out("1"))
ROWS = {number: found(entry) for number, entry in enumerate(ENTRIES, 1)}
LOST = {number: replace(rows, project=None) for number, rows in ROWS.items()}


def adjust(line: int, quantity: str) -> AdjustPostedLine:
    return AdjustPostedLine(order_id=ORDER, line=line, quantity=Decimal(quantity), reason="Miscounted")


EVERY_LINE = tuple(add(entry) for entry in ENTRIES)
POST = Post(order_id=ORDER, found=ROWS)

STORIES: dict[str, tuple[Command, ...]] = {
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
}


def recorded(commands: Sequence[Command]) -> list[says.OrderFact]:
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
