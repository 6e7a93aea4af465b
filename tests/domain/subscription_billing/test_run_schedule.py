"""Schedules of runs: put whole, told once for every due day. Source: FEE-16, ACC-08, INV-02."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from libs.events import subscription_billing_schedules as says
from libs.kernel.ids import natural_id
from libs.kernel.view import Heard, Rows
from libs.runtime.clock import now
from services.subscription_billing.domain.references import Code, Group
from services.subscription_billing.domain.run_schedule import (
    SetRunSchedule,
    Standing,
    TellAsked,
    TellRefused,
    due_day,
    run_schedule,
)
from services.subscription_billing.projections.run_schedules import run_schedules
from tests.support.spec import Given, specification

a_schedule: Given[Any, Any, Any] = specification(run_schedule)
MONTH, CARE = Code("MONTH", "month"), Group("CARE", "MONTH")
FIRST, SECOND, THIRD = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)
RUN = natural_id("scheduled_run", "FEES", "2026-01-31")
STREAM = natural_id("run_schedule", "FEES")


def fees(**said: Any) -> says.RunScheduleSet:
    given: dict[str, Any] = {
        "schedule": "FEES",
        "kind": "fee_run",
        "frequency": "monthly",
        "day_of_month": 31,
        "starts_on": date(2026, 1, 1),
        "code": "MONTH",
    }
    return says.RunScheduleSet(**given | said)


def proposals(**said: Any) -> says.RunScheduleSet:
    given: dict[str, Any] = {"kind": "proposal_run", "code": None, "method": "invoices"}
    return fees(**given | said)


def put(terms: says.RunScheduleSet) -> SetRunSchedule:
    return SetRunSchedule(terms, MONTH if terms.code else None, CARE if terms.group else None)


def asked(day: date) -> says.ScheduledRunAsked:
    return says.ScheduledRunAsked(schedule="FEES", day=day, kind="fee_run", run=RUN)


def refused(day: date) -> says.ScheduledRunRefused:
    return says.ScheduledRunRefused(schedule="FEES", day=day, kind="fee_run", reason="periods_not_generated")


@pytest.mark.parametrize(
    "terms",
    [
        fees(),
        fees(group="CARE", price_source="base_price", frequency="daily", day_of_month=None),
        fees(kind="accrual_run", group="CARE", frequency="weekly", weekday="sun", day_of_month=None),
        proposals(
            method="both",
            grouped_by="subscription",
            project="P-1",
            contract="CT-1",
            customer="C-1",
            group="CARE",
            subscription=RUN,
            kinds=("regular",),
        ),
    ],
)
def test_a_schedule_says_which_run_is_asked_by_what_and_when(terms: says.RunScheduleSet) -> None:
    """FEE-09, ACC-08, INV-02."""
    a_schedule.when(put(terms)).then(terms)


@pytest.mark.parametrize(
    ("terms", "reason", "field"),
    [
        (fees(code=None), "missing", "/code"),
        (fees(kind="accrual_run", code=None), "missing", "/code"),
        (proposals(method=None), "missing", "/method"),
        (fees(method="both"), "not_for_type", "/method"),
        (fees(kinds=("regular",)), "not_for_type", "/kinds"),
        (fees(customer="C-1"), "not_for_type", "/customer"),
        (fees(kind="accrual_run", price_source="base_price"), "not_for_type", "/price_source"),
        (proposals(code="MONTH"), "not_for_type", "/code"),
        (fees(day_of_month=None), "missing", "/day_of_month"),
        (fees(weekday="mon"), "not_for_type", "/weekday"),
        (fees(frequency="weekly", day_of_month=None), "missing", "/weekday"),
        (fees(frequency="daily"), "not_for_type", "/day_of_month"),
        (fees(day_of_month=0), "invalid_number", "/day_of_month"),
        (fees(day_of_month=32), "invalid_number", "/day_of_month"),
    ],
)
def test_a_schedule_that_nobody_could_keep_is_refused(terms: says.RunScheduleSet, reason: str, field: str) -> None:
    a_schedule.when(put(terms)).then_refused("value", reason, field)


def test_what_a_schedule_names_is_there() -> None:
    """CFG-13."""
    a_schedule.when(SetRunSchedule(fees(), None)).then_refused("value", "unknown_reference", "/code")
    a_schedule.when(SetRunSchedule(fees(group="CARE"), MONTH)).then_refused("value", "unknown_reference", "/group")
    retired = SetRunSchedule(fees(group="CARE"), MONTH, replace(CARE, active=False))
    a_schedule.when(retired).then_refused("value", "inactive_reference", "/group")


def test_a_schedule_changes_and_is_retired_and_keeps_its_kind() -> None:
    standing = a_schedule.given(fees(), asked(FIRST))
    standing.when(put(fees())).then_refused("state", "nothing_to_change")
    standing.when(put(proposals())).then_refused("state", "kind_fixed")
    standing.when(put(fees(day_of_month=1))).then(fees(day_of_month=1))
    standing.when(put(fees(active=False))).then(fees(active=False))
    assert a_schedule.given(fees(), asked(FIRST), fees(active=False)).state == Standing(
        fees(active=False), asked(FIRST)
    )


def test_each_day_is_told_once_asked_or_refused() -> None:
    """FEE-16: a day that was told, and every day before it, is over."""
    a_schedule.when(TellAsked(FIRST, RUN)).then_not_allowed("absent", "set-run-schedule")
    standing = a_schedule.given(fees())
    once = standing.when(TellAsked(FIRST, RUN)).then(asked(FIRST))
    once.when(TellAsked(FIRST, RUN)).then()
    once.when(TellRefused(FIRST, "periods_not_generated")).then()
    twice = once.when(TellRefused(SECOND, "periods_not_generated")).then(refused(SECOND))
    twice.when(TellRefused(SECOND, "periods_not_generated")).then()
    twice.when(TellAsked(FIRST, RUN)).then()
    twice.when(TellAsked(THIRD, RUN)).then(asked(THIRD))
    assert a_schedule.given(fees(), asked(FIRST), refused(SECOND)).state == Standing(
        fees(), asked(FIRST), refused(SECOND)
    )


def test_after_a_standstill_only_the_latest_due_day_is_asked() -> None:
    """FEE-16, ACC-08, INV-02: its run takes what the earlier days left."""
    assert due_day(fees(), None, date(2026, 1, 30)) is None
    assert due_day(fees(), None, date(2026, 3, 30)) == SECOND
    assert due_day(fees(), FIRST, THIRD) == THIRD
    assert due_day(fees(), THIRD, THIRD) is None
    assert due_day(fees(active=False), None, THIRD) is None
    weekly = fees(frequency="weekly", weekday="tue", day_of_month=None)
    assert due_day(weekly, FIRST, date(2026, 3, 30)) == date(2026, 3, 24)


def test_the_list_says_up_to_which_day_a_schedule_has_told() -> None:
    """It is what timers look at: a day that was told is not asked for again."""
    rows: Rows = {}
    seen = []
    for sequence, fact in enumerate((fees(), asked(FIRST), refused(SECOND), fees(active=False)), 1):
        rows = {**rows, **run_schedules.view.fold(rows, fact, Heard(STREAM, sequence, now(), now()))}
        seen.append((rows[()]["state"], rows[()]["told_on"]))
    assert seen == [("active", None), ("active", FIRST), ("active", SECOND), ("retired", SECOND)]
    assert rows[()]["key"] == "FEES"
    assert says.RunScheduleSet.from_bytes(rows[()]["body"].encode()) == fees(active=False)
