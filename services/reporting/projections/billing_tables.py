"""What reporting keeps of subscription billing: subscriptions, fees, schedules, what was earned, documents, the ledger.

What is written once and never changed says when it happened (`occurred_at`) and needs no twin.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Numeric, Text, Uuid

from libs.runtime.versions import versioned
from services.reporting.projections.sla_tables import METADATA as METADATA


def _id(name: str, *, there: bool = False) -> Column[Any]:
    return Column(name, Uuid(as_uuid=False), nullable=not there)


def _texts(*names: str) -> list[Column[Any]]:
    return [Column(name, Text) for name in names]


def _numbers(*names: str) -> list[Column[Any]]:
    return [Column(name, Numeric) for name in names]


def _days(*names: str) -> list[Column[Any]]:
    return [Column(name, Date) for name in names]


def _happened() -> Column[Any]:
    return Column("occurred_at", DateTime(timezone=True), nullable=False)


_BILLED = ("subscription_number", "subscription_group", "kind", "project", "category")
"""What a share of a fee is known by wherever it stands."""

subscription = versioned(
    "subscription",
    METADATA,
    values=[
        *_texts("number", "subscription_group", "project", "customer", "category", "currency"),
        *_numbers("base_price", "price_index"),
        _id("agreement"),
        Column("active", Boolean, nullable=False),
    ],
)
"""A subscription with the price and the index that were told last. Source: SUB-05."""

subscription_fee = versioned(
    "subscription_fee",
    METADATA,
    key=[Column("share", BigInteger)],
    values=[
        _id("subscription", there=True),
        *_texts(*_BILLED, "customer", "contract", "period_code", "price_source", "currency", "line_property"),
        *(_id(name) for name in ("run", "agreement", "adjusts", "document", "schedule")),
        *_days("first_day", "last_day", "project_date", "invoiced_on", "credited_on"),
        *(Column(name, BigInteger, nullable=False) for name in ("days", "cycle")),
        *_numbers("base_price", "price_index", "percentage", "amount", "invoiced_net"),
        Column("chargeable", Boolean, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        *_texts("state", "invoice", "credit_note"),
    ],
)
"""What one funding source pays of a fee, and how far it is; the stream is the fee. `state` is one of FTR-04, or deleted.

`days` are those that the fee bills, or that a reduction takes off; `amount` is the share until it is invoiced, then what
was charged for it.
"""

accrual_schedule = versioned(
    "accrual_schedule",
    METADATA,
    values=[
        *(_id(name, there=True) for name in ("fee", "subscription", "document")),
        Column("share", BigInteger, nullable=False),
        *_texts(*_BILLED, "customer", "invoice", "accrual_code", "basis", "currency"),
        _id("agreement"),
        *_days("invoiced_on"),
        *_numbers("amount"),
        _happened(),
    ],
)
"""An invoiced share that is earned over time: whose it is and what it comes to, in the accounting currency."""

accrual_line = versioned(
    "accrual_line",
    METADATA,
    key=[Column("line", BigInteger)],
    values=[
        *_days("first_day", "last_day", "accrued_on", "reversed_on", "dropped_on"),
        *_numbers("amount"),
        *_texts("state"),
        _id("voucher"),
        Column("times_posted", BigInteger, nullable=False),
        Column("deleted", Boolean, nullable=False),
    ],
)
"""A slice of a schedule: open, posted or dropped. A reversed line is open again. Source: subscription-billing 7."""

deferral = versioned(
    "deferral",
    METADATA,
    key=[Column("movement", BigInteger)],
    values=[*_texts("kind"), *_days("posted_on"), *_numbers("amount"), _happened()],
)
"""What a fact adds to, or takes from, what a schedule has still to earn: billed, recognised, reversed or credited. The
movement is the version of the fact; the amounts of a schedule sum to its open lines. Source: SRP-04."""

billing_document = versioned(
    "billing_document",
    METADATA,
    values=[
        *_texts("number", "kind", "issuer", "customer", "contract", "currency", "accounting_currency"),
        *_days("issued_on"),
        *_numbers("net", "tax", "total", "rate", "accounting_net"),
        _happened(),
    ],
)

billing_line = versioned(
    "billing_line",
    METADATA,
    key=[Column("line", BigInteger)],
    values=[
        *(_id(name, there=True) for name in ("fee", "subscription")),
        *(_id(name) for name in ("agreement", "schedule", "reversed_document")),
        *(Column(name, BigInteger) for name in ("share", "reversed_line")),
        *_texts(*_BILLED, "customer", "contract", "currency", "accounting_currency"),
        *_days("issued_on", "first_day", "last_day"),
        *_numbers("net", "gross", "accounting_net"),
        _happened(),
    ],
)
"""A line of an invoice or a credit note; amounts are what it adds to the customer's account."""

ledger_entry = versioned(
    "ledger_entry",
    METADATA,
    key=[Column("entry", BigInteger)],
    values=[
        *_texts("source", "posting_type", "account", "project", "category", "customer", "currency"),
        *(_id(name) for name in ("belongs_to", "subscription")),
        *_days("posted_on"),
        *_numbers("amount"),
        _happened(),
    ],
)
"""One entry of a voucher: debit above zero, credit below."""

for _table, _column in (
    *((subscription_fee, name) for name in ("subscription", "subscription_number", "first_day", "project_date")),
    (accrual_line, "first_day"),
    (billing_document, "issued_on"),
):
    Index(f"{_table.name}_{_column}", _table.c[_column])
"""By what lists are sorted, so that a page ends without looking at what follows it, and selected."""
