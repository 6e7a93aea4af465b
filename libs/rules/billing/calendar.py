"""Generated calendars: the explicit periods of one code, without gap or overlap."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from libs.kernel.decider import Rejected
from libs.rules.billing.codes import PeriodCode
from libs.rules.billing.days import Span, without


@dataclass(frozen=True)
class PeriodCalendar:
    """Contiguous periods, oldest first; anything else is a ValueError. Source: PER-01, PER-05."""

    periods: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if any(one.until != other.first for one, other in pairwise(self.periods)):
            raise ValueError("periods of one code follow each other without gap or overlap")

    @classmethod
    def generated(cls, code: PeriodCode, days: Span) -> "PeriodCalendar":
        """The whole periods of the code that have at least one of `days`."""
        return cls(code.covering(days))

    @property
    def days(self) -> Span | None:
        """From the first generated day to the last; None when nothing is generated."""
        return Span(self.periods[0].first, self.periods[-1].until) if self.periods else None

    def joined(self, periods: Iterable[Span]) -> "PeriodCalendar":
        """With periods before, after or among these; those that are there already are left out. ValueError for a gap."""
        own = self.days
        fresh = [period for period in periods if own is None or own.intersection(period) is None]
        return PeriodCalendar(tuple(sorted((*self.periods, *fresh), key=lambda it: it.first)))

    def split(self, day: date) -> "PeriodCalendar":
        """With a border before `day` inside its period; a ValueError where it is one already or nothing is generated.

        Source: PER-03; that no fee lies inside is the caller's to know.
        """
        period = self.containing(day)
        if period is None or period.first == day:
            raise ValueError(f"{day} does not lie inside a period")
        at = self.periods.index(period)
        halves = Span(period.first, day), Span(day, period.until)
        return PeriodCalendar((*self.periods[:at], *halves, *self.periods[at + 1 :]))

    def containing(self, day: date) -> Span | None:
        """The current period on a day."""
        at = bisect_right(self.periods, day, key=lambda it: it.first) - 1
        return self.periods[at] if at >= 0 and day in self.periods[at] else None

    def following(self, day: date) -> Span | None:
        """The next period after the current one of a day."""
        current = self.containing(day)
        return self.containing(current.until) if current else None

    def overlapping(self, days: Span) -> tuple[Span, ...]:
        """The periods that have at least one of `days`, in order."""
        start = max(bisect_right(self.periods, days.first, key=lambda it: it.first) - 1, 0)
        end = bisect_right(self.periods, days.last, key=lambda it: it.first)
        return tuple(period for period in self.periods[start:end] if period.intersection(days))

    def cut(self, days: Span) -> tuple[tuple[Span, Span], ...]:
        """`days` cut at the borders: each piece with the period around it. Source: FEE-02."""
        pieces = ((period.intersection(days), period) for period in self.overlapping(days))
        return tuple((piece, period) for piece, period in pieces if piece)

    def missing(self, days: Span) -> tuple[Span, ...]:
        """The days for which nothing is generated."""
        return without(days, [self.days] if self.days else [])

    def demand(self, days: Span) -> None:
        """Refuses (`periods_not_generated`) days that are not all generated, naming them. Source: PER-05, [?B12]."""
        gaps = ", ".join(f"{gap.first} to {gap.last}" for gap in self.missing(days))
        if gaps:
            raise Rejected.state("periods_not_generated", f"no periods are generated for {gaps}")

    def demand_borders(self, days: Span) -> None:
        """Refuses (`period_mismatch`) days that do not begin and end with a period. Source: PER-04, FEE-01."""
        pieces = self.cut(days)
        if any(piece != period for piece, period in pieces):
            raise Rejected.value("period_mismatch", f"{days.first} to {days.last} are not whole periods")


def suggested_start(calendar: PeriodCalendar, covered: Sequence[Span], day: date) -> date | None:
    """Where the next fee would begin: the day after the latest covered one, else the start of the current period.

    None where nothing is generated for the day and nothing is covered. Source: SUB-04, [?B3].
    """
    if covered:
        return latest_end(covered) + timedelta(days=1)
    current = calendar.containing(day)
    return current.first if current else None


def latest_end(covered: Sequence[Span]) -> date:
    """The last covered day."""
    return max(span.last for span in covered)
