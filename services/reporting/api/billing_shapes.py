"""How rows of the reports on subscription billing look from outside, as JSON and as CSV."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from libs.kernel.money import Money, rounded_decimal
from services.reporting.projections.billing import SUBTOTALS
from services.reporting.projections.billing_rows import Report

Row = dict[str, Any]

TOTAL_COLUMNS = (
    "key",
    "number",
    "currency",
    *(f"{status}_{part}" for status in SUBTOTALS for part in ("fees", "amount")),
)
"""The columns of added up fees as CSV."""

MARGIN_COLUMNS = (
    *("key", "name", "basis", "currency", "subscription_revenue", "order_sales", "order_cost", "margin"),
    "margin_percent",
)
"""The columns of margins as CSV."""


def shown(report: Report, row: Row) -> Row:
    """A row as JSON: amounts with their currency."""
    return {name: _shown(report, name, row) for name in report.columns}


def _shown(report: Report, name: str, row: Row) -> Any:
    value, currency = row[name], report.money.get(name)
    return value if value is None or currency is None else _money(value, row[currency])


def cells(report: Report, row: Row) -> Sequence[Any]:
    """A row as CSV: amounts with the decimals of their currency."""
    return [_plain(value) for value in shown(report, row).values()]


def subtotals(row: Row) -> Row:
    """Fees counted and added up by what became of them, as JSON. Source: SRP-01."""
    return {
        status: {"fees": row[f"{status}_fees"], "amount": _money(row[status], row["currency"])} for status in SUBTOTALS
    }


def total(row: Row) -> Row:
    """Added up fees of a group as JSON; its key is null where fees have none, its number is a subscription's."""
    number = row["sort"] if row["sort"] != row["key"] else None
    return {"key": row["key"] or None, "number": number, "currency": row["currency"], **subtotals(row)}


def total_cells(row: Row) -> Sequence[Any]:
    """Added up fees of a group as CSV."""
    told = total(row)
    parts = [_plain(part) for status in SUBTOTALS for part in told[status].values()]
    return [told["key"], told["number"], told["currency"], *parts]


def margin(row: Row, basis: str) -> Row:
    """The margin of a group as JSON: subscription revenue and order sales less order cost. Source: MAR-09."""
    currency = row["currency"]
    revenue, sales, cost = (
        _money(row[name], currency) for name in ("subscription_revenue", "order_sales", "order_cost")
    )
    income = revenue + sales
    earned = income - cost
    percent = rounded_decimal(Fraction(100 * earned.minor, income.minor), 2) if income.minor else None
    figures = (row["key"] or None, row["name"], basis, currency, revenue, sales, cost, earned, percent)
    return dict(zip(MARGIN_COLUMNS, figures, strict=True))


def margin_cells(row: Row, basis: str) -> Sequence[Any]:
    """The margin of a group as CSV."""
    return [_plain(value) for value in margin(row, basis).values()]


def _money(amount: Decimal, currency: str) -> Money:
    return Money.of(f"{amount:f}", currency)


def _plain(value: Any) -> Any:
    return value.decimal if isinstance(value, Money) else value
