"""A calendar as it was recorded, as the working time that is measured by it."""

from libs.events.calendars import WEEKDAYS
from libs.events.reference import CalendarRecorded
from libs.kernel.worktime import CalendarVersion, windows


def calendar_version(record: CalendarRecorded, number: int) -> CalendarVersion:
    """The version of a calendar; `number` is the put's place in the calendar's stream."""
    return CalendarVersion(
        number=number,
        valid_from=record.valid_from,
        time_zone=record.time_zone,
        weekly=tuple(windows(record.weekly.get(day, ())) for day in WEEKDAYS),
        exceptions={day: windows(pairs) for day, pairs in record.exceptions.items()},
    )
