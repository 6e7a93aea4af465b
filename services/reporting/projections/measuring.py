"""A clock as its row kept it, folded again from its marks: what it shows at an instant, and its ledger."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, cast, get_args

from libs.events.durations import WorkingDays as DaysTold
from libs.events.order_sla import SlaClock
from libs.events.reference import CalendarRecorded
from libs.events.worktime import calendar_version
from libs.kernel.worktime import ALWAYS_OPEN, CalendarVersion, WorkCalendar, second_of_day
from libs.rules.sla import Clock, Mark, MarkKind, OpenTime, Segment, Terms, WorkingDays, clock_of, shown

Row = Mapping[str, Any]
Calendars = Mapping[str, Mapping[int, CalendarVersion]]
"""Calendar versions by key and number."""

_MARKS: tuple[MarkKind, ...] = get_args(MarkKind)


class _Unknown(Exception):
    """A clock names a version of a calendar that was not heard yet."""


@dataclass(frozen=True)
class Figures:
    """What a clock shows at `measured_at`; deadlines are local, with offset.

    `due_if_resumed_at` stands while the clock is paused. `budget_seconds` and `consumption_percent` are None where a
    budget of working days cannot be turned into seconds yet.
    """

    elapsed_seconds: int
    measured_at: datetime | None
    due_at: str | None
    due_if_resumed_at: str | None
    consumption_percent: Decimal | None


@dataclass(frozen=True)
class Ledger:
    """Every second of a clock; the seconds of its segments sum to `elapsed_seconds`. `time_zone` reads them."""

    segments: Sequence[Segment]
    elapsed_seconds: int
    calendar: WorkCalendar


def calendars_of(rows: Iterable[Row]) -> Calendars:
    """The calendar versions that rows of the table of calendars hold."""
    found: dict[str, dict[int, CalendarVersion]] = {}
    for row in rows:
        record = CalendarRecorded(
            calendar=row["key"],
            time_zone=row["time_zone"],
            weekly=json.loads(row["weekly"]),
            exceptions=json.loads(row["exceptions"]),
            valid_from=row["valid_from"],
        )
        number = row["calendar_version"]
        found.setdefault(record.calendar, {})[number] = calendar_version(record, number)
    return found


def calendars_named(marks: str) -> frozenset[str]:
    """The calendars that a clock is or was measured by."""
    told = [mark.get("terms", mark).get("calendar") for mark in json.loads(marks)]
    return frozenset(key for key in told if key)


def figures(row: Row, calendars: Calendars, moment: datetime) -> Figures:
    """What the clock shows at an instant; what was told of it last, where it cannot be measured: before it started,
    and before a version of its calendar was heard."""
    clock = _clock(row["marks"], calendars, moment)
    if clock is None:
        told = row["elapsed_seconds"], row["measured_at"], row["due_at"]
        return Figures(*told, None, row["consumption_percent"])
    due, resumed = clock.due(moment), clock.due_if_resumed(moment)
    percent = clock.consumption(moment)
    return Figures(
        clock.elapsed(moment),
        moment,
        _local(clock, due),
        _local(clock, resumed) if clock.phase == "paused" else None,
        None if percent is None else shown(percent),
    )


def ledger(marks: str, calendars: Calendars, until: datetime) -> Ledger | None:
    """The ledger of a clock up to an instant; None where it cannot be measured. Source: sla 17."""
    clock = _clock(marks, calendars, until)
    if clock is None:
        return None
    return Ledger(clock.ledger(until), clock.elapsed(until), clock.terms.calendar)


def _clock(marks: str, calendars: Calendars, until: datetime) -> Clock | None:
    told = [mark for mark in json.loads(marks) if mark["kind"] == "attached" or _at(mark) <= until]
    begun = next(mark["terms"] for mark in told if mark["kind"] == "attached")
    happened = [mark for mark in told if mark["kind"] in _MARKS]
    if not any(mark["kind"] == "started" for mark in happened):
        return None
    try:
        known = _known(told, calendars)
        return clock_of(_terms(begun, known), [_mark(mark, known) for mark in happened])
    except _Unknown:
        return None


def _known(marks: Sequence[Row], calendars: Calendars) -> Mapping[str, WorkCalendar]:
    """Each calendar with the versions that the clock is measured by: those told last. Source: sla 9."""
    named: dict[str, Sequence[int]] = {}
    for mark in sorted(marks, key=lambda each: int(each["sequence"])):
        told = mark.get("terms", mark)
        if told.get("calendar"):
            named[told["calendar"]] = told["versions"] if "versions" in told else told["calendar_versions"]
    try:
        return {
            key: WorkCalendar(key, tuple(calendars[key][number] for number in numbers))
            for key, numbers in named.items()
        }
    except KeyError as missing:
        raise _Unknown from missing


def _mark(mark: Row, known: Mapping[str, WorkCalendar]) -> Mark:
    terms = _terms(mark["terms"], known) if "terms" in mark else None
    cause, retroactive = mark.get("cause"), mark.get("retroactive", True)
    return Mark(cast("MarkKind", mark["kind"]), _at(mark), mark["sequence"], cause, terms, retroactive)


def _terms(told: Row, known: Mapping[str, WorkCalendar]) -> Terms:
    budget = SlaClock(clock="any", budget=told["budget"]).budget
    return Terms(
        budget=WorkingDays(budget.working_days, told["end_of_day"])
        if isinstance(budget, DaysTold)
        else OpenTime(int(budget.total_seconds())),
        calendar=known[told["calendar"]] if told.get("calendar") else _always(told["time_zone"]),
        start_only=told["calendar_applies_to"] == "start_only",
        cut_off=second_of_day(told["cut_off"]) if told.get("cut_off") else None,
    )


def _always(time_zone: str) -> WorkCalendar:
    """Every second counts, and days are those of the zone."""
    (version,) = ALWAYS_OPEN.versions
    return replace(ALWAYS_OPEN, versions=(replace(version, time_zone=time_zone),))


def _at(mark: Row) -> datetime:
    return datetime.fromisoformat(mark["at"])


def _local(clock: Clock, instant: datetime | None) -> str | None:
    return None if instant is None else clock.terms.calendar.local(instant).isoformat()
