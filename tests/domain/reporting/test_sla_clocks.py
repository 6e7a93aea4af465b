"""The view of SLA clocks: marks in order of time, verdicts in order of telling. Source: sla, contracts 7."""

import json
from datetime import datetime
from typing import Any

import pytest

from libs.events.durations import WorkingDays
from libs.events.fact import Fact
from libs.events.order_sla import (
    OrderSlaAttached,
    OrderSlaCalendarChanged,
    OrderSlaPolicyChanged,
    OrderSlaStarted,
)
from libs.kernel.view import Row
from libs.rules.sla import MarkKind
from services.reporting.projections.sla import sla_clock
from tests.domain.reporting.an_order import NOON, folded
from tests.domain.reporting.an_sla_clock import FOUR_HOURS, ZONE, Teller, at, attached, clock, story

STARTED: tuple[MarkKind, datetime] = ("started", at(10, 9))


def row(*facts: Fact) -> Row:
    """The row of the one clock."""
    (found,) = folded(sla_clock, facts).values()
    return found


def said(found: Row, *names: str) -> tuple[Any, ...]:
    return tuple(found[name] for name in names)


def verdict(*facts: Fact) -> tuple[Any, ...]:
    return said(row(*facts), "state", "verdict", "verdict_at")


def test_an_attached_clock_has_its_terms_and_does_not_run_yet() -> None:
    found = row(attached())
    assert said(found, "policy", "policy_version", "level", "priority", "calendar") == (
        "GOLD",
        1,
        "agreement",
        "normal",
        "OFFICE",
    )
    assert said(found, "state", "verdict", "started_at", "attached_at") == ("attached", "running", None, NOON)
    assert said(found, "budget_seconds", "budget_days") == (4 * 3600, None)
    (mark,) = json.loads(found["marks"])
    assert (mark["terms"]["budget"], mark["terms"]["calendar_versions"]) == ("PT4H", [1])


def test_every_clock_is_a_row_with_a_budget_in_its_own_unit() -> None:
    rows = folded(sla_clock, [attached(clock("response"), clock("resolution", WorkingDays(working_days=2)))])
    assert {key: said(each, "budget_seconds", "budget_days") for key, each in rows.items()} == {
        ("response",): (4 * 3600, None),
        ("resolution",): (None, 2),
    }


def test_a_clock_met() -> None:
    assert verdict(*story(STARTED, ("stopped", at(10, 14)))) == ("stopped", "met", at(10, 14))


def test_a_clock_missed_and_stopped_later() -> None:
    found = row(*story(STARTED, ("stopped", at(10, 16))))
    assert said(found, "state", "verdict", "verdict_at", "at_risk_at") == ("stopped", "missed", at(10, 14), at(10, 11))
    assert said(found, "elapsed_seconds", "measured_at", "stopped_at") == (6 * 3600, at(10, 16), at(10, 16))


def test_a_miss_survives_canceling_and_otherwise_the_clock_is_canceled() -> None:
    assert verdict(*story(STARTED, ("canceled", at(10, 16)))) == ("canceled", "missed", at(10, 14))
    assert verdict(*story(STARTED, ("canceled", at(10, 10)))) == ("canceled", "canceled", at(10, 10))


def test_a_pause_and_what_follows_it() -> None:
    paused = story(STARTED, ("paused", at(10, 10)))
    assert said(row(*paused), "state", "due_at", "elapsed_seconds") == ("paused", None, 3600)
    resumed = row(*story(STARTED, ("paused", at(10, 10)), ("resumed", at(10, 15))))
    assert said(resumed, "state", "due_at", "verdict") == ("running", "2026-03-11T09:00:00+01:00", "running")


def test_a_clock_reopened_runs_on_without_a_verdict() -> None:
    told = story(STARTED, ("stopped", at(10, 10)), ("reopened", at(10, 11)))
    assert verdict(*told) == ("running", "running", None)
    assert row(*told)["stopped_at"] is None


def test_a_stop_reported_late_takes_a_miss_back() -> None:
    teller = Teller()
    told = [attached(), *teller.tells("started", at(10, 9)), *teller.passes(at(10, 15))]
    assert verdict(*told) == ("running", "missed", at(10, 14))
    told += teller.tells("stopped", at(10, 10), now=at(10, 16))
    assert verdict(*told) == ("stopped", "met", at(10, 10))
    assert said(row(*told), "elapsed_seconds", "measured_at", "at_risk_at") == (3600, at(10, 10), None)


def test_a_pause_reported_late_stands_where_it_happened() -> None:
    teller = Teller()
    told = [attached(), *teller.tells("started", at(10, 9)), *teller.tells("stopped", at(10, 15))]
    told += teller.tells("paused", at(10, 10), now=at(11, 9))
    told += teller.tells("resumed", at(10, 12), now=at(11, 9))
    assert verdict(*told) == ("stopped", "met", at(10, 15))
    assert said(row(*told), "elapsed_seconds", "measured_at") == (3600, at(10, 15))
    kinds = [mark["kind"] for mark in json.loads(row(*told)["marks"]) if mark["kind"] != "attached"]
    assert kinds == ["started", "paused", "resumed", "stopped"]


def policy_changed(terms: OrderSlaAttached, when: datetime) -> OrderSlaPolicyChanged:
    """The clock is held to these terms, as if they had applied from the beginning."""
    told = {**terms.model_dump(), "clock": "resolution", "at": when, "elapsed_seconds": 3600, "retroactive": True}
    return OrderSlaPolicyChanged.model_validate(told)


def test_other_terms_are_a_mark_and_what_was_due_is_open_until_it_is_told() -> None:
    terms = attached(clock(budget=FOUR_HOURS / 2), policy="SILVER", priority="high")
    changed = policy_changed(terms, at(10, 10))
    found = row(*story(STARTED), changed)
    assert said(found, "policy", "priority", "budget_seconds", "due_at") == ("SILVER", "high", 2 * 3600, None)
    (mark,) = (mark for mark in json.loads(found["marks"]) if mark["kind"] == "retargeted")
    assert (mark["retroactive"], mark["terms"]["budget"]) == (True, "PT2H")


@pytest.mark.parametrize("end", ["stopped", "canceled"])
def test_other_terms_leave_a_clock_that_is_over(end: Any) -> None:
    before = story(STARTED, (end, at(10, 10)))
    changed = policy_changed(attached(policy="SILVER"), at(10, 11))
    assert row(*before, changed) == row(*before)


def test_a_version_of_the_calendar_is_kept_with_the_marks() -> None:
    about: dict[str, Any] = {"clock": "resolution", "at": at(10, 10), "elapsed_seconds": 3600, "time_zone": ZONE}
    told = OrderSlaCalendarChanged(**about, calendar="OFFICE", calendar_versions=(1, 2))
    (mark,) = (mark for mark in json.loads(row(*story(STARTED), told)["marks"]) if mark["kind"] == "calendar")
    assert (mark["calendar"], mark["versions"]) == ("OFFICE", [1, 2])


def test_what_is_told_of_a_clock_that_nobody_attached_changes_nothing() -> None:
    told = OrderSlaStarted(clock="other", at=NOON, elapsed_seconds=0, time_zone="UTC")
    assert folded(sla_clock, [attached(), told]) == folded(sla_clock, [attached()])
