"""The reports on subscription billing as tables: which rows of analytics_billing.sql, their columns, order and money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Numeric, Text, Uuid, column
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from services.reporting.projections.selection import Moment


@dataclass(frozen=True)
class Report:
    """One report: the function that gives its rows, `<function>_rows`, its columns in their order, by what rows are
    sorted (never null), and which columns are amounts of which currency column."""

    name: str
    function: str
    columns: Sequence[str]
    place: Sequence[str]
    money: Mapping[str, str]

    def rows(self, moment: Moment) -> TableValuedAlias:
        """The rows at an instant."""
        return moment.rows(f"{self.function}_rows", *(column(name, _type(name)) for name in self.columns))

    def place_of(self, written: Sequence[Any]) -> list[Any]:
        """The values of a place as its columns hold them, from how a cursor holds them."""
        days = [isinstance(_type(name), Date) for name in self.place]
        return [date.fromisoformat(value) if day else value for day, value in zip(days, written, strict=True)]


_IDS = {"fee", "subscription", "run", "agreement", "adjusts", "schedule", "voucher", "document", "belongs_to"}
_COUNTS = {"share", "days", "cycle", "line", "times_posted", "movement", "entry"}
_DAYS = {"first_day", "last_day", "project_date", "month"}
_FLAGS = {"subscription_active", "chargeable"}
_NUMBERS = {
    *("base_price", "price_index", "percentage", "amount", "invoiced_net", "to_accrue", "accrued", "remaining"),
    *("subscription_base_price", "subscription_index", "opening", "billed", "recognised", "credited", "closing"),
    *("net", "tax", "total", "rate", "accounting_net", "debit", "credit"),
    *("subscription_revenue", "order_sales", "order_cost"),
}


def _type(name: str) -> TypeEngine[Any]:
    kinds: Sequence[tuple[set[str], TypeEngine[Any]]] = (
        (_IDS, Uuid(as_uuid=False)),
        (_COUNTS, BigInteger()),
        (_FLAGS, Boolean()),
        (_NUMBERS, Numeric()),
        ({"created_at"}, DateTime(timezone=True)),
    )
    for names, kind in kinds:
        if name in names:
            return kind
    return Date() if name in _DAYS or name.endswith("_on") else Text()


_OWNERS = ("subscription", "subscription_number", "subscription_group", "project", "customer", "category", "agreement")
_OWN = dict.fromkeys(("base_price", "amount", "invoiced_net"), "currency")

TRANSACTIONS = Report(
    "subscription-transactions",
    "subscription_fee",
    (
        *("subscription_number", "subscription", "subscription_group", "project", "customer", "currency"),
        *("subscription_currency", "subscription_base_price", "subscription_index", "subscription_active"),
        *("category", "agreement", "contract"),
        *("fee", "share", "project_date", "first_day", "last_day", "days", "period_code", "kind", "adjusts"),
        *("base_price", "price_index", "amount", "status", "inquiry_status", "invoice", "invoiced_on"),
        *("credit_note", "credited_on"),
    ),
    ("subscription_number", "first_day", "fee", "share"),
    _OWN | {"subscription_base_price": "subscription_currency"},
)
"""SRP-01: subscription by subscription, what it was charged."""

FEES = Report(
    "subscription-fees",
    "subscription_fee",
    (
        *(
            "created_at",
            "run",
            "subscription_group",
            "subscription_number",
            "subscription",
            "fee",
            "share",
            "first_day",
        ),
        *("last_day", "project_date", "period_code", "kind", "price_source", "amount", "currency", "chargeable"),
        *("status", "inquiry_status", "project", "customer", "category", "agreement", "invoice", "invoiced_on"),
        *("accounting_currency", "to_accrue", "accrued", "remaining", "last_accrual_on", "accrual_state"),
    ),
    ("first_day", "subscription_number", "fee", "share"),
    {"amount": "currency"} | dict.fromkeys(("to_accrue", "accrued", "remaining"), "accounting_currency"),
)
"""SRP-02: fees by period, to control runs and accruals by."""

ACCRUAL_LINES = Report(
    "accrual-lines",
    "accrual_line",
    (
        *("first_day", "last_day", *_OWNERS, "fee", "share", "kind", "invoice", "invoiced_on", "schedule", "line"),
        *("accrual_code", "basis", "amount", "currency", "state", "accrued_on", "reversed_on", "dropped_on"),
        *("voucher", "times_posted"),
    ),
    ("first_day", "subscription_number", "schedule", "line"),
    {"amount": "currency"},
)
"""SRP-03."""

DEFERRED_REVENUE = Report(
    "deferred-revenue",
    "deferred_revenue_month",
    ("month", "subscription_group", "currency", "opening", "billed", "recognised", "credited", "closing"),
    ("month", "subscription_group", "currency"),
    dict.fromkeys(("opening", "billed", "recognised", "credited", "closing"), "currency"),
)
"""SRP-04."""

INVOICE_JOURNAL = Report(
    "invoice-journal",
    "billing_document",
    (
        *("issued_on", "number", "document", "document_kind", "issuer", "customer", "contract", "net", "tax", "total"),
        *("currency", "rate", "accounting_net", "accounting_currency"),
    ),
    ("issued_on", "number", "document"),
    dict.fromkeys(("net", "tax", "total"), "currency") | {"accounting_net": "accounting_currency"},
)

TRIAL_BALANCE = Report(
    "trial-balance",
    "trial_balance",
    ("month", "account", "currency", "opening", "debit", "credit", "closing"),
    ("month", "account", "currency"),
    dict.fromkeys(("opening", "debit", "credit", "closing"), "currency"),
)

MARGIN = Report(
    "agreement-margin",
    "margin_entry",
    (
        *("basis", "agreement", "project", "counted_on", "currency", "subscription_revenue", "order_sales"),
        "order_cost",
    ),
    (),
    {},
)
"""MAR-09; it is only ever added up."""
