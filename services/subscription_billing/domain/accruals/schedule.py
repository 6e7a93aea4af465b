"""A recognition schedule: an invoiced share of a fee is earned line by line, and taken back when it is credited."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from libs.events import subscription_billing_accruals as says
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.kernel.decider import Decider, Rejected
from libs.kernel.ids import natural_id
from libs.kernel.money import total
from libs.rules.billing import accrual_voucher, mirrored
from services.subscription_billing.domain.accruals.voucher import Belongs, entries, ledger_closed

Facts = Sequence[SubscriptionBillingFact]
LineState = Literal["open", "posted", "dropped", "deleted"]


@dataclass(frozen=True)
class Line:
    """A slice of the schedule; `count` is how often it was posted, `on` the day of the last time."""

    content: says.ScheduleLine
    state: LineState = "open"
    count: int = 0
    on: date | None = None


@dataclass(frozen=True)
class Absent:
    """Nothing was built yet."""


@dataclass(frozen=True)
class Schedule:
    """A schedule as it stands."""

    schedule_id: str
    built: says.ScheduleBuilt
    lines: Mapping[int, Line]

    @property
    def has_posted(self) -> bool:
        """Whether something of it is earned."""
        return any(line.state == "posted" for line in self.lines.values())


State = Absent | Schedule


@dataclass(frozen=True)
class BuildSchedule:
    """Record the schedule of an invoiced share. Source: ACC-02."""

    built: says.ScheduleBuilt


@dataclass(frozen=True)
class AccrueDue:
    """Earn every open line that ends on or before the day, on that day. Source: ACC-08, [?B15]."""

    posting_date: date
    run: str | None


@dataclass(frozen=True)
class AccrueLine:
    """Earn one line on a day of its own. `closed` tells that the ledger period of that day is. Source: ACC-09, ACC-11."""

    line: int
    on: date
    closed: bool = False


@dataclass(frozen=True)
class ReverseLine:
    """Take a posted line back, on a day. Source: ACC-07, ACC-09."""

    line: int
    on: date
    closed: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class CreditSchedule:
    """Take back what is earned and drop what is open: the share is credited. Source: CRN-04, CRN-05.

    `closed` are the days of posted lines whose ledger periods are closed.
    """

    policy: says.ReversalPolicy
    credited_on: date
    credit_note: str
    closed: frozenset[date] = frozenset()


@dataclass(frozen=True)
class DeletePostedLines:
    """Take the lines out of sight once all are posted. `allowed` is the parameter. Source: ACC-09."""

    allowed: bool


Command = BuildSchedule | AccrueDue | AccrueLine | ReverseLine | CreditSchedule | DeletePostedLines


def _accrue_due(schedule: Schedule, command: AccrueDue) -> Facts:
    """Asked twice, the second time nothing is open. Never before the invoice (ACC-13)."""
    if command.posting_date < schedule.built.issued_on:
        return []
    return [
        _accrued(schedule, line, command.posting_date, command.run)
        for line in schedule.lines.values()
        if line.state == "open" and line.content.days.last <= command.posting_date
    ]


def _accrue_line(schedule: Schedule, command: AccrueLine) -> Facts:
    line = _line(schedule, command.line, "open")
    if command.on < schedule.built.issued_on:
        raise Rejected.value("before_invoice", "nothing is earned before it is invoiced", field="/on")
    if command.closed:
        raise ledger_closed(command.on.isoformat())
    return [_accrued(schedule, line, command.on, None)]


def _accrued(schedule: Schedule, line: Line, on: date, run: str | None) -> says.RevenueAccrued:
    number, count = line.content.line, line.count + 1
    return says.RevenueAccrued(
        line=number,
        days=line.content.days,
        on=on,
        amount=line.content.amount,
        count=count,
        voucher=natural_id("voucher", schedule.schedule_id, number, count),
        run=run,
    )


def _reverse_line(schedule: Schedule, command: ReverseLine) -> Facts:
    line = _line(schedule, command.line, "posted")
    if line.on is not None and command.on < line.on:
        raise Rejected.value("before_accrual", f"it was posted on {line.on} only", field="/on")
    if command.closed:
        raise ledger_closed(command.on.isoformat())
    return [_reversed(schedule, line, command.on, "manual", command.reason)]


def _reversed(
    schedule: Schedule, line: Line, on: date, policy: says.ReversalPolicy, reason: str | None = None
) -> says.AccrualReversed:
    number = line.content.line
    return says.AccrualReversed(
        line=number,
        days=line.content.days,
        on=on,
        accrued_on=line.on or on,
        amount=line.content.amount,
        count=line.count,
        policy=policy,
        voucher=natural_id("voucher", schedule.schedule_id, number, line.count, "reversal"),
        reason=reason,
    )


def _credit(schedule: Schedule, command: CreditSchedule) -> Facts:
    """Reversals on the day of the credit note or, where the policy says so and the ledger lets it, of the accrual. Lines
    out of sight were posted, too."""
    posted = [line for line in schedule.lines.values() if line.state in ("posted", "deleted")]
    if posted and command.policy == "manual":
        raise accruals_not_reversed()
    reversals = [_reversed(schedule, line, _reversal_day(line, command), command.policy) for line in posted]
    left = [line.content for line in schedule.lines.values() if line.state != "dropped"]
    if not left:
        return reversals
    dropped = says.ScheduleLinesDropped(
        lines=tuple(line.line for line in left),
        amount=total((line.amount for line in left), schedule.built.amount.currency),
        credited_on=command.credited_on,
        credit_note=command.credit_note,
    )
    return [*reversals, dropped]


def _reversal_day(line: Line, command: CreditSchedule) -> date:
    original = command.policy == "original_posting_date" and line.on is not None and line.on not in command.closed
    return line.on if original and line.on is not None else command.credited_on


def accruals_not_reversed() -> Rejected:
    """Under the manual policy somebody reverses first. Source: CRN-04."""
    return Rejected.state("accruals_not_reversed", "revenue of the fee is posted: reverse it before crediting")


def _delete(schedule: Schedule, command: DeletePostedLines) -> Facts:
    if not command.allowed:
        raise Rejected.state("deletion_off", "the parameters keep the lines of schedules")
    if any(line.state != "posted" for line in schedule.lines.values()):
        raise Rejected.state("lines_open", "lines are deleted once all of them are posted")
    return [says.ScheduleLinesDeleted(lines=tuple(schedule.lines))]


def _line(schedule: Schedule, number: int, state: LineState) -> Line:
    if number not in schedule.lines:
        raise Rejected.value("unknown_line", f"the schedule has no line {number}", field="/line")
    line = schedule.lines[number]
    if line.state != state:
        raise Rejected.transition(line.state, (), f"line {number} is {line.state}, not {state}")
    return line


_DECISIONS: Mapping[type[Command], Callable[[Any, Any], Facts]] = {
    AccrueDue: _accrue_due,
    AccrueLine: _accrue_line,
    ReverseLine: _reverse_line,
    CreditSchedule: _credit,
    DeletePostedLines: _delete,
}


def decide(command: Command, state: State) -> Facts:
    """The facts that the command gives; what is built is built once."""
    match command, state:
        case BuildSchedule(built), Absent():
            return [built]
        case BuildSchedule(), _:
            return []
        case _, Schedule():
            return _DECISIONS[type(command)](state, command)
        case _:
            raise Rejected.transition("absent", (), "there is no such schedule")


def schedule_id(document: str, line: int) -> str:
    """The stream of the schedule of a document's line."""
    return natural_id("recognition_schedule", document, line)


def _with(schedule: Schedule, numbers: Sequence[int], **values: Any) -> Schedule:
    changed = {number: replace(schedule.lines[number], **values) for number in numbers}
    return replace(schedule, lines={**schedule.lines, **changed})


def evolve(state: State, fact: SubscriptionBillingFact) -> State:
    """The state after the fact."""
    match fact, state:
        case says.ScheduleBuilt(), Absent():
            own = schedule_id(fact.document, fact.document_line)
            return Schedule(own, fact, {line.line: Line(line) for line in fact.lines})
        case says.RevenueAccrued(), Schedule():
            return _with(state, [fact.line], state="posted", count=fact.count, on=fact.on)
        case says.AccrualReversed(), Schedule():
            return _with(state, [fact.line], state="open")
        case says.ScheduleLinesDropped(), Schedule():
            return _with(state, fact.lines, state="dropped")
        case says.ScheduleLinesDeleted(), Schedule():
            return _with(state, fact.lines, state="deleted")
        case _:
            return state


schedule: Decider[Command, State, SubscriptionBillingFact] = Decider(Absent(), decide, evolve)


def voucher_of(schedule: Schedule, fact: says.RevenueAccrued | says.AccrualReversed) -> says.VoucherPosted:
    """The double entry of a posted or reversed line. Source: ACC-06, ACC-07."""
    built, earned = schedule.built, accrual_voucher(fact.amount)
    accrued = isinstance(fact, says.RevenueAccrued)
    belongs = Belongs(
        {"wip_subscription": built.wip_account, "accrued_revenue_subscription": built.revenue_account},
        built.project,
        built.category,
        built.customer,
        built.subscription,
    )
    return says.VoucherPosted(
        source="accrual" if accrued else "accrual_reversal",
        belongs_to=schedule.schedule_id,
        on=fact.on,
        currency=built.amount.currency,
        entries=tuple(entries(earned if accrued else mirrored(earned), belongs)),
    )
