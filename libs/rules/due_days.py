"""The days on which something that recurs is due: every day, a day of the week, or a day of the month."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Frequency = Literal["daily", "weekly", "monthly"]


@dataclass(frozen=True)
class Rhythm:
    """How often, from a first day on.

    `weekday` counts from Monday, 0 to 6, and is asked of a weekly rhythm only; `day_of_month`, 1 to 31, of a monthly one.
    """

    frequency: Frequency
    starts_on: date
    weekday: int = 0
    day_of_month: int = 1


def latest_due(rhythm: Rhythm, today: date) -> date | None:
    """The last due day up to and including today; None before the first.

    It is counted from the calendar and never from the due day before, so it does not drift: a month that is shorter than
    the day has its last day instead, and the next month has the day again.
    """
    day = _latest(rhythm, today)
    return day if day >= rhythm.starts_on else None


def _latest(rhythm: Rhythm, today: date) -> date:
    match rhythm.frequency:
        case "daily":
            return today
        case "weekly":
            return today - timedelta(days=(today.weekday() - rhythm.weekday) % 7)
        case "monthly":
            this = _of_month(today, rhythm.day_of_month)
            return this if this <= today else _of_month(today.replace(day=1) - timedelta(days=1), rhythm.day_of_month)


def _of_month(within: date, day: int) -> date:
    return within.replace(day=min(day, monthrange(within.year, within.month)[1]))
