"""Random histories of SLA clocks: marks when they happen or reported late, and timers that tell what becomes true."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from libs.events.agreement import AgreementAmended, AgreementCreated
from libs.events.fact import Fact
from libs.events.order_stages import OrderReasonGiven, OrderReasonRemoved
from libs.kernel.ids import natural_id
from libs.rules.sla import MarkKind
from tests.domain.reporting.an_order import AGREEMENT, created
from tests.domain.reporting.an_sla_clock import OFFICE, Teller, at, attached
from tests.integration.reporting.told import Told

BEGIN = at(10, 7)
HALF_HOUR = timedelta(minutes=30)
_POSSIBLE: dict[str, Sequence[MarkKind]] = {
    "running": ("paused", "stopped", "paused", "canceled"),
    "paused": ("resumed", "stopped", "resumed", "canceled"),
    "stopped": ("reopened",),
    "canceled": (),
}


@dataclass(frozen=True)
class Step:
    """After so many half hours something happens to an order's clock, or did so many half hours ago."""

    order: int
    choice: int
    after: int
    late: int


STEPS = st.lists(
    st.builds(
        Step, order=st.integers(0, 2), choice=st.integers(0, 3), after=st.integers(0, 12), late=st.integers(0, 9)
    ),
    min_size=1,
    max_size=16,
)


@dataclass
class History:
    """What was told, and the clocks by order number as who told of them knows them."""

    told: Told = field(default_factory=Told)
    tellers: dict[str, Teller] = field(default_factory=dict)
    now: datetime = BEGIN

    def append(self, stream_id: str, facts: Sequence[Fact], occurred_at: datetime | None = None) -> None:
        """Facts recorded now."""
        if facts:
            self.told.at = self.now - timedelta(minutes=1)
            self.told.append(stream_id, *facts, occurred_at=occurred_at)


def order_of(number: str) -> str:
    return natural_id("order", number)


def tell(steps: Sequence[Step]) -> History:
    """The history that the steps make; at its end every timer has told what is due."""
    history = History()
    history.append(natural_id("calendar", "OFFICE"), [OFFICE])
    made = AgreementCreated(number="AG-000008", project="P-77", group="TOP", starts_on=date(2026, 1, 1))
    history.append(AGREEMENT, [made])
    for count, step in enumerate(steps, 1):
        history.now += step.after * HALF_HOUR + timedelta(seconds=1)
        _timers(history)
        _step(history, step)
        if step.choice == 3:
            _beside(history, step, count)
    history.now += timedelta(days=1)
    _timers(history)
    return history


def _timers(history: History) -> None:
    for number, teller in history.tellers.items():
        history.append(order_of(number), teller.passes(history.now))


def _step(history: History, step: Step) -> None:
    number = f"SO-{step.order}"
    teller = history.tellers.get(number)
    if teller is None:
        teller = history.tellers[number] = Teller()
        begun = [created(number), attached(), *teller.tells("started", history.now)]
        history.append(order_of(number), begun)
        return
    possible = _POSSIBLE[teller.clock.phase]
    if not possible:
        return
    happened = max(history.now - step.late * HALF_HOUR, *(mark.at for mark in teller.marks))
    kind = possible[step.choice % len(possible)]
    history.append(order_of(number), teller.tells(kind, happened, now=history.now), happened)


def _beside(history: History, step: Step, count: int) -> None:
    """Reasons on the order, and its agreement in another group."""
    number = f"SO-{step.order}"
    reason = OrderReasonGiven(entry=count, kind="close", code=f"R{count}")
    history.append(order_of(number), [reason, *([OrderReasonRemoved(entry=count)] if step.late > 4 else [])])
    day = date(2026, 3, 8) + timedelta(days=step.after)
    history.append(AGREEMENT, [AgreementAmended(amendment=count, effective_on=day, group=f"G{step.late}")])
