"""How rows of the margin reports look from outside, as JSON and as CSV."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from libs.kernel.money import Money, rounded_decimal
from services.reporting.projections.selection import BUCKETS

Row = dict[str, Any]

_LINE = (
    *("number", "service_date", "progress", "agreement", "project", "project_name", "customer", "customer_name"),
    *("line", "type", "category", "category_name", "worker", "worker_name", "item", "object", "task"),
    *("quantity", "unit_cost", "cost", "unit_price", "sales", "margin", "margin_percent", "currency"),
    *("chargeable", "state", "transaction", "posted_on", "invoice", "invoiced_on", "invoiced_sales"),
)
_PLANNED = ("quantity", "cost", "sales")
_AMOUNTS = {"cost", "sales", "margin", "invoiced_sales"}
_ALL = (*BUCKETS, "total")
_MEASURES = ("lines", "cost", "sales", "margin", "margin_percent")

LINE_COLUMNS = ("order", *_LINE, *(f"planned_{name}" for name in _PLANNED))
"""The columns of lines as CSV. Source: MAR-10."""

GROUP_COLUMNS = ("key", "name", "currency", *(f"{bucket}_{measure}" for bucket in _ALL for measure in _MEASURES))
"""The columns of groups as CSV."""


def line(row: Row) -> Row:
    """A line as JSON, with what was planned beside what is."""
    shown = {name: _shown(name, row[name], row["currency"]) for name in _LINE}
    planned = {name: _shown(name, row[f"planned_{name}"], row["currency"]) for name in _PLANNED}
    return {"order": row["order_id"], **shown, "invoice": row["invoice"] or [], "planned": planned}


def line_cells(row: Row) -> Sequence[Any]:
    """A line as CSV."""
    told = {**row, "invoice": ", ".join(row["invoice"] or [])}
    return [row["order_id"], *(told[name] for name in LINE_COLUMNS[1:])]


def buckets(row: Row) -> Row:
    """What a row of sums says of every bucket, and in all, as JSON."""
    return {bucket: _bucket(row, bucket) for bucket in _ALL}


def group(row: Row) -> Row:
    """A group as JSON; its key is null where lines have none."""
    return {"key": row["key"] or None, "name": row["name"], "currency": row["currency"], **buckets(row)}


def grand_total(row: Row) -> Row:
    """The total of a currency as JSON."""
    return {"currency": row["currency"], **buckets(row)}


def group_cells(row: Row) -> Sequence[Any]:
    """A group as CSV."""
    told = [_plain(value) for bucket in buckets(row).values() for value in bucket.values()]
    return [row["key"] or None, row["name"], row["currency"], *told]


def _bucket(row: Row, bucket: str) -> Row:
    cost, sales = (_money(row[f"{bucket}_{measure}"], row["currency"]) for measure in ("cost", "sales"))
    margin = sales - cost
    percent = rounded_decimal(Fraction(100 * margin.minor, sales.minor), 2) if sales.minor else None
    return dict(zip(_MEASURES, (row[f"{bucket}_lines"], cost, sales, margin, percent), strict=True))


def _shown(name: str, value: Any, currency: str) -> Any:
    return _money(value, currency) if name in _AMOUNTS and value is not None else value


def _money(amount: Decimal, currency: str) -> Money:
    return Money.of(f"{amount:f}", currency)


def _plain(value: Any) -> Any:
    return value.decimal if isinstance(value, Money) else value
