"""Subscriptions that were cancelled at once, and whether what was billed for later days was taken off. Source: LIF-04."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Select, Text, cast, select

from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_subscriptions as says
from libs.kernel.view import Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import OPEN, versioned
from services.subscription_billing.projections.copies import TABLES

cancellation = versioned(
    "cancellation",
    TABLES,
    values=[Column("last_day", Date, nullable=False), Column("credited", Boolean, nullable=False)],
)


def _cancelled(_: Rows, fact: says.SubscriptionCancelled, __: Heard) -> Rows:
    return {(): {"last_day": fact.last_day, "credited": False}} if fact.mode == "immediate" else {}


def _credited(rows: Rows, _: fees.UnusedDaysCredited, __: Heard) -> Rows:
    return {(): {**rows[()], "credited": True}}


cancellations = Projection(
    View(
        "cancellation",
        "subscription_billing",
        {says.SubscriptionCancelled: _cancelled, fees.UnusedDaysCredited: _credited},
    ),
    cancellation,
)


def to_credit(most: int) -> Select[Any]:
    """Cancelled subscriptions whose later days are still billed, so many at most."""
    table = cancellation.c
    return (
        select(cast(table.stream_id, Text).label("stream_id"))
        .where(table.known_to == OPEN, table.credited.is_(False))
        .order_by(table.stream_id)
        .limit(most)
    )
