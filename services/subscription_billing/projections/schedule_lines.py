"""The lines of recognition schedules, from the service's own log: what is earned, what is due. Source: SRP-03."""

from sqlalchemy import Column, Date, Index, Integer, Numeric, Text

from libs.events import subscription_billing_accruals as says
from libs.kernel.view import Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned
from services.subscription_billing.projections.copies import TABLES

schedule_line = versioned(
    "schedule_line",
    TABLES,
    key=[Column("line", Integer)],
    values=[
        Column("fee", Text, nullable=False),
        Column("document", Text, nullable=False),
        Column("subscription", Text, nullable=False),
        Column("group", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("issued_on", Date, nullable=False),
        Column("first", Date, nullable=False),
        Column("last", Date, nullable=False),
        Column("currency", Text, nullable=False),
        Column("amount", Numeric, nullable=False),
        Column("state", Text, nullable=False),
        Column("on", Date),
    ],
)
"""`state` is open, posted, dropped or deleted; `on` the day that a posted line was earned on."""
Index("schedule_line_due", schedule_line.c.state, schedule_line.c.code, schedule_line.c.stream_id)
Index("schedule_line_by_fee", schedule_line.c.fee)

_HEADER = ("fee", "document", "subscription", "group", "code", "issued_on")


def _built(_: Rows, fact: says.ScheduleBuilt, __: Heard) -> Rows:
    told = {name: getattr(fact, name) for name in _HEADER}
    return {
        (line.line,): {
            **told,
            "first": line.days.first,
            "last": line.days.last,
            "currency": line.amount.currency,
            "amount": line.amount.amount,
            "state": "open",
            "on": None,
        }
        for line in fact.lines
    }


def _accrued(rows: Rows, fact: says.RevenueAccrued, _: Heard) -> Rows:
    return {(fact.line,): {**rows[(fact.line,)], "state": "posted", "on": fact.on}}


def _reversed(rows: Rows, fact: says.AccrualReversed, _: Heard) -> Rows:
    return {(fact.line,): {**rows[(fact.line,)], "state": "open", "on": None}}


def _dropped(rows: Rows, fact: says.ScheduleLinesDropped, _: Heard) -> Rows:
    return {(line,): {**rows[(line,)], "state": "dropped"} for line in fact.lines}


def _deleted(rows: Rows, fact: says.ScheduleLinesDeleted, _: Heard) -> Rows:
    return {(line,): {**rows[(line,)], "state": "deleted"} for line in fact.lines}


schedule_lines = Projection(
    View(
        "schedule_line",
        "subscription_billing",
        {
            says.ScheduleBuilt: _built,
            says.RevenueAccrued: _accrued,
            says.AccrualReversed: _reversed,
            says.ScheduleLinesDropped: _dropped,
            says.ScheduleLinesDeleted: _deleted,
        },
    ),
    schedule_line,
)
