"""Histories of subscription billing: whatever may happen to fees, documents, schedules and vouchers, in any order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from libs.events.fact import Fact
from libs.events.subscription_billing_accruals import VoucherSource
from libs.events.subscription_billing_fees import FeeDeleted, FeeSelectedForCredit, FeeUnselected
from libs.events.subscription_billing_invoices import PostedLine
from libs.kernel.ids import natural_id
from tests.domain.reporting import a_subscription as a
from tests.integration.reporting.told import Told

OWNERS: Sequence[dict[str, Any]] = (
    {"subscription": natural_id("subscription", "SUB-1"), "subscription_number": "SUB-1", "group": "SUPPORT"},
    {
        "subscription": natural_id("subscription", "SUB-2"),
        "subscription_number": "SUB-2",
        "group": "HOSTING",
        "project": "P-78",
        "agreement": None,
    },
)
"""Two subscriptions: on an agreement, and on another project without one."""


@dataclass
class AFee:
    """A fee as its history leaves it: `lines` are the amounts of its schedule with what became of each."""

    number: int
    owner: dict[str, Any]
    amounts: list[str]
    accrues: bool
    state: str = "chargeable"
    lines: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])

    @property
    def id(self) -> str:
        """The fee's stream."""
        return natural_id("fee", self.number)

    @property
    def schedule(self) -> str:
        """The schedule's stream."""
        return natural_id("schedule", self.number)

    @property
    def amount(self) -> str:
        """What is billed."""
        return f"{sum(map(Decimal, self.amounts)):.2f}"


@dataclass(frozen=True)
class Step:
    """What is tried next, on which fee; `b` chooses lines, amounts and days."""

    what: str
    fee: int
    b: int
    minutes: int


_WHAT = ("create", "invoice", "invoice", "accrue", "accrue", "accrue", "reverse", "select", "unselect", "credit")
STEPS = st.lists(
    st.builds(
        Step,
        what=st.sampled_from((*_WHAT, "put", "delete")),
        fee=st.integers(0, 3),
        b=st.integers(0, 6),
        minutes=st.sampled_from([0, 1, 1]),
    ),
    min_size=8,
    max_size=40,
)
Appended = list[tuple[str, Fact]]


def tell(steps: Sequence[Step]) -> Told:
    """The history that the steps give."""
    told, fees = Told(), list[AFee]()
    for owner in OWNERS:
        said = {name: owner[name] for name in owner if name not in ("subscription", "subscription_number")}
        told.append(owner["subscription"], a.opened(**said, number=owner["subscription_number"]))
    for step in steps:
        if step.what == "create":
            _create(told, fees, step)
        elif fees:
            fee = fees[step.fee % len(fees)]
            for number, (stream, fact) in enumerate(_STEPS[step.what](fee, step)):
                told.append(stream, fact, minutes=0 if number else step.minutes)
    return told


def _create(told: Told, fees: list[AFee], step: Step) -> None:
    amounts = [f"{step.b * 100 + 1}.00", f"{step.b * 100}.00", "0.50"]
    fee = AFee(len(fees) + 1, dict(OWNERS[step.b % 2]), amounts, accrues=step.b % 3 != 0)
    fees.append(fee)
    told.append(fee.id, a.fee(fee.amount, **fee.owner), minutes=step.minutes)


def _put(fee: AFee, _: Step) -> Appended:
    return [(fee.id, a.put()), (fee.id, a.taken_off())] if fee.state == "chargeable" else []


def _delete(fee: AFee, _: Step) -> Appended:
    if fee.state != "chargeable":
        return []
    fee.state = "deleted"
    return [(fee.id, FeeDeleted())]


def _invoice(fee: AFee, step: Step) -> Appended:
    if fee.state != "chargeable":
        return []
    fee.state, on, document = "invoiced", date(2026, 9, 1 + step.b), natural_id("invoice", fee.number)
    schedule = fee.schedule if fee.accrues else None
    line = a.line(fee.amount, schedule, fee=fee.id, **fee.owner)
    number = f"INV-{fee.number}"
    named: dict[str, Any] = {"document": document, "number": number, "issued_on": on}
    told: Appended = [
        (document, a.invoice(line, number=number, on=on)),
        _voucher("invoice", fee, on, customer=fee.amount, invoiced_revenue=f"-{fee.amount}"),
        (fee.id, a.invoiced(fee.amount, schedule=schedule, **named)),
    ]
    if fee.accrues:
        fee.lines = ["open"] * 3
        told.append((fee.schedule, a.built(*fee.amounts, fee=fee.id, **named, **fee.owner)))
    return told


def _accrue(fee: AFee, step: Step) -> Appended:
    at = step.b % 3
    if fee.lines[at : at + 1] != ["open"]:
        return []
    fee.lines[at], fee.counts[at] = "posted", fee.counts[at] + 1
    on = date(2026, 10 + at, 20 + step.b)
    amounts = {"wip_subscription": fee.amounts[at], "accrued_revenue_subscription": f"-{fee.amounts[at]}"}
    fact = a.accrued(at + 1, fee.amounts[at], on, fee.counts[at])
    return [(fee.schedule, fact), _voucher("accrual", fee, on, **amounts)]


def _reverse(fee: AFee, step: Step) -> Appended:
    at = step.b % 3
    return _back(fee, at, date(2026, 12, 1 + step.b)) if fee.lines[at : at + 1] == ["posted"] else []


def _back(fee: AFee, at: int, on: date) -> Appended:
    fee.lines[at] = "open"
    return [(fee.schedule, a.reversed_line(at + 1, fee.amounts[at], on, fee.counts[at]))]


def _select(fee: AFee, _: Step) -> Appended:
    if fee.state != "invoiced":
        return []
    fee.state = "selected"
    return [(fee.id, FeeSelectedForCredit())]


def _unselect(fee: AFee, _: Step) -> Appended:
    if fee.state != "selected":
        return []
    fee.state = "invoiced"
    return [(fee.id, FeeUnselected())]


def _credit(fee: AFee, _: Step) -> Appended:
    if fee.state != "selected":
        return []
    fee.state, on = "credited", a.CREDITED_ON
    back = PostedLine(document=natural_id("invoice", fee.number), number=f"INV-{fee.number}", line=1)
    line = a.line(f"-{fee.amount}", None, fee=fee.id, reverses=back, **fee.owner)
    told: Appended = [
        (natural_id("credit note", fee.number), a.invoice(line, number=f"CN-{fee.number}", on=on)),
        _voucher("credit_note", fee, on, customer=f"-{fee.amount}", invoiced_revenue=fee.amount),
    ]
    for at, state in enumerate(fee.lines):
        told += _back(fee, at, on) if state == "posted" else []
    if fee.lines:
        fee.lines = ["dropped"] * 3
        told.append((fee.schedule, a.dropped(1, 2, 3, amount=fee.amount)))
    return [*told, (fee.id, a.put(credit=True)), (fee.id, a.credited())]


def _voucher(source: VoucherSource, fee: AFee, on: date, **amounts: str) -> tuple[str, Fact]:
    return natural_id("voucher", fee.number, source, on.isoformat(), *fee.counts), a.voucher(source, on, **amounts)


_STEPS = {
    "put": _put,
    "delete": _delete,
    "invoice": _invoice,
    "accrue": _accrue,
    "reverse": _reverse,
    "select": _select,
    "unselect": _unselect,
    "credit": _credit,
}
