"""Looking things up: reference records by key, the prices that a line may be given, pages of orders."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, or_, select

from libs.rules.pricing import Price, Wanted
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.versions import OPEN
from services.order.domain.service_order.references import Category, Item, LineProperty, Project, Worker
from services.order.projections import copies
from services.order.projections.order_list import order_list

LISTED = (
    "number",
    "version",
    "project",
    "customer",
    "currency",
    "service_date",
    "priority",
    "responsible",
    "preferred_technician",
    "progress",
)
"""What a list shows of an order."""


async def project(store: FactStore, key: str | None) -> Project | None:
    """The project as it stands, or None."""
    row = await _one(store, copies.project.table, key)
    return Project(**row) if row else None


async def category(store: FactStore, key: str | None) -> Category | None:
    """The category as it stands, or None."""
    row = await _one(store, copies.category.table, key)
    return Category(**row) if row else None


async def worker(store: FactStore, key: str | None) -> Worker | None:
    """The worker as he or she stands, or None."""
    row = await _one(store, copies.worker.table, key)
    return Worker(**row) if row else None


async def item(store: FactStore, key: str | None) -> Item | None:
    """The item as it stands, or None."""
    row = await _one(store, copies.item.table, key)
    return Item(**row) if row else None


async def line_property(store: FactStore, key: str | None) -> LineProperty | None:
    """The line property as it stands, or None."""
    row = await _one(store, copies.line_property.table, key)
    return LineProperty(**row) if row else None


async def customer_known(store: FactStore, key: str | None) -> bool:
    """Whether the customer exists and is active."""
    row = await _one(store, copies.customer.table, key)
    return row is not None and row["active"]


async def cost_prices(store: FactStore, wanted: Wanted) -> list[Price]:
    """The cost prices in force that fit what is wanted; the search chooses among them. Source: PRJ-01."""
    table = copies.cost_price.table
    return [_price(row, row.pop("price")) for row in await rows(store, _fitting(table, wanted))]


async def sales_prices(store: FactStore, wanted: Wanted) -> list[Price]:
    """The sales prices in force that fit what is wanted; the search chooses among them. Source: PRJ-01, PRJ-06."""
    table = copies.sales_price.table
    return [_price(row, row.pop("value")) for row in await rows(store, _fitting(table, wanted))]


def page_of_orders(filters: Collection[ColumnElement[bool]], after: str, limit: int) -> Select[Any]:
    """Orders that fit all filters, by number, from the number after `after` on."""
    table = order_list
    return (
        select(table)
        .where(table.c.known_to == OPEN, table.c.number > after, *filters)
        .order_by(table.c.number)
        .limit(limit)
    )


def of_worker(key: str) -> ColumnElement[bool]:
    """Orders that a worker answers for, is preferred for, or works on."""
    table = order_list
    on_a_line = func.strpos(table.c.workers, f" {key} ") > 0
    return or_(table.c.responsible == key, table.c.preferred_technician == key, on_a_line)


def served_from(first: date) -> ColumnElement[bool]:
    """Orders of that day and later."""
    return order_list.c.service_date >= first


def served_until(last: date) -> ColumnElement[bool]:
    """Orders of that day and earlier."""
    return order_list.c.service_date <= last


def having(name: str, value: str) -> ColumnElement[bool]:
    """Orders whose column holds exactly this value."""
    return order_list.c[name] == value


async def _one(store: FactStore, table: Table, key: str | None) -> dict[str, Any] | None:
    if key is None:
        return None
    columns = [table.c[name] for name in table.info["values"]]
    found = await rows(store, select(*columns).where(table.c.known_to == OPEN, table.c.key == key))
    return found[0] if found else None


def _fitting(table: Table, wanted: Wanted) -> Select[Any]:
    named = [
        or_(table.c[name].is_(None), table.c[name] == getattr(wanted, name))
        for name in ("project", "worker", "category")
    ]
    columns = [table.c[name] for name in table.info["values"]]
    return select(*columns).where(
        table.c.known_to == OPEN,
        table.c.type == wanted.type,
        table.c.currency == wanted.currency,
        table.c.effective_on <= wanted.on,
        *named,
    )


def _price(row: dict[str, Any], value: Any) -> Price:
    return Price(value=value, **row)
