"""Random histories of three publishers, each step valid after the ones before it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from libs.events.fact import Fact
from libs.events.order import LineValues, OrderLinePosted, OrderSignedOff
from libs.events.reference import CustomerRecorded
from libs.kernel.ids import natural_id
from tests.domain.reporting import an_order as one
from tests.integration.reporting.told import Told

CUSTOMERS = ("C-1001", None)
_TYPES: Sequence[dict[str, Any]] = (
    {},
    {"type": "item", "category": None, "worker": None, "item": "I-9"},
    {"type": "expense", "category": "TRAVEL", "worker": "W-2"},
    {"chargeable": False},
)


@dataclass
class AnOrder:
    """An order as the one who tells of it knows it."""

    number: str
    lines: int = 0
    created: dict[int, LineValues] = field(default_factory=dict)
    live: dict[int, OrderLinePosted] = field(default_factory=dict)
    postings: int = 0
    undocumented: list[dict[int, Decimal]] = field(default_factory=list)
    invoices: list[dict[int, Decimal]] = field(default_factory=list)
    documents: int = 0

    @property
    def id(self) -> str:
        """The order's stream."""
        return natural_id("order", self.number)


@dataclass(frozen=True)
class Step:
    """What happens next to an order, where it can happen. `a` and `b` choose line, figures and amounts."""

    what: str
    order: int
    a: int
    b: int
    minutes: int


_OFTEN = {"add": 4, "post": 4, "document": 4, "adjust": 3, "credit": 2}
_SELDOM = ("revise", "override", "cancel", "cancel_order", "sign_off", "fail", "name")

STEPS = st.lists(
    st.builds(
        Step,
        what=st.sampled_from([what for what, times in _OFTEN.items() for _ in range(times)] + list(_SELDOM)),
        order=st.integers(0, 1),
        a=st.integers(0, 6),
        b=st.integers(0, 6),
        minutes=st.sampled_from([0, 1, 1, 1]),
    ),
    min_size=8,
    max_size=50,
)


def tell(steps: Sequence[Step]) -> Told:
    """The history that the steps give, told of two orders that are there from the beginning."""
    told = Told()
    orders = [AnOrder(f"SO-{number:06d}") for number in range(2)]
    for order, customer in zip(orders, CUSTOMERS, strict=True):
        told.append(order.id, one.created(order.number, customer=customer))
    for step in steps:
        order = orders[step.order]
        stream, facts = order.id, list[Fact]()
        if step.what == "name":
            key = "C-1001"
            stream, facts = natural_id("customer", key), [CustomerRecorded(customer=key, name=f"Name {step.b}")]
        else:
            facts = list(_STEPS[step.what](order, step))
        if facts:
            told.append(stream, *facts, minutes=step.minutes)
    return told


def _figures(step: Step, other: dict[str, Any]) -> one.Figures:
    quantity, cost, price = Decimal(step.a), Decimal(step.b) / 4, Decimal(step.a + step.b) / 2
    sales = quantity * price if other.get("chargeable", True) else Decimal(0)
    return (str(quantity), str(cost), f"{quantity * cost:.2f}", str(price), f"{sales:.2f}")


def _add(order: AnOrder, step: Step) -> list[Fact]:
    order.lines += 1
    other = _TYPES[step.b % len(_TYPES)]
    line = one.added(order.lines, _figures(step, other), **other)
    order.created[order.lines] = line
    return [line]


def _chosen(lines: dict[int, Any], step: Step) -> int | None:
    return sorted(lines)[step.a % len(lines)] if lines else None


def _revise(order: AnOrder, step: Step) -> list[Fact]:
    if (line := _chosen(order.created, step)) is None:
        return []
    other = _TYPES[step.b % len(_TYPES)]
    order.created[line] = revised = one.revised_line(line, _figures(step, other), **other)
    return [revised]


def _override(order: AnOrder, step: Step) -> list[Fact]:
    if (line := _chosen(order.created, step)) is None:
        return []
    before = order.created[line]
    cost, sales = one.euros(f"{step.b}.00"), one.euros(f"{step.a}.00" if before.chargeable else "0.00")
    prices = {"unit_cost": Decimal(step.b), "cost": cost, "unit_price": Decimal(step.a), "sales": sales}
    order.created[line] = before.model_copy(update=prices)
    return [one.overridden(line, ("", str(step.b), cost.amount, str(step.a), sales.amount))]


def _cancel(order: AnOrder, step: Step) -> list[Fact]:
    if (line := _chosen(order.created, step)) is None:
        return []
    del order.created[line]
    return [one.canceled_line(line)]


def _cancel_order(order: AnOrder, step: Step) -> list[Fact]:
    lines = sorted(order.created)
    order.created.clear()
    return [one.canceled(*lines)] if step.a == 0 else []


def _sign_off(order: AnOrder, _: Step) -> list[Fact]:
    return [OrderSignedOff(lines=tuple(sorted(order.created)))]


def _fail(order: AnOrder, step: Step) -> list[Fact]:
    line = _chosen(order.created, step)
    return [] if line is None else [one.failed(line)]


def _post(order: AnOrder, step: Step) -> list[Fact]:
    lines = [line for line in sorted(order.created) if (line + step.b) % 3]
    if not lines:
        return []
    order.postings += 1
    posted = [one.posted(order.created.pop(line), order.postings, order.id) for line in lines]
    order.live |= {entry.line: entry for entry in posted}
    order.undocumented.append({entry.line: entry.sales.decimal for entry in posted})
    return list(posted)


def _adjust(order: AnOrder, step: Step) -> list[Fact]:
    if (line := _chosen(order.live, step)) is None:
        return []
    order.postings += 1
    before = order.live[line]
    other = _TYPES[step.b % len(_TYPES)]
    back = one.reversal(before, order.postings, order.id)
    again = one.posted(one.added(line, _figures(step, other), **other), order.postings, order.id)
    order.live[line] = again
    order.undocumented.append({line: again.sales.decimal - before.sales.decimal})
    return [back, again] if step.b % 2 else [again, back]


def _document(order: AnOrder, _: Step) -> list[Fact]:
    if not order.undocumented:
        return []
    worth = {line: amount for line, amount in order.undocumented.pop(0).items() if amount}
    net = sum(worth.values(), Decimal(0))
    if net > 0:
        order.invoices.append(worth)
        return [_issued(order, worth, credit=False)]
    return [_issued(order, {line: -amount for line, amount in worth.items()}, credit=True)] if net else []


def _credit(order: AnOrder, step: Step) -> list[Fact]:
    """The invoicing system gives back an invoice, or half of each of its lines, without a posting."""
    if not order.invoices:
        return []
    back = order.invoices.pop(step.a % len(order.invoices))
    return [_issued(order, back if step.b % 2 else {line: amount / 2 for line, amount in back.items()}, credit=True)]


def _issued(order: AnOrder, amounts: dict[int, Decimal], *, credit: bool) -> Fact:
    order.documents += 1
    number = f"{order.number}-{order.documents:02d}"
    entries = [(line, f"{amount:.2f}") for line, amount in amounts.items()]
    return (one.credit_note if credit else one.invoice)(number, *entries, order=order.id)


_STEPS = {
    "add": _add,
    "revise": _revise,
    "override": _override,
    "cancel": _cancel,
    "cancel_order": _cancel_order,
    "sign_off": _sign_off,
    "fail": _fail,
    "post": _post,
    "adjust": _adjust,
    "document": _document,
    "credit": _credit,
}
