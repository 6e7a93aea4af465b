"""Clocks measured from their rows: with the terms, the calendar's versions and the marks up to an instant."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from libs.events.durations import WorkingDays
from libs.events.fact import Fact
from libs.events.order_sla import OrderSlaCalendarChanged, OrderSlaPolicyChanged, OrderSlaStarted
from libs.events.reference import CalendarRecorded
from services.reporting.projections.measuring import Calendars, Figures, calendars_named, calendars_of, figures, ledger
from services.reporting.projections.reference import calendar
from services.reporting.projections.sla import sla_clock
from tests.domain.reporting.an_order import folded
from tests.domain.reporting.an_sla_clock import OFFICE, ZONE, at, attached, clock, story

SHORTER = OFFICE.model_copy(update={"weekly": {"wed": (("09:00", "10:00"),)}, "valid_from": date(2026, 3, 11)})
STARTED = OrderSlaStarted(clock="resolution", at=at(10, 16), elapsed_seconds=0, time_zone=ZONE)


def versions(*puts: CalendarRecorded) -> Calendars:
    rows = folded(calendar, puts or (OFFICE,))
    return calendars_of({"calendar_version": number, **row} for (number,), row in rows.items())


def shows(instant: datetime, *facts: Fact, known: Calendars | None = None) -> Figures:
    """What the one clock shows. Percentages are worked out by the database where it is not measured."""
    (row,) = folded(sla_clock, facts).values()
    return figures({**row, "consumption_percent": None}, versions() if known is None else known, instant)


def elapsed(instant: datetime, *facts: Fact, known: Calendars | None = None) -> int:
    return shows(instant, *facts, known=known).elapsed_seconds


def test_every_instant_is_answered_from_the_marks_up_to_it() -> None:
    told = story(("started", at(10, 9)), ("paused", at(10, 10)), ("resumed", at(10, 15)), ("stopped", at(10, 16)))
    paused = shows(at(10, 11), *told)
    assert (paused.elapsed_seconds, paused.due_at, paused.due_if_resumed_at) == (
        3600,
        None,
        "2026-03-10T15:00:00+01:00",
    )
    assert str(paused.consumption_percent) == "25.00"
    resumed = shows(at(10, 15, 30), *told)
    assert (resumed.elapsed_seconds, resumed.due_at, resumed.due_if_resumed_at) == (
        5400,
        "2026-03-11T09:00:00+01:00",
        None,
    )
    assert shows(at(20), *told).elapsed_seconds == 7200


@pytest.mark.parametrize(
    ("terms", "seconds"),
    [
        ({}, 3600 + 4 * 3600),
        ({"calendar": None, "calendar_versions": ()}, 20 * 3600),
        ({"calendar_applies_to": "start_only"}, 20 * 3600),
        ({"cut_off": "15:30"}, 4 * 3600),
    ],
)
def test_the_terms_decide_what_is_counted(terms: dict[str, Any], seconds: int) -> None:
    assert elapsed(at(11, 12), attached(**terms), STARTED) == seconds


@pytest.mark.parametrize(
    ("end_of_day", "due"), [(False, "2026-03-12T16:00:00+01:00"), (True, "2026-03-12T17:00:00+01:00")]
)
def test_working_days_keep_the_time_of_day_or_end_with_the_day(end_of_day: bool, due: str) -> None:
    told = attached(clock(budget=WorkingDays(working_days=2)), end_of_day=end_of_day), STARTED
    assert shows(at(11, 12), *told).due_at == due


def test_a_version_counts_once_the_clock_was_told_of_it() -> None:
    about: dict[str, Any] = {"clock": "resolution", "at": at(11), "elapsed_seconds": 3600, "time_zone": ZONE}
    changed = OrderSlaCalendarChanged(**about, calendar="OFFICE", calendar_versions=(1, 2))
    known = versions(OFFICE, SHORTER)
    assert elapsed(at(11, 12), attached(), STARTED, known=known) == 5 * 3600
    assert elapsed(at(11, 12), attached(), STARTED, changed, known=known) == 2 * 3600


@pytest.mark.parametrize(
    ("retroactive", "due"), [(True, "2026-03-11T09:00:00+01:00"), (False, "2026-03-11T12:00:00+01:00")]
)
def test_other_terms_from_the_beginning_or_from_then_on(retroactive: bool, due: str) -> None:
    terms = attached(clock(budget=timedelta(hours=2)), policy="SILVER")
    mark = {"clock": "resolution", "at": at(11, 10), "elapsed_seconds": 3600, "retroactive": retroactive}
    changed = OrderSlaPolicyChanged.model_validate({**terms.model_dump(), **mark})
    assert shows(at(11, 11), attached(), STARTED, changed).due_at == due


def test_what_cannot_be_measured_is_what_was_told_last() -> None:
    told = story(("started", at(10, 9)), ("paused", at(10, 10)))
    assert shows(at(10, 12), *told, known={}) == Figures(3600, at(10, 10), None, None, None)
    assert shows(at(10, 12), attached()) == Figures(0, None, None, None, None)
    (row,) = folded(sla_clock, told).values()
    assert ledger(row["marks"], {}, at(10, 12)) is None
    assert calendars_named(row["marks"]) == {"OFFICE"}
