"""A clock as a value: folded from its marks, answering for any instant and changed by none."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

from libs.rules.sla.course import Course
from libs.rules.sla.fold import courses, whole
from libs.rules.sla.ledger import Segment, segments
from libs.rules.sla.marks import Mark, Phase
from libs.rules.sla.percent import share
from libs.rules.sla.terms import AtRisk, Before, Percent, Terms

Verdict = Literal["running", "met", "missed", "canceled"]

_SECOND = timedelta(seconds=1)
_WITHIN: dict[Phase, Verdict] = {"running": "running", "paused": "running", "stopped": "met", "canceled": "canceled"}


def clock_of(terms: Terms, marks: Iterable[Mark]) -> "Clock":
    """The clock that began with `terms`, folded from `marks` in the order of (at, sequence), in whatever order given.

    A mark that does not apply (a pause while paused, anything after cancelling, a second stop) changes nothing:
    recorded history is never refused. A reopened clock runs; terms that changed while it was stopped apply from then
    on. ValueError when no mark starts the clock, TypeError for a naive instant. Source: sla rules 1 to 8, contracts 7.
    """
    folded = tuple(courses(terms, marks))
    if not folded:
        raise ValueError("a clock begins with a start")
    return Clock(tuple(at for at, _ in folded), tuple(course for _, course in folded))


@dataclass(frozen=True)
class Clock:
    """One measurement. Every question is asked at an instant and answered from the marks up to it.

    `courses` has where it stood after the mark at each of `instants`. All seconds are the clock's own time: open
    seconds of the calendar, or seconds round the clock where the calendar moves only the start.
    """

    instants: tuple[datetime, ...]
    courses: tuple[Course, ...]

    @property
    def phase(self) -> Phase:
        """What the clock is doing after its last mark."""
        return self.courses[-1].phase

    @property
    def terms(self) -> Terms:
        """The terms in force after the last mark: they own the calendar and the zone of the clock's deadlines."""
        return self.courses[-1].terms

    @property
    def budget_seconds(self) -> int:
        """The budget in force in seconds; working days are measured from where the clock began to count."""
        return self.courses[-1].budget

    def elapsed(self, at: datetime) -> int:
        """Seconds the clock ran up to `at` (rule 2)."""
        return self._course(at).elapsed(at)

    def due(self, at: datetime) -> datetime | None:
        """The earliest instant at which elapsed equals the budget if nothing pauses it (again).

        None while paused, unless the budget was used up before. Of a stopped clock: as if it had run on from there.
        """
        course = self._course(at)
        return _due(course, None if course.phase == "paused" else course.since)

    def due_if_resumed(self, at: datetime) -> datetime | None:
        """Due if a paused clock were resumed at `at`; the same as `due` otherwise (rule 2)."""
        course = self._course(at)
        return _due(course, whole(at) if course.phase == "paused" else course.since)

    def at_risk_instants(self, at: datetime) -> tuple[tuple[AtRisk, datetime], ...]:
        """Each at-risk point with the instant at which it was or will be reached, in the order of the terms.

        Those not reached yet are left out while the clock does not run. A point is true from its instant on.
        """
        course = self._course(at)
        found = [
            (point, course.reached(_threshold(point, course.budget), _onwards(course)))
            for point in course.terms.at_risk
        ]
        return tuple((point, instant) for point, instant in found if instant is not None)

    def missed_at(self, at: datetime) -> datetime | None:
        """The first instant at or after due at which the clock ran on, once `at` is later than it.

        At that very instant elapsed still equals the budget, and a stop there is met (rules 5 and 13).
        """
        past = _exceeded(self._course(at))
        return past - _SECOND if past is not None and past <= at else None

    def verdict(self, at: datetime) -> Verdict:
        """Met or missed once stopped; missed as soon as elapsed is more than the budget, cancelled later or not."""
        course = self._course(at)
        if course.elapsed(at) > course.budget:
            return "missed"
        return _WITHIN[course.phase]

    def next_instant(self, at: datetime) -> datetime | None:
        """The first instant after `at` at which something new is true if nothing else happens: for a timer.

        That is an at-risk point, or one second past `missed_at`. None when nothing is to come or it does not run.
        """
        course = self._course(at)
        if course.phase != "running":
            return None
        instants = [*(instant for _, instant in self.at_risk_instants(at)), _exceeded(course)]
        return min((instant for instant in instants if instant is not None and instant > at), default=None)

    def ledger(self, until: datetime) -> tuple[Segment, ...]:
        """Every second from the first start to `until`, or to the stop before it, without hole or overlap.

        The running seconds sum to `elapsed(until)` exactly (rule 17).
        """
        return segments(self._course(until), whole(until))

    def consumption(self, at: datetime) -> Decimal | None:
        """Elapsed in percent of the budget, unrounded; may pass 100; None for a budget of zero (rule 14)."""
        course = self._course(at)
        return share(course.elapsed(at), course.budget)

    def _course(self, at: datetime) -> Course:
        """The course after the last mark at or before `at`; before the start, the course at the start."""
        return self.courses[max(bisect_right(self.instants, at) - 1, 0)]


def _onwards(course: Course) -> datetime | None:
    return course.since if course.phase == "running" else None


def _due(course: Course, onwards: datetime | None) -> datetime | None:
    due = course.reached(course.budget, onwards)
    return course.calendar.next_open(due) if due is not None and course.due_at_opening else due


def _exceeded(course: Course) -> datetime | None:
    """The first whole second at which elapsed is more than the budget."""
    return course.reached(course.budget + 1, _onwards(course))


def _threshold(point: AtRisk, budget: int) -> int:
    match point:
        case Percent(percent):
            return ceil(Fraction(percent) * budget / 100)
        case Before(seconds):
            return max(budget - seconds, 0)
