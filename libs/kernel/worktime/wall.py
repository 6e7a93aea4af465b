"""Open seconds as the clocks on the wall count them, in closed form: weeks, plus the days that differ."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import accumulate
from typing import Literal

from libs.kernel.worktime.hours import DAY, Window
from libs.kernel.worktime.zones import EPOCH_DAY

Kind = Literal["open", "closed", "holiday"]

# 1970 began on a Thursday, the fourth day of a week that begins on Monday.
_WEEKDAY = 3


def united(day: Iterable[Window]) -> tuple[Window, ...]:
    """The windows of a day in order, those that overlap or touch made one."""
    joined: list[Window] = []
    for opening, closing in sorted(day):
        if joined and opening <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], closing)
        else:
            joined.append((opening, closing))
    return tuple(joined)


class Wall:
    """One version's open seconds by wall time: seconds since the beginning of 1970 as the zone's clocks show it."""

    def __init__(self, weekly: Iterable[Iterable[Window]], exceptions: Mapping[date, Iterable[Window]]) -> None:
        self._week = tuple(united(day) for day in weekly)
        self._before = tuple(accumulate(map(_length, self._week), initial=0))
        self._exceptions = {on.toordinal() - EPOCH_DAY: united(day) for on, day in sorted(exceptions.items())}
        self._days = tuple(self._exceptions)
        self._shifts = tuple(accumulate(map(self._shift, self._days), initial=0))

    def counted(self, wall: int) -> int:
        """Open seconds from an arbitrary, fixed beginning up to `wall`: the difference of two is what lies between."""
        day, second = divmod(wall, DAY)
        passed = self._counted_days(day)
        for opening, closing in self._windows(day):
            if second <= opening:
                break
            passed += min(second, closing) - opening
        return passed

    def reached(self, wall: int, count: int) -> int:
        """The earliest wall time at which `counted` is `count`; it must lie after the day of `wall` has begun."""
        first = wall // DAY
        span = 1
        while self._counted_days(first + span) < count:
            span *= 2
        day = first + bisect_left(range(span + 1), count, key=lambda days: self._counted_days(first + days)) - 1
        rest = count - self._counted_days(day)
        for opening, closing in self._windows(day):
            if rest <= closing - opening:
                return day * DAY + opening + rest
            rest -= closing - opening
        raise ValueError("the count is reached before the day of the wall time begins")

    def kinds(self, wall: int, end: int) -> Iterator[tuple[int, int, Kind]]:
        """What [wall, end) is, piece by piece in order; neighbours may be of one kind."""
        for day in range(wall // DAY, (end - 1) // DAY + 1):
            for opening, closing, kind in self._kinds_of(day):
                begin, finish = max(wall, day * DAY + opening), min(end, day * DAY + closing)
                if begin < finish:
                    yield begin, finish, kind

    def _kinds_of(self, day: int) -> Iterator[tuple[int, int, Kind]]:
        windows, last = self._windows(day), 0
        shut: Kind = "holiday" if day in self._exceptions and not windows else "closed"
        for opening, closing in windows:
            yield last, opening, shut
            yield opening, closing, "open"
            last = closing
        yield last, DAY, shut

    def _windows(self, day: int) -> tuple[Window, ...]:
        return self._exceptions[day] if day in self._exceptions else self._week[(day + _WEEKDAY) % 7]

    def _counted_days(self, day: int) -> int:
        weeks, weekday = divmod(day + _WEEKDAY, 7)
        return weeks * self._before[7] + self._before[weekday] + self._shifts[bisect_left(self._days, day)]

    def _shift(self, day: int) -> int:
        return _length(self._exceptions[day]) - _length(self._week[(day + _WEEKDAY) % 7])


def _length(day: Iterable[Window]) -> int:
    return sum(closing - opening for opening, closing in day)
