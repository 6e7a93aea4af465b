"""Which periods fees have days of, and which groups were invoiced: what keeps a period whole and a code in its place."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Column, Date, Index, Select, Text, literal, select

from libs.events import subscription_billing_fees as says
from libs.kernel.view import Heard, Rows, View
from libs.rules.billing import Span
from libs.runtime.projector import Projection
from libs.runtime.versions import OPEN, versioned
from services.subscription_billing.projections.copies import TABLES

fee_use = versioned(
    "fee_use",
    TABLES,
    values=[
        Column("code", Text, nullable=False),
        Column("group", Text, nullable=False),
        Column("first", Date, nullable=False),
        Column("last", Date, nullable=False),
        Column("deleted", Boolean, nullable=False),
        Column("invoiced", Boolean, nullable=False),
    ],
)
"""One row for each fee: credited ones stay, deleted ones count for nothing."""
Index("fee_use_by_code", fee_use.c.code, fee_use.c.first)
Index("fee_use_by_group", fee_use.c.group)


def _created(_: Rows, fact: says.FeeCreated, __: Heard) -> Rows:
    days: Mapping[str, date] = {"first": fact.days.first, "last": fact.days.last}
    return {(): {"code": fact.code, "group": fact.group, **days, "deleted": False, "invoiced": False}}


def _deleted(rows: Rows, _: says.FeeDeleted, __: Heard) -> Rows:
    return {(): {**rows[()], "deleted": True}}


def _invoiced(rows: Rows, _: says.FeeInvoiced, __: Heard) -> Rows:
    return {(): {**rows[()], "invoiced": True}}


fee_uses = Projection(
    View(
        "fee_use",
        "subscription_billing",
        {says.FeeCreated: _created, says.FeeDeleted: _deleted, says.FeeInvoiced: _invoiced},
    ),
    fee_use,
)


def fee_of_period(code: str, period: Span) -> Select[Any]:
    """A row when a fee by this code has a day of the period. Source: PER-03."""
    table = fee_use.c
    return (
        select(literal(1).label("found"))
        .where(table.known_to == OPEN, table.code == code, table.first <= period.last, table.last >= period.first)
        .where(table.deleted.is_(False))
        .limit(1)
    )


def invoiced_fee_of_group(group: str) -> Select[Any]:
    """A row when a fee of the group was ever invoiced. Source: SGR-05."""
    table = fee_use.c
    return (
        select(literal(1).label("found")).where(table.known_to == OPEN, table.group == group, table.invoiced).limit(1)
    )
