"""Which days a fee run bills: a range cut at the borders of periods, less what is billed, or everything that is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from libs.kernel.period import Period
from libs.rules.billing.bounds import within_bound
from libs.rules.billing.calendar import PeriodCalendar, latest_end
from libs.rules.billing.days import Span, without

Kind = Literal["regular", "non_regular"]
SkipReason = Literal["outside_term", "skipped_not_continuous", "hole", "partly_covered", "postponed"]


@dataclass(frozen=True)
class FeeSpan:
    """Days to bill, and the invoicing period around them."""

    days: Span
    period: Span

    @property
    def kind(self) -> Kind:
        """A whole period is regular, a stub is not. Source: FEE-01, FEE-02."""
        return "regular" if self.days == self.period else "non_regular"

    @property
    def share(self) -> Fraction:
        """Days of the span in days of the period, both ends counted. Source: FEE-03, [?B23]."""
        return Fraction(self.days.days, self.period.days)


@dataclass(frozen=True)
class Skipped:
    """Days that were asked for and are not billed, and why."""

    reason: SkipReason
    days: Span


@dataclass(frozen=True)
class FeePlan:
    """What a run does with one subscription: the spans to bill and those left out, both oldest first."""

    fees: tuple[FeeSpan, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class FeeRange:
    """What is asked of every subscription of a run: days, whole periods only or not, and append only or fill gaps."""

    days: Span
    kind: Kind
    continuous: bool = False


def demand_periods(calendar: PeriodCalendar, asked: FeeRange) -> None:
    """Refuses a range that is not generated (`periods_not_generated`) or, for regular fees, not of whole periods
    (`period_mismatch`): for the run as a whole, before any subscription is looked at. Source: FEE-01, PER-04, PER-05.
    """
    calendar.demand(asked.days)
    if asked.kind == "regular":
        calendar.demand_borders(asked.days)


def fees_of_range(
    calendar: PeriodCalendar, asked: FeeRange, covered: Sequence[Span] = (), term: Period | None = None
) -> FeePlan:
    """The fees of one subscription for a range that `demand_periods` let pass.

    `covered` are the days of its live regular and non-regular fees (FEE-06), `term` its own days. Source: FEE-02,
    FEE-04, FEE-05, LIF-02, 5.2, [?B7].
    """
    wanted = asked.days.intersection(term) if term else asked.days
    if wanted is None:
        return FeePlan(skipped=(Skipped("outside_term", asked.days),))
    if asked.continuous and covered:
        latest = latest_end(covered)
        if asked.days.first <= latest:
            return FeePlan(skipped=(Skipped("skipped_not_continuous", asked.days),))
        if asked.days.first > latest + timedelta(days=1):
            return FeePlan(skipped=(Skipped("hole", Span(latest + timedelta(days=1), asked.days.first)),))
    return _planned(_pieces(calendar, wanted, covered), asked.kind)


def fees_due(
    calendar: PeriodCalendar, first: date, target: date, covered: Sequence[Span] = (), term: Period | None = None
) -> FeePlan:
    """Catching up: every period that starts on or before `target`, from the day `first` on, less what is covered. Days
    that have not begun by then are not due: a stub after the target waits.

    `first` is where billing goes on: `suggested_start`, or the subscription's own first day. Refuses
    (`periods_not_generated`) where the target or the days up to it are not generated. Source: FEE-16, W5.
    """
    if target < first:
        return FeePlan()
    begun = Span.of(first, target)
    calendar.demand(begun)
    due = Span(first, calendar.overlapping(begun)[-1].until)
    wanted = due.intersection(term) if term else due
    pieces = _pieces(calendar, wanted, covered) if wanted else ()
    return _planned(tuple(piece for piece in pieces if piece.days.first <= target), "non_regular")


def _pieces(calendar: PeriodCalendar, wanted: Span, covered: Sequence[Span]) -> tuple[FeeSpan, ...]:
    """What is free of the wanted days, cut at the borders."""
    return tuple(FeeSpan(*cut) for gap in without(wanted, covered) for cut in calendar.cut(gap))


def _planned(pieces: tuple[FeeSpan, ...], kind: Kind) -> FeePlan:
    """Regular runs leave stubs out; every run leaves out what lies beyond the bound of a run."""
    partly = tuple(piece for piece in pieces if kind == "regular" and piece.kind != "regular")
    wanted = tuple(piece for piece in pieces if piece not in partly)
    kept = within_bound([piece.days for piece in wanted])
    skipped = [
        *(Skipped("partly_covered", piece.days) for piece in partly),
        *(Skipped("postponed", piece.days) for piece in wanted[kept:]),
    ]
    return FeePlan(wanted[:kept], tuple(sorted(skipped, key=lambda it: it.days.first)))
