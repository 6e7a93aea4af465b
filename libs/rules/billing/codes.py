"""Period codes: how long an invoicing or accrual period is, and where its borders lie."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from libs.rules.billing.days import Span, months_later

Unit = Literal["day", "week", "month", "quarter", "year"]

MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}
DAYS: dict[Unit, int] = {"day": 1, "week": 7}

CALENDAR = date.min
"""1 January of the year 1, a Monday: from it every month, quarter and year begins on its first day, a week on Monday."""


@dataclass(frozen=True)
class PeriodCode:
    """`count` units, counted from `anchor`; `anchor_day` is the day of the month where that is not the anchor's own.

    Days and weeks have no anchor day: their borders lie whole units from the anchor. ValueError for a count below 1 and
    an anchor day outside 1..31. Days lie in the years 2 to 9998. Source: PER-01, PER-06, 5.1.
    """

    unit: Unit
    count: int = 1
    anchor: date = CALENDAR
    anchor_day: int = 0

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError("a period has at least one unit")
        if not 0 <= self.anchor_day <= 31:
            raise ValueError("a day of the month is 1 to 31")

    @property
    def day_of_month(self) -> int:
        """The day on which periods of months begin, where the month has it."""
        return self.anchor_day or self.anchor.day

    def boundary(self, k: int) -> date:
        """The first day of period k: of the anchor and k only, never of the border before. Source: 5.9 (10)."""
        if self.unit in MONTHS:
            return months_later(self.anchor, k * self._step, self.day_of_month)
        return self.anchor + timedelta(days=k * self._step)

    def period(self, k: int) -> Span:
        """Period k, which may be negative; period 0 begins in the anchor's month, with or around it."""
        return Span(self.boundary(k), self.boundary(k + 1))

    def number_of(self, day: date) -> int:
        """The k of the period that has `day`."""
        if self.unit in DAYS:
            return (day - self.anchor).days // self._step
        months = (day.year - self.anchor.year) * 12 + day.month - self.anchor.month
        k = months // self._step
        return k if self.boundary(k) <= day else k - 1

    def containing(self, day: date) -> Span:
        """The current period on a day."""
        return self.period(self.number_of(day))

    def following(self, day: date) -> Span:
        """The next period after the current one of a day."""
        return self.period(self.number_of(day) + 1)

    def border_from(self, day: date) -> date:
        """The first border on or after a day."""
        current = self.containing(day)
        return day if current.first == day else current.until

    def covering(self, days: Span) -> tuple[Span, ...]:
        """The whole periods that have at least one of `days`, in order."""
        return tuple(self.period(k) for k in range(self.number_of(days.first), self.number_of(days.last) + 1))

    @property
    def _step(self) -> int:
        return self.count * (MONTHS[self.unit] if self.unit in MONTHS else DAYS[self.unit])
