"""One version of a working calendar: the open windows of a week in a zone, and the days that differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from libs.kernel.worktime.hours import DAY, Window
from libs.kernel.worktime.wall import Wall
from libs.kernel.worktime.zones import midnight


@dataclass(frozen=True)
class CalendarVersion:
    """What a calendar says from the start of the local day `valid_from` on, in the version's own zone.

    `number` counts from 1 and decides between versions of one date. `time_zone` is an IANA name. `weekly` has the
    windows of seven days, Monday first. `exceptions` replace the windows of their days; () is a holiday. A moment is
    open when a clock on the wall of the zone reads a time inside a window: where clocks are put forward the hour that
    is left out is not open, where they are put back the hour that comes twice is open twice, and elapsed time is
    real seconds. Windows that overlap count once. ValueError for a week without seven days, a window outside its day
    or an unknown zone. Source: sla rules 9 and 10, contracts 3.
    """

    number: int
    valid_from: date
    time_zone: str
    weekly: tuple[tuple[Window, ...], ...]
    exceptions: Mapping[date, tuple[Window, ...]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError("a week has seven days, Monday first")
        for day in (*self.weekly, *self.exceptions.values()):
            for opening, closing in day:
                if not 0 <= opening < closing <= DAY:
                    raise ValueError("a window opens before it closes, inside its day")
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, OSError, ValueError) as unknown:
            raise ValueError(f"unknown time zone {self.time_zone!r}") from unknown

    @cached_property
    def wall(self) -> Wall:
        """The windows as the clocks on the wall count them."""
        return Wall(self.weekly, self.exceptions)

    @cached_property
    def begin(self) -> int:
        """The second from which the version can be in force."""
        return midnight(self.valid_from, self.time_zone)
