"""The course of a clock up to one of its marks: how long it ran, stood still or was shut, and what that comes to."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from libs.kernel.worktime import ALWAYS_OPEN, DAY, WorkCalendar
from libs.rules.sla.marks import Mark, Phase
from libs.rules.sla.terms import OpenTime, Terms, WorkingDays

# Longer than calendars look ahead: what such a budget allows is never used up.
_NEVER = 11 * 366 * DAY


@dataclass(frozen=True)
class Stint:
    """The time from one mark up to a later one, and what the clock did meanwhile."""

    start: datetime
    end: datetime
    kind: Literal["running", "paused", "gap"]
    cause: str | None


@dataclass(frozen=True)
class Course:
    """Where a clock stands after a mark. `stints` lie behind `since`, the instant from which `phase` lasts.

    `first` is the first start, `origin` the instant from which the terms are measured: the first start, or the last
    change that started the clock again. `waiting` is a change of terms that came while the clock was stopped.
    """

    terms: Terms
    phase: Phase
    first: datetime
    origin: datetime
    since: datetime
    cause: str | None = None
    stints: tuple[Stint, ...] = ()
    waiting: Mark | None = None

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar by which the clock runs once it counts. Source: sla rule 1."""
        return ALWAYS_OPEN if self.terms.start_only else self.terms.calendar

    @cached_property
    def counted_from(self) -> datetime | None:
        """The instant from which the clock can run; None when its calendar does not open within ten years."""
        return self.terms.calendar.counted_from(self.origin, self.terms.cut_off)

    @property
    def budget(self) -> int:
        """The budget in seconds of the clock's own time."""
        return self._budget[0]

    @property
    def due_at_opening(self) -> bool:
        """Whether the working days end at an opening, though their time is used up at the closing before."""
        return self._budget[1]

    def elapsed(self, until: datetime) -> int:
        """Seconds the clock ran up to `until`, which no later mark comes before."""
        start = self.counted_from
        if start is None:
            return 0
        running = [(stint.start, min(stint.end, until)) for stint in self.stints if stint.kind == "running"]
        if self.phase == "running":
            running.append((self.since, until))
        return sum(self.calendar.open_seconds(max(begin, start), end) for begin, end in running)

    def reached(self, seconds: int, onwards: datetime | None) -> datetime | None:
        """The earliest instant at which `seconds` had elapsed, or will have when the clock runs on from `onwards`."""
        start = self.counted_from
        if start is None:
            return None
        for stint in self.stints:
            if stint.kind == "running" and start < stint.end:
                begin = max(stint.start, start)
                passed = self.calendar.open_seconds(begin, stint.end)
                found = self.calendar.after(begin, seconds) if seconds <= passed else None
                if found is not None and found <= stint.end:
                    return found
                seconds -= passed
        return None if onwards is None else self.calendar.after(max(onwards, start), seconds)

    @cached_property
    def _budget(self) -> tuple[int, bool]:
        match self.terms.budget:
            case OpenTime(seconds):
                return seconds, False
            case WorkingDays(days, end_of_day):
                start, calendar = self.counted_from, self.terms.calendar
                end = calendar.working_days_after(self.origin, days, end_of_day=end_of_day, cut_off=self.terms.cut_off)
                if start is None or end is None:
                    return _NEVER, False
                seconds = self.calendar.open_seconds(start, end)
                return seconds, self.calendar.after(start, seconds) != end
