"""The list of run schedules, from the service's own log: how each was put last, and up to which day it has asked."""

from datetime import date, datetime

from sqlalchemy import Column, Date, Index, Select, Text, select

from libs.events import subscription_billing_schedules as says
from libs.kernel.view import Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import OPEN, versioned
from services.subscription_billing.projections.copies import TABLES
from services.subscription_billing.projections.timers import today_of_company

run_schedule_list = versioned(
    "run_schedule",
    TABLES,
    values=[
        Column("key", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("body", Text, nullable=False),
        Column("told_on", Date),
    ],
)
"""`state` is active or retired; `body` the JSON of the fact that said it last; `told_on` the last day that was asked or
refused."""
Index("run_schedule_by_key", run_schedule_list.c.key)


def _set(rows: Rows, fact: says.RunScheduleSet, _: Heard) -> Rows:
    told_on = rows[()]["told_on"] if rows else None
    state = "active" if fact.active else "retired"
    return {(): {"key": fact.schedule, "state": state, "body": fact.to_bytes().decode(), "told_on": told_on}}


def _told(rows: Rows, fact: says.ScheduledRunAsked | says.ScheduledRunRefused, _: Heard) -> Rows:
    return {(): {**rows[()], "told_on": fact.day}}


run_schedules = Projection(
    View(
        "run_schedule",
        "subscription_billing",
        {says.RunScheduleSet: _set, says.ScheduledRunAsked: _told, says.ScheduledRunRefused: _told},
    ),
    run_schedule_list,
)


def page_of_schedules(after: str, limit: int) -> Select[tuple[str, str, str, int]]:
    """Schedules in order of their keys, from the key after `after` on."""
    table = run_schedule_list.c
    return (
        select(table.key, table.state, table.body, table.version)
        .where(table.known_to == OPEN, table.key > after)
        .order_by(table.key)
        .limit(limit)
    )


def waiting(now: datetime) -> Select[tuple[str, str, date | None, date]]:
    """The active schedules that have told nothing of today yet, each with today where the company is. Source: PER-07.

    A company has a handful of them: whether a day is due is asked of each."""
    table, today = run_schedule_list.c, today_of_company(now)
    return (
        select(table.key, table.body, table.told_on, today.label("today"))
        .where(table.known_to == OPEN, table.state == "active", (table.told_on.is_(None)) | (table.told_on < today))
        .order_by(table.key)
    )
