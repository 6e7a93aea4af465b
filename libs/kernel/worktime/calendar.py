"""A working calendar: dated versions of open windows, and the arithmetic of open seconds between instants."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from libs.kernel.worktime.hours import DAY
from libs.kernel.worktime.version import CalendarVersion
from libs.kernel.worktime.wall import Kind, Wall
from libs.kernel.worktime.zones import instant_of, midnight, pieces, seconds_of

_SECOND, _DAY, _HORIZON = timedelta(seconds=1), timedelta(days=1), timedelta(days=3653)


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
    highest number; before any, the one that takes effect first counts. Instants are aware and cut to whole seconds; answers are UTC.
    A naive instant is a TypeError. Whoever must not be touched by later versions is given a calendar without them.
    Source: sla rules 9 and 10.
    """

    key: str
    versions: tuple[CalendarVersion, ...]

    def __post_init__(self) -> None:
        if not self.versions:
            raise ValueError("a calendar has at least one version")

    def version_at(self, at: datetime) -> CalendarVersion:
        """The version in force."""
        return self._eras[self._era(seconds_of(at))][1]

    def zone_at(self, at: datetime) -> str:
        """The IANA name of the zone in force: what a deadline is sent with, beside its offset."""
        return self.version_at(at).time_zone

    def local(self, at: datetime) -> datetime:
        """The instant as the clocks of the zone in force show it, with offset."""
        return instant_of(seconds_of(at)).astimezone(ZoneInfo(self.zone_at(at)))

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """The pieces of [start, end) in order, without hole or overlap, neighbours of different kinds."""
        kinds = (
            (begin - offset, finish - offset, kind)
            for wall, first, last, offset in self._stretches(seconds_of(start), seconds_of(end))
            for begin, finish, kind in wall.kinds(first, last)
        )
        for kind, alike in groupby(kinds, key=itemgetter(2)):
            together = list(alike)
            yield Span(instant_of(together[0][0]), instant_of(together[-1][1]), kind)

    def open_seconds(self, start: datetime, end: datetime) -> int:
        """Open seconds in [start, end); 0 when end is not after start."""
        stretches = self._stretches(seconds_of(start), seconds_of(end))
        return sum(wall.counted(last) - wall.counted(first) for wall, first, last, _ in stretches)

    def is_open(self, at: datetime) -> bool:
        """Whether the second that begins at `at` is open."""
        return self.open_seconds(at, at + _SECOND) == 1

    def next_open(self, at: datetime) -> datetime | None:
        """The first open instant at or after `at`; None when there is none within ten years."""
        first = self._after(seconds_of(at), 1)
        return None if first is None else instant_of(first) - _SECOND

    def after(self, start: datetime, seconds: int) -> datetime | None:
        """The earliest instant up to which `seconds` open seconds have passed since `start`.

        Time used up exactly at closing ends at closing; 0 seconds end at the next opening. None when it does not
        come within ten years. ValueError for fewer than 0 seconds. Source: sla rules 2 and 4.
        """
        if seconds < 0:
            raise ValueError("open time is added, not taken away")
        if seconds == 0:
            return self.next_open(start)
        found = self._after(seconds_of(start), seconds)
        return None if found is None else instant_of(found)

    def counted_from(self, at: datetime, cut_off: int | None = None) -> datetime | None:
        """When a request made at `at` begins to count: at the next opening.

        After `cut_off` (seconds of the local day; a request at the very second is in time), at the first opening of a
        later day. None when there is none within ten years. Source: sla rules 1 and 12.
        """
        local = self.local(at)
        if cut_off is not None and _second(local) > cut_off:
            return self.next_open(self._midnight(local.date() + _DAY))
        return self.next_open(at)

    def working_days_after(
        self, start: datetime, days: int, *, end_of_day: bool, cut_off: int | None = None
    ) -> datetime | None:
        """The instant `days` working days after a request at `start` began to count (the day it counts from is day 0).

        A working day is a local day with open time. With `end_of_day` it is the day's last closing, else the same
        time of day; where that is not open, the closing before it on that day, else the day's first opening.
        None when it does not come within ten years. ValueError for fewer than 0 days. Source: sla rules 11 and 12.
        """
        if days < 0:
            raise ValueError("working days are added, not taken away")
        first = self.counted_from(start, cut_off)
        if first is None:
            return None
        local = self.local(first)
        day = self._working_day(local.date(), days)
        if day is None:
            return None
        spans = self.spans(self._midnight(day) if days else first, self._midnight(day + _DAY))
        opened = [span for span in spans if span.kind == "open"]
        if end_of_day:
            return opened[-1].end
        return self._time_of_day(day, local.time(), opened) if days else first

    def _working_day(self, day: date, days: int) -> date | None:
        """The working day `days` after `day`, which is one."""
        last = day + _HORIZON
        while days and day < last:
            day += _DAY
            days -= self.open_seconds(self._midnight(day), self._midnight(day + _DAY)) > 0
        return None if days else day

    def _time_of_day(self, day: date, at: time, opened: list[Span]) -> datetime:
        wanted = datetime.combine(day, at, ZoneInfo(self._on(day).time_zone)).astimezone(UTC)
        passed = [span for span in opened if span.start <= wanted]
        return min(wanted, passed[-1].end) if passed else opened[0].start

    def _midnight(self, day: date) -> datetime:
        return instant_of(midnight(day, self._on(day).time_zone))

    def _on(self, day: date) -> CalendarVersion:
        return next((version for version in reversed(self._ordered) if version.valid_from <= day), self._eras[0][1])

    def _after(self, start: int, seconds: int) -> int | None:
        for wall, first, last, offset in self._stretches(start, start + _HORIZON.days * DAY):
            before = wall.counted(first)
            passed = wall.counted(last) - before
            if seconds <= passed:
                return wall.reached(first, before + seconds) - offset
            seconds -= passed
        return None

    def _stretches(self, start: int, end: int) -> Iterator[tuple[Wall, int, int, int]]:
        """The parts of [start, end) with one version and one offset: the version's wall, from and up to in wall time,
        and the offset."""
        number = self._era(start)
        while start < end:
            version = self._eras[number][1]
            number += 1
            until = min(end, self._eras[number][0]) if number < len(self._eras) else end
            for begin, finish, offset in pieces(version.time_zone, start, until):
                yield version.wall, begin + offset, finish + offset, offset
            start = until

    def _era(self, seconds: int) -> int:
        return max(bisect_right(self._eras, seconds, key=itemgetter(0)) - 1, 0)

    @cached_property
    def _ordered(self) -> tuple[CalendarVersion, ...]:
        return tuple(sorted(self.versions, key=lambda version: (version.valid_from, version.number)))

    @cached_property
    def _eras(self) -> tuple[tuple[int, CalendarVersion], ...]:
        """When each version that is ever in force takes over, in order."""
        eras: list[tuple[int, CalendarVersion]] = []
        for version in reversed(self._ordered):
            if not eras or version.begin < eras[-1][0]:
                eras.append((version.begin, version))
        return tuple(reversed(eras))


def _second(local: datetime) -> int:
    return local.hour * 3600 + local.minute * 60 + local.second


ALWAYS_OPEN = WorkCalendar("always-open", (CalendarVersion(1, date(1970, 1, 1), "UTC", (((0, DAY),),) * 7),))
"""Round the clock: what a clock without a calendar runs by. Source: sla rule 1."""
