"""Periods of calendar days: both ends included outside, half-open inside."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """The days from `first` up to, but not including, `until`; open-ended when `until` is None."""

    first: date
    until: date | None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.first:
            raise ValueError("a period has at least one day")

    @classmethod
    def closed(cls, first: date, last: date | None) -> "Period":
        """The period from its first to its last day, both included; `first == last` is one day."""
        return cls(first, None if last is None else last + timedelta(days=1))

    @property
    def last(self) -> date | None:
        """The last day that belongs to the period."""
        return None if self.until is None else self.until - timedelta(days=1)

    @property
    def days(self) -> int | None:
        """How many days; None when open-ended."""
        return None if self.until is None else (self.until - self.first).days

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.until is None or day < self.until)

    def intersection(self, other: "Period") -> "Period | None":
        """The days that belong to both, or None."""
        first = max(self.first, other.first)
        ends = [end for end in (self.until, other.until) if end is not None]
        until = min(ends) if ends else None
        return None if until is not None and until <= first else Period(first, until)
