"""The clocks of an order as facts told them, and as they are measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from libs.events import order_sla as says
from libs.events.durations import AtRiskPoint
from libs.kernel.worktime import ALWAYS_OPEN, WorkCalendar
from libs.rules.sla import Before, Clock, Mark, MarkKind, OpenTime, Percent, Terms, WorkingDays, clock_of


@dataclass(frozen=True)
class Told:
    """A mark as it was told; its place among the marks breaks ties of instants."""

    kind: MarkKind
    at: datetime
    cause: str | None = None
    terms: says.SlaTerms | None = None
    retroactive: bool = True


@dataclass(frozen=True)
class ClockState:
    """One clock: the terms it began with, the versions of its calendar, its marks, and the verdict told last."""

    name: str
    terms: says.SlaTerms
    versions: tuple[int, ...]
    marks: tuple[Told, ...] = ()
    verdict: says.SlaVerdict = "running"
    verdict_at: datetime | None = None
    at_risk: tuple[AtRiskPoint, ...] = ()
    phase: Literal["running", "paused", "stopped", "canceled"] = "running"
    paused_by: Literal["stage", "hand"] | None = None
    stopped_by: str | None = None

    @property
    def open(self) -> bool:
        """Neither stopped nor canceled."""
        return self.phase in ("running", "paused")

    @property
    def began_at(self) -> datetime:
        """When it was started."""
        return min(mark.at for mark in self.marks if mark.kind == "started")

    @property
    def switched_at(self) -> datetime:
        """When it was started, paused, resumed or reopened last."""
        return max(mark.at for mark in self.marks if mark.kind in ("started", "paused", "resumed", "reopened"))

    @property
    def stopped_at(self) -> datetime:
        """The first instant at which it was stopped after it ran last."""
        begun = max((mark.at for mark in self.marks if mark.kind in ("started", "reopened")), default=None)
        return min(mark.at for mark in self.marks if mark.kind == "stopped" and (begun is None or mark.at >= begun))

    @property
    def present_terms(self) -> says.SlaTerms:
        """The terms in force after the last change."""
        return next((mark.terms for mark in reversed(self.marks) if mark.terms is not None), self.terms)

    @property
    def pauses(self) -> bool:
        """Whether stages and hands pause it."""
        return clock_terms(self.present_terms, self.name).pauses

    def marked(self, kind: MarkKind, at: datetime, cause: str | None = None, **more: Any) -> "ClockState":
        """The clock with one mark more."""
        return replace(self, marks=(*self.marks, Told(kind, at, cause, **more)))

    def measured(self, calendars: Mapping[str, WorkCalendar]) -> Clock:
        """The clock, by the versions of its calendar that it knows."""
        marks = [
            Mark(
                told.kind,
                told.at,
                sequence,
                told.cause,
                self._rules(told.terms, calendars) if told.terms else None,
                told.retroactive,
            )
            for sequence, told in enumerate(self.marks)
        ]
        return clock_of(self._rules(self.terms, calendars), marks)

    def calendar(self, calendars: Mapping[str, WorkCalendar]) -> WorkCalendar:
        """The calendar in force, by the versions that the clock knows."""
        return known_calendar(self.present_terms.calendar, self.versions, calendars)

    def _rules(self, terms: says.SlaTerms, calendars: Mapping[str, WorkCalendar]) -> Terms:
        clock = clock_terms(terms, self.name)
        return Terms(
            budget=OpenTime(int(clock.budget.total_seconds()))
            if isinstance(clock.budget, timedelta)
            else WorkingDays(clock.budget.working_days, terms.end_of_day),
            at_risk=tuple(map(_point, clock.at_risk)),
            calendar=known_calendar(terms.calendar, self.versions, calendars),
            start_only=terms.calendar_applies_to == "start_only",
            cut_off=_seconds(terms.cut_off),
        )


@dataclass(frozen=True)
class Sla:
    """What measures an order. No clocks: nothing does."""

    clocks: Mapping[str, ClockState] = field(default_factory=dict)

    @property
    def open(self) -> tuple[ClockState, ...]:
        """The clocks that may still change."""
        return tuple(clock for clock in self.clocks.values() if clock.open)

    def with_clock(self, clock: ClockState) -> "Sla":
        """The same with this clock as given."""
        return Sla({**self.clocks, clock.name: clock})


def clock_terms(terms: says.SlaTerms, name: str) -> says.SlaClock:
    """What the terms give a clock."""
    return next(clock for clock in terms.clocks if clock.clock == name)


def known_calendar(key: str | None, versions: tuple[int, ...], calendars: Mapping[str, WorkCalendar]) -> WorkCalendar:
    """The calendar with these versions and no other, so that a later edit changes nothing by itself. Source: sla 6, 9."""
    if key is None:
        return ALWAYS_OPEN
    calendar = calendars[key]
    return replace(calendar, versions=tuple(each for each in calendar.versions if each.number in versions))


def point_of(point: Percent | Before) -> AtRiskPoint:
    """An at-risk point as facts write it."""
    if isinstance(point, Percent):
        return AtRiskPoint(percent=point.percent)
    return AtRiskPoint(before=timedelta(seconds=point.seconds))


def _point(point: AtRiskPoint) -> Percent | Before:
    if point.percent is not None:
        return Percent(point.percent)
    return Before(int((point.before or timedelta()).total_seconds()))


def _seconds(local_time: str | None) -> int | None:
    if local_time is None:
        return None
    hours, minutes = map(int, local_time.split(":"))
    return hours * 3600 + minutes * 60
