"""What reporting keeps of SLA clocks: each with its marks, the reasons of their orders, and calendars to measure by."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Text

from libs.runtime.versions import versioned
from services.reporting.projections.tables import METADATA as METADATA


def _instant(name: str) -> Column[datetime]:
    return Column(name, DateTime(timezone=True))


sla_clock = versioned(
    "sla_clock",
    METADATA,
    key=[Column("clock", Text)],
    values=[
        Column("policy", Text, nullable=False),
        Column("policy_version", BigInteger, nullable=False),
        Column("level", Text, nullable=False),
        Column("priority", Text, nullable=False),
        Column("calendar", Text),
        Column("time_zone", Text, nullable=False),
        Column("budget_seconds", BigInteger),
        Column("budget_days", BigInteger),
        Column("marks", Text, nullable=False),
        Column("attached_at", DateTime(timezone=True), nullable=False),
        _instant("started_at"),
        _instant("stopped_at"),
        Column("state", Text, nullable=False),
        Column("verdict", Text, nullable=False),
        _instant("verdict_at"),
        _instant("at_risk_at"),
        Column("elapsed_seconds", BigInteger, nullable=False),
        _instant("measured_at"),
        Column("due_at", Text),
        _instant("next_at"),
    ],
)
"""One measurement of an order; the stream is the order.

`state` is attached, running, paused, stopped or canceled, after the last of its marks; `stopped_at` is when it was
stopped or canceled. `verdict` is the last word told: running, met, missed or canceled. `marks` is everything that
happened to the clock, as measuring.py reads it, with the terms that it was held to. The budget stands in seconds of open
time or in working days, never in both. What was told last stands in `elapsed_seconds`, at `measured_at`, with `due_at`
(with its offset) and `next_at`. Source: sla, contracts 7.
"""

order_reason = versioned(
    "order_reason",
    METADATA,
    key=[Column("entry", BigInteger)],
    values=[
        Column("kind", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("given_at", DateTime(timezone=True), nullable=False),
        Column("removed", Boolean, nullable=False),
    ],
)
"""The reasons on an order's log. Source: STG-06, STG-08, STR-06, STR-07."""

calendar = versioned(
    "calendar",
    METADATA,
    key=[Column("calendar_version", BigInteger)],
    values=[
        Column("key", Text, nullable=False),
        Column("time_zone", Text, nullable=False),
        Column("weekly", Text, nullable=False),
        Column("exceptions", Text, nullable=False),
        Column("valid_from", Date, nullable=False),
    ],
)
"""Every version of every calendar; windows as the fact has them, in JSON. Source: sla 9 and 10."""

Index("calendar_key", calendar.c.key)
for _column in ("policy", "verdict_at"):
    Index(f"sla_clock_{_column}", sla_clock.c[_column])
