"""A working calendar: dated versions of open windows, and the arithmetic of open seconds between instants."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from libs.kernel.worktime.version import CalendarVersion
from libs.kernel.worktime.windows import DAY

Kind = Literal["open", "closed", "holiday"]


@dataclass(frozen=True)
class Span:
    """The time from `start` up to, but not including, `end`; a holiday is a whole local day without windows."""

    start: datetime
    end: datetime
    kind: Kind


@dataclass(frozen=True)
class WorkCalendar:
    """A calendar by its key, with every version known to whoever asks: at least one, in any order.

    In force is the version with the latest `valid_from` that its own zone's calendar day has reached, of several the
    highest number; before the first, the first counts. Instants are aware and cut to whole seconds; answers are UTC.
    A naive instant is a TypeError. Whoever must not be touched by later versions is given a calendar without them.
    Source: sla rules 9 and 10.
    """

    key: str
    versions: tuple[CalendarVersion, ...]

    def version_at(self, at: datetime) -> CalendarVersion:
        """The version in force."""
        raise NotImplementedError

    def zone_at(self, at: datetime) -> str:
        """The IANA name of the zone in force: what a deadline is sent with, beside its offset."""
        return self.version_at(at).time_zone

    def local(self, at: datetime) -> datetime:
        """The instant as the clocks of the zone in force show it, with offset."""
        raise NotImplementedError

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """The pieces of [start, end) in order, without hole or overlap, neighbours of different kinds."""
        raise NotImplementedError

    def open_seconds(self, start: datetime, end: datetime) -> int:
        """Open seconds in [start, end); 0 when end is not after start."""
        raise NotImplementedError

    def is_open(self, at: datetime) -> bool:
        """Whether the second that begins at `at` is open."""
        raise NotImplementedError

    def next_open(self, at: datetime) -> datetime | None:
        """The first open instant at or after `at`; None when there is none within ten years."""
        raise NotImplementedError

    def after(self, start: datetime, seconds: int) -> datetime | None:
        """The earliest instant up to which `seconds` open seconds have passed since `start`.

        Time used up exactly at closing ends at closing; 0 seconds end at the next opening. None when it does not
        come within ten years. ValueError for fewer than 0 seconds. Source: sla rules 2 and 4.
        """
        raise NotImplementedError

    def counted_from(self, at: datetime, cut_off: int | None = None) -> datetime | None:
        """When a request made at `at` begins to count: at the next opening.

        After `cut_off` (seconds of the local day; a request at the very second is in time), at the first opening of a
        later day. None when there is none within ten years. Source: sla rules 1 and 12.
        """
        raise NotImplementedError

    def working_days_after(
        self, start: datetime, days: int, *, end_of_day: bool, cut_off: int | None = None
    ) -> datetime | None:
        """The instant `days` working days after a request at `start` began to count (the day it counts from is day 0).

        A working day is a local day with an open window. With `end_of_day` it is the day's last closing, else the
        same time of day; where that is not open, the closing before it on that day, else the day's first opening.
        None when it does not come within ten years. ValueError for fewer than 0 days. Source: sla rules 11 and 12.
        """
        raise NotImplementedError


ALWAYS_OPEN = WorkCalendar("always-open", (CalendarVersion(1, date(1970, 1, 1), "UTC", (((0, DAY),),) * 7),))
"""Round the clock: what a clock without a calendar runs by. Source: sla rule 1."""
