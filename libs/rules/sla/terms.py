"""What a clock is held to: a budget, at-risk points, a calendar, and how they begin to count."""

from dataclasses import dataclass
from decimal import Decimal

from libs.kernel.worktime import ALWAYS_OPEN, WorkCalendar


@dataclass(frozen=True)
class OpenTime:
    """A budget of open seconds, 0 or more."""

    seconds: int


@dataclass(frozen=True)
class WorkingDays:
    """A budget of working days, keeping the time of day or running to the end of the last. Source: sla rule 11."""

    days: int
    end_of_day: bool


Budget = OpenTime | WorkingDays


@dataclass(frozen=True)
class Percent:
    """At risk from the first whole second at which this much of the budget is used up: Percent(Decimal(60))."""

    percent: Decimal


@dataclass(frozen=True)
class Before:
    """At risk from so many seconds of the clock's own time before it is due; from its start when that is longer."""

    seconds: int


AtRisk = Percent | Before


@dataclass(frozen=True)
class Terms:
    """Budget, at-risk points and calendar of one clock.

    `start_only`: the calendar moves only the start, after that time runs round the clock (rule 1). `cut_off`, in
    seconds of the local day: a request after it counts from the next working day (rule 12). The calendar brings the
    versions known when the clock is looked at: for a stopped clock, those known when it stopped, so that no later
    edit changes a final result (rules 6 and 9).
    """

    budget: Budget
    at_risk: tuple[AtRisk, ...] = ()
    calendar: WorkCalendar = ALWAYS_OPEN
    start_only: bool = False
    cut_off: int | None = None
