"""Days on which a subscription begins, ends and is renewed, and what a change in the middle costs."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from libs.kernel.money import Money
from libs.kernel.period import Period
from libs.rules.billing.adjustments import AdjustedFee, Adjustment, reduce_days
from libs.rules.billing.amounts import Pricing
from libs.rules.billing.codes import PeriodCode
from libs.rules.billing.days import Span


def local_day(at: datetime, zone: str) -> date:
    """The day of an aware instant where the customer or the project is: the only days that billing knows. Source: PER-07."""
    return at.astimezone(ZoneInfo(zone)).date()


def term(first: date, length: PeriodCode, renewals: int = 0) -> Span:
    """The days from `first` to the end of so many terms more than one, counted from the first day and never drifting.

    Of `length` only unit and count are asked. Source: LIF-02, LIF-03, MBS-01.
    """
    return Span(first, PeriodCode(length.unit, length.count, first).boundary(renewals + 1))


def has_expired(days: Period, today: date) -> bool:
    """Whether a term is over: its last day is still part of it. Source: LIF-02, LIF-07."""
    return days.until is not None and today >= days.until


def first_paid_day(first: date, trial_days: int) -> date:
    """The first day after a trial; days before it are billed to nobody. Source: LIF-09."""
    return first + timedelta(days=trial_days)


def unused_days(fee: Span, canceled_on: date) -> Span | None:
    """The days of a fee after the day of an immediate cancellation, which itself counts as used; all of them where it
    comes before the first; None where nothing is left. Source: LIF-04, LG-CN-01, KB-INV-06.
    """
    first = max(fee.first, canceled_on + timedelta(days=1))
    return Span(first, fee.until) if first < fee.until else None


def cancellation_credit(fee: AdjustedFee, canceled_on: date) -> Adjustment | None:
    """The reduction by the unused days; None where every day is used. Source: LIF-04, RED-02.

    Refuses `already_reduced` where those days are off the fee already.
    """
    unused = unused_days(fee.days, canceled_on)
    return reduce_days(fee, unused) if unused else None


@dataclass(frozen=True)
class PlanChange:
    """A change of price or plan in the middle of a fee: what is taken off the old, what is charged for the new."""

    credit: Adjustment
    charged: Span
    charge: Money

    @property
    def net(self) -> Money:
        """Both together; below zero it is the customer's."""
        return self.charge + self.credit.amount


def change_plan(fee: AdjustedFee, changed_on: date, pricing: Pricing, code: PeriodCode) -> PlanChange:
    """From `changed_on` on the new price holds: the rest of the fee is credited, the rest of the new code's period that
    has the day is charged. A code anchored on the day charges a whole period. Source: LIF-08 (prorated), KB-MID-01.
    """
    period = code.containing(changed_on)
    charged = Span(changed_on, period.until)
    credit = reduce_days(fee, Span(changed_on, max(fee.days.until, changed_on + timedelta(days=1))))
    return PlanChange(credit, charged, pricing.amount(Fraction(charged.days, period.days)))
