"""When the clocks of orders want to be looked at next, from the service's own log: the durable timers. Source: sla 13."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Select, Text, cast, func, select

from libs.events import order_sla as told
from libs.kernel.view import Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import OPEN, versioned
from services.order.projections.calendars import calendar
from services.order.projections.copies import TABLES

sla_timer = versioned(
    "sla_timer",
    TABLES,
    key=[Column("clock", Text)],
    values=[
        Column("next_at", DateTime(timezone=True)),
        Column("open", Boolean, nullable=False),
        Column("calendar", Text),
        Column("calendar_version", BigInteger, nullable=False),
    ],
)
"""`next_at` is when something becomes true of the clock if nothing happens to it; `calendar_version` is the highest that
it is measured with. A fact that was told moves the row on, so a timer fires until it has been heard, and then no more."""
Index("sla_timer_next", sla_timer.c.next_at)
Index("sla_timer_calendar", sla_timer.c.calendar)


def _attached(_: Rows, fact: told.OrderSlaAttached, __: Heard) -> Rows:
    return {(clock.clock,): {"next_at": None, "open": True, **_calendar(fact)} for clock in fact.clocks}


def _marked(rows: Rows, fact: told.SlaMark, _: Heard) -> Rows:
    ended = isinstance(fact, told.OrderSlaStopped | told.OrderSlaCanceled)
    row = {**rows[fact.clock,], "next_at": fact.next_at}
    if ended or isinstance(fact, told.OrderSlaReopened):
        row["open"] = not ended
    if isinstance(fact, told.OrderSlaPolicyChanged | told.OrderSlaCalendarChanged):
        row |= _calendar(fact)
    return {(fact.clock,): row}


def _calendar(
    fact: told.OrderSlaAttached | told.OrderSlaPolicyChanged | told.OrderSlaCalendarChanged,
) -> dict[str, Any]:
    return {"calendar": fact.calendar, "calendar_version": max(fact.calendar_versions, default=0)}


timers = Projection(
    View(
        "sla_timer",
        "order",
        {
            told.OrderSlaAttached: _attached,
            **{fact: _marked for fact in told.FACTS if issubclass(fact, told.SlaMark)},
        },
    ),
    sla_timer,
)


def due(now: datetime, most: int) -> Select[str, Any]:
    """The orders whose clocks want to be looked at by now, with the instant for which, the earliest first."""
    table = sla_timer.c
    at = func.min(table.next_at).label("at")
    return (
        select(cast(table.stream_id, Text).label("stream_id"), at)
        .where(table.known_to == OPEN, table.next_at <= now)
        .group_by(table.stream_id)
        .order_by(at)
        .limit(most)
    )


def outdated(most: int) -> Select[Any]:
    """The orders with an open clock that does not know every version of its calendar. Source: sla 9."""
    table = sla_timer.c
    latest = (
        select(calendar.c.key, func.max(calendar.c.number).label("number"))
        .where(calendar.c.known_to == OPEN)
        .group_by(calendar.c.key)
        .subquery()
    )
    return (
        select(cast(table.stream_id, Text).label("stream_id"))
        .distinct()
        .join(latest, latest.c.key == table.calendar)
        .where(table.known_to == OPEN, table.open, table.calendar_version < latest.c.number)
        .limit(most)
    )
