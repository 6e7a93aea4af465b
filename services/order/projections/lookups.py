"""Looking things up: reference records by key, the prices that a line may be given, pages of orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Text, cast, func, or_, select

from libs.rules.pricing import Price
from libs.rules.pricing import Wanted as WantedPrice
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
    "agreement",
    "stage",
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


async def item(store: FactStore, key: str | None, on: date) -> Item | None:
    """The item as it stands, with the prices in force on a day, or None.

    Every put is a row of the item's price list: the latest day on or before `on` wins, then the latest put. An item
    without a price on that day comes with the day from which it has one. Source: PRJ-01.
    """
    table = copies.item.table
    present = await _one(store, table, key)
    if present is None:
        return None
    priced = [table.c[name] for name in ("effective_on", "currency", "cost_price", "sales_price")]
    in_force = (
        select(*priced)
        .where(table.c.key == key, table.c.effective_on <= on)
        .order_by(table.c.effective_on.desc(), table.c.version.desc())
        .limit(1)
    )
    found = await rows(store, in_force)
    return Item(**{**present, **(found[0] if found else {})})


async def line_property(store: FactStore, key: str | None) -> LineProperty | None:
    """The line property as it stands, or None."""
    row = await _one(store, copies.line_property.table, key)
    return LineProperty(**row) if row else None


async def customer_known(store: FactStore, key: str | None) -> bool:
    """Whether the customer exists and is active."""
    row = await _one(store, copies.customer.table, key)
    return row is not None and row["active"]


async def cost_prices(store: FactStore, wanted: WantedPrice) -> list[Price]:
    """The cost prices in force that fit what is wanted; the search chooses among them. Source: PRJ-01."""
    table = copies.cost_price.table
    return [_price(row, row.pop("price")) for row in await rows(store, _fitting(table, wanted))]


async def sales_prices(store: FactStore, wanted: WantedPrice) -> list[Price]:
    """The sales prices in force that fit what is wanted; the search chooses among them. Source: PRJ-01, PRJ-06."""
    table = copies.sales_price.table
    return [_price(row, row.pop("value")) for row in await rows(store, _fitting(table, wanted))]


@dataclass(frozen=True)
class Wanted:
    """Which orders: each value that is not None must fit. Both days are included; a worker's orders are those he answers
    for, is preferred for or works on."""

    exact: Mapping[str, str | None]
    worker: str | None = None
    served_from: date | None = None
    served_to: date | None = None
    own_customer: str | None = None
    own_worker: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The question as conditions."""
        table = order_list.c
        found = [table[name] == value for name, value in self.exact.items() if value is not None]
        found += [_of_worker(key) for key in (self.worker, self.own_worker) if key is not None]
        found += [table.customer == self.own_customer] if self.own_customer else []
        found += [table.service_date >= self.served_from] if self.served_from else []
        found += [table.service_date <= self.served_to] if self.served_to else []
        return found


def stages_in_use() -> Select[Any]:
    """The stages in which orders stand. Source: STG-12."""
    table = order_list
    return select(table.c.stage).distinct().where(table.c.known_to == OPEN, table.c.stage.is_not(None))


def page_of_orders(wanted: Wanted, after: str, limit: int) -> Select[Any]:
    """Orders that are wanted, by number, from the number after `after` on."""
    table = order_list
    named = [cast(table.c[name], Text).label(name) if name == "agreement" else table.c[name] for name in LISTED]
    return (
        select(cast(table.c.stream_id, Text).label("stream_id"), *named)
        .where(table.c.known_to == OPEN, table.c.number > after, *wanted.conditions())
        .order_by(table.c.number)
        .limit(limit)
    )


def _of_worker(key: str) -> ColumnElement[bool]:
    table = order_list.c
    on_a_line = func.strpos(table.workers, f" {key} ") > 0
    return or_(table.responsible == key, table.preferred_technician == key, on_a_line)


async def _one(store: FactStore, table: Table, key: str | None) -> dict[str, Any] | None:
    if key is None:
        return None
    columns = [table.c[name] for name in table.info["values"]]
    found = await rows(store, select(*columns).where(table.c.known_to == OPEN, table.c.key == key))
    return found[0] if found else None


def _fitting(table: Table, wanted: WantedPrice) -> Select[Any]:
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
