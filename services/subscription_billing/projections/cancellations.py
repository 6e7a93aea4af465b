"""Subscriptions that were cancelled at once, and whether what was billed for later days was taken off. Source: LIF-04."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Select, Text, and_, cast, select

from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_subscriptions as says
from libs.kernel.view import Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import OPEN, versioned
from services.subscription_billing.projections.copies import TABLES
from services.subscription_billing.projections.fee_list import fee_list, fee_share

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


UNDER_WAY = ("on_proposal", "selected_for_credit", "on_credit_proposal")


def to_credit(most: int) -> Select[Any]:
    """Cancelled subscriptions whose later days are still billed, so many at most; not those of which a fee is being
    invoiced or given back, for they wait, and must not keep the others waiting."""
    table, fee, share = cancellation.c, fee_list.c, fee_share.c
    own = cast(table.stream_id, Text)
    waits = (
        select(share.share)
        .join(fee_list, and_(fee.stream_id == share.stream_id, fee.known_to == OPEN))
        .where(share.known_to == OPEN, share.standing.in_(UNDER_WAY), fee.subscription == own)
        .exists()
    )
    return (
        select(own.label("stream_id"))
        .where(table.known_to == OPEN, table.credited.is_(False), ~waits)
        .order_by(table.stream_id)
        .limit(most)
    )
