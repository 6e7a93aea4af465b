"""Zones as arithmetic: instants in seconds since 1970 in UTC, and the pieces of time in which a zone keeps its offset."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from libs.kernel.worktime.hours import DAY

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()

# Years 2 to 9998: room for every offset on both sides of the calendar that `datetime` knows.
_FIRST, _LAST = ((datetime(year, 1, 1, tzinfo=UTC) - EPOCH).days * DAY for year in (2, 9999))
_BLOCK = 366 * DAY

Piece = tuple[int, int, int]
"""From, up to, and how many seconds the clocks on the wall are ahead of UTC meanwhile."""


def seconds_of(at: datetime) -> int:
    """The whole seconds from 1970 to an aware instant, cut; a naive one is a TypeError."""
    since = at - EPOCH
    return since.days * DAY + since.seconds


def instant_of(seconds: int) -> datetime:
    """The instant in UTC."""
    return EPOCH + timedelta(seconds=seconds)


def midnight(day: date, zone: str) -> int:
    """When `day` begins on the wall: of a midnight that comes twice the first, of one left out the moment it is."""
    return seconds_of(datetime.combine(day, time(), ZoneInfo(zone)))


def pieces(zone: str, start: int, end: int) -> Iterator[Piece]:
    """The pieces of [start, end) in order, each with one offset."""
    for block in range(start // _BLOCK, (end - 1) // _BLOCK + 1):
        for begin, finish, offset in _block(zone, block):
            if begin < end and start < finish:
                yield max(begin, start), min(finish, end), offset


@lru_cache(maxsize=4096)
def _block(zone: str, block: int) -> tuple[Piece, ...]:
    """The pieces of one block of days. Offsets are looked at daily: no zone changes its own twice in a day."""
    first, end = block * _BLOCK, (block + 1) * _BLOCK
    begin, offset, found = first, _offset(zone, first), []
    for day in range(first, end, DAY):
        last = _offset(zone, day + DAY)
        if last != offset:
            change = day + bisect_left(range(DAY), True, key=lambda second: _offset(zone, day + second) != offset)
            found.append((begin, change, offset))
            begin, offset = change, last
    return (*found, (begin, end, offset))


def _offset(zone: str, seconds: int) -> int:
    at = instant_of(min(max(seconds, _FIRST), _LAST))
    ahead = at.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC) - at
    return ahead.days * DAY + ahead.seconds
