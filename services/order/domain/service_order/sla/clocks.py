"""The clocks of an order as facts told them, and as they are measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from libs.events import order_sla as says
from libs.events.durations import AtRiskPoint
from libs.events.durations import Budget as WrittenBudget
from libs.events.durations import WorkingDays as WrittenDays
from libs.events.order import Priority
from libs.kernel.worktime import ALWAYS_OPEN, WorkCalendar, second_of_day
from libs.rules.sla import (
    AtRisk,
    Before,
    Budget,
    Clock,
    Mark,
    MarkKind,
    OpenTime,
    Percent,
    Terms,
    WorkingDays,
    clock_of,
)

RESPONSES = ("arrival", "stage")
"""Causes of a stop that no withdrawal takes back: somebody has responded."""


@dataclass(frozen=True, kw_only=True)
class ClockTerms:
    """What a policy gives one clock of the order. `cut_off` is in seconds of the local day; `versions` are those of the
    calendar that were known when the terms began to apply."""

    policy: str
    policy_version: int
    level: says.SlaLevel
    priority: Priority
    calendar: str | None
    versions: tuple[int, ...]
    start_only: bool
    cut_off: int | None
    reopens: bool
    budget: Budget
    at_risk: tuple[AtRisk, ...]
    pauses: bool

    @classmethod
    def of(cls, terms: says.SlaTerms, name: str) -> "ClockTerms":
        """The terms of the clock, as a fact tells them."""
        clock = next(clock for clock in terms.clocks if clock.clock == name)
        days = clock.budget.working_days if isinstance(clock.budget, WrittenDays) else None
        return cls(
            policy=terms.policy,
            policy_version=terms.policy_version,
            level=terms.level,
            priority=terms.priority,
            calendar=terms.calendar,
            versions=terms.calendar_versions,
            start_only=terms.calendar_applies_to == "start_only",
            cut_off=second_of_day(terms.cut_off) if terms.cut_off else None,
            reopens=terms.reopens,
            budget=OpenTime(_seconds(clock.budget)) if days is None else WorkingDays(days, terms.end_of_day),
            at_risk=tuple(map(point_told, clock.at_risk)),
            pauses=clock.pauses,
        )

    def measured_by(self, versions: tuple[int, ...], calendars: Mapping[str, WorkCalendar]) -> Terms:
        """The same for the arithmetic, with these versions of the calendar."""
        calendar = known_calendar(self.calendar, versions, calendars)
        return Terms(self.budget, self.at_risk, calendar, self.start_only, self.cut_off)


@dataclass(frozen=True)
class Told:
    """A mark as it was told; its place among the marks breaks ties of instants."""

    kind: MarkKind
    at: datetime
    cause: str | None = None
    terms: ClockTerms | None = None
    retroactive: bool = True


@dataclass(frozen=True)
class ClockState:
    """One clock: the terms it began with, the versions of its calendar, its marks, and the verdict told last."""

    name: str
    terms: ClockTerms
    versions: tuple[int, ...]
    marks: tuple[Told, ...] = ()
    verdict: says.SlaVerdict = "running"
    verdict_at: datetime | None = None
    at_risk: tuple[AtRisk, ...] = ()
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
    def latest_at(self) -> datetime:
        """The instant of its last mark: time has come at least so far."""
        return max(mark.at for mark in self.marks)

    @property
    def switched_at(self) -> datetime:
        """When it was started, paused, resumed or reopened last."""
        return max(mark.at for mark in self.marks if mark.kind in ("started", "paused", "resumed", "reopened"))

    @property
    def begun_at(self) -> datetime:
        """When it was started or reopened last."""
        return max(mark.at for mark in self.counted if mark.kind in ("started", "reopened"))

    @property
    def stopped_at(self) -> datetime:
        """The first instant at which it was stopped after it ran last."""
        return min(mark.at for mark in self.counted if mark.kind == "stopped" and mark.at >= self.begun_at)

    @property
    def counted(self) -> tuple[Told, ...]:
        """Its marks, but no reopening after a response that, as was reported later, had been given before."""
        given = min(
            (mark.at for mark in self.marks if mark.kind == "stopped" and mark.cause in RESPONSES), default=None
        )
        return tuple(mark for mark in self.marks if mark.kind != "reopened" or given is None or mark.at < given)

    @property
    def present_terms(self) -> ClockTerms:
        """The terms in force after the last change."""
        return next((mark.terms for mark in reversed(self.marks) if mark.terms is not None), self.terms)

    @property
    def pauses(self) -> bool:
        """Whether stages and hands pause it."""
        return self.present_terms.pauses

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
                self._measured_by(told.terms, calendars) if told.terms else None,
                told.retroactive,
            )
            for sequence, told in enumerate(self.counted)
        ]
        return clock_of(self._measured_by(self.terms, calendars), marks)

    def _measured_by(self, terms: ClockTerms, calendars: Mapping[str, WorkCalendar]) -> Terms:
        """Terms with the versions that the clock knows; those of a calendar that it left with the versions known then."""
        stays = terms.calendar == self.present_terms.calendar
        return terms.measured_by(self.versions if stays else terms.versions, calendars)

    def calendar(self, calendars: Mapping[str, WorkCalendar]) -> WorkCalendar:
        """The calendar in force, by the versions that the clock knows."""
        return known_calendar(self.present_terms.calendar, self.versions, calendars)


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


def calendars_named(sla: Sla) -> set[str]:
    """The keys of the calendars by which the clocks are, or were, measured."""
    every = [terms for clock in sla.clocks.values() for terms in (clock.terms, *(mark.terms for mark in clock.marks))]
    return {terms.calendar for terms in every if terms is not None and terms.calendar is not None}


def known_calendar(key: str | None, versions: tuple[int, ...], calendars: Mapping[str, WorkCalendar]) -> WorkCalendar:
    """The calendar with these versions and no other, so that a later edit changes nothing by itself. Source: sla 6, 9."""
    if key is None:
        return ALWAYS_OPEN
    calendar = calendars[key]
    return replace(calendar, versions=tuple(each for each in calendar.versions if each.number in versions))


def point_of(point: AtRisk) -> AtRiskPoint:
    """An at-risk point as facts write it."""
    if isinstance(point, Percent):
        return AtRiskPoint(percent=point.percent)
    return AtRiskPoint(before=timedelta(seconds=point.seconds))


def point_told(point: AtRiskPoint) -> AtRisk:
    """An at-risk point as facts wrote it."""
    return Before(_seconds(point.before)) if point.percent is None else Percent(point.percent)


def budget_of(budget: Budget) -> WrittenBudget:
    """A budget as facts write it."""
    if isinstance(budget, WorkingDays):
        return WrittenDays(working_days=budget.days)
    return timedelta(seconds=budget.seconds)


def _seconds(span: object) -> int:
    return int(span.total_seconds()) if isinstance(span, timedelta) else 0
