"""Days as sets: spans that end, what is left of them, and months that never drift."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from libs.kernel.period import Period


@dataclass(frozen=True)
class Span(Period):
    """A period that ends: at least one day, half-open inside. Source: subscription-billing 5 (conventions)."""

    until: date

    @classmethod
    def of(cls, first: date, last: date) -> "Span":
        """The days from `first` to `last`, both included; a last day before the first is a ValueError."""
        return cls(first, last + timedelta(days=1))

    @property
    def last(self) -> date:
        """The last day that belongs to the span."""
        return self.until - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days, both ends counted: days(a, b) = b - a + 1."""
        return (self.until - self.first).days

    def intersection(self, other: Period) -> "Span | None":
        """The days that belong to both, or None."""
        first = max(self.first, other.first)
        until = self.until if other.until is None else min(self.until, other.until)
        return Span(first, until) if first < until else None


def without(span: Span, taken: Iterable[Span]) -> tuple[Span, ...]:
    """The maximal runs of days of `span` that no span of `taken` has, oldest first; these may overlap each other.

    Source: FEE-04.
    """
    free, first = [], span.first
    for each in sorted(taken, key=lambda it: it.first):
        if first < min(each.first, span.until):
            free.append(Span(first, min(each.first, span.until)))
        first = max(first, each.until)
    if first < span.until:
        free.append(Span(first, span.until))
    return tuple(free)


def days_of(spans: Iterable[Span]) -> int:
    """How many days spans have that do not overlap."""
    return sum(span.days for span in spans)


def months_later(start: date, months: int, day: int) -> date:
    """The day of the month `day`, or the last that there is, in the month so many months after that of `start`.

    Source: PER-06, 5.1: clamped to the month and always from the anchor, so that 31 January comes back to 31 March.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))
