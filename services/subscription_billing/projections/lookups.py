"""Looking things up: records by key, the price that a subscription is opened at, pages of subscriptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Text, cast, func, select, true

from libs.kernel.money import Money
from libs.rules.billing import PriceWanted, SubscriptionPrice, base_price
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.versions import OPEN
from services.subscription_billing.domain.references import Agreement, Category, Named, PriceFound, Project
from services.subscription_billing.projections import copies
from services.subscription_billing.projections.agreements import agreement as agreement_copy
from services.subscription_billing.projections.record_list import price_row
from services.subscription_billing.projections.subscription_list import billed_days, subscription_list

UTC = "UTC"
LISTED = (
    "number",
    "version",
    "name",
    "state",
    "group",
    "project",
    "customer",
    "category",
    "currency",
    "agreement",
    "starts_on",
    "ends_on",
    "last_day",
    "parked",
    "start_date",
    "latest_end",
)
"""What a list shows of a subscription, beside base price and index. Source: SUB-05."""


async def project(store: FactStore, key: str | None) -> Project | None:
    """The project as it stands, with the price group that counts for it, or None. Source: SPR-04."""
    row = await _one(store, copies.project.table, key)
    if row is None:
        return None
    contract = await _one(store, copies.contract.table, row["contract"])
    customer = await _one(store, copies.customer.table, row["customer"])
    groups = (holder["price_group"] for holder in (row, contract, customer) if holder)
    return Project(
        key=row["key"],
        type=row["type"],
        customer=row["customer"],
        currency=row["currency"],
        price_group=next((group for group in groups if group is not None), None),
        active=row["active"],
    )


async def time_zone(store: FactStore, project_key: str) -> str:
    """The zone of the project, else of the company, else UTC. Source: PER-07."""
    row = await _one(store, copies.project.table, project_key)
    if row is not None and row["time_zone"] is not None:
        return str(row["time_zone"])
    table = copies.company.table.c
    found = await rows(store, select(table.time_zone).where(table.known_to == OPEN).limit(1))
    return str(found[0]["time_zone"]) if found else UTC


async def category(store: FactStore, key: str | None) -> Category | None:
    """The category as it stands, or None."""
    row = await _one(store, copies.category.table, key)
    return Category(row["key"], row["type"], row["active"]) if row else None


async def customer(store: FactStore, key: str | None) -> Named | None:
    """The customer as it stands, or None."""
    row = await _one(store, copies.customer.table, key)
    return Named(row["key"], row["active"]) if row else None


async def price_group(store: FactStore, key: str | None) -> Named | None:
    """The price group, or None."""
    row = await _one(store, copies.price_group.table, key)
    return Named(row["key"]) if row else None


async def agreement(store: FactStore, agreement_id: str | None) -> Agreement | None:
    """The agreement as it stands, or None."""
    if agreement_id is None:
        return None
    table = agreement_copy.c
    asked = select(table.project, table.state).where(table.known_to == OPEN, table.stream_id == agreement_id)
    found = await rows(store, asked)
    return Agreement(agreement_id, found[0]["project"], found[0]["state"]) if found else None


async def price(store: FactStore, wanted: PriceWanted) -> PriceFound | None:
    """The row that the price search comes to, or None. Source: SPR-01 to SPR-04."""
    table = price_row.c
    asked = select(price_row).where(
        table.known_to == OPEN,
        table.withdrawn.is_(None),
        table.code == wanted.period_code,
        table.currency == wanted.currency,
        table.effective_on <= wanted.on,
    )
    found = base_price((_price(row) for row in await rows(store, asked)), wanted)
    return PriceFound(found.key, found.price) if found else None


def _price(row: Mapping[str, Any]) -> SubscriptionPrice:
    return SubscriptionPrice(
        key=row["key"],
        period_code=row["code"],
        effective_on=row["effective_on"],
        price=Money.of(f"{row['amount']:f}", row["currency"]),
        subscription=row["subscription"],
        project=row["project"],
        price_group=row["price_group"],
        category=row["category"],
    )


@dataclass(frozen=True)
class Wanted:
    """Which subscriptions: each value that is not None must fit."""

    exact: Mapping[str, str | None]
    own_customer: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The question as conditions on the list."""
        table = subscription_list.c
        found = [table[name] == value for name, value in self.exact.items() if value is not None]
        return found + ([table.customer == self.own_customer] if self.own_customer else [])


def page_of_subscriptions(wanted: Wanted, after: str, limit: int) -> Select[Any]:
    """Subscriptions that are wanted, by number, from the number after `after` on, with their first and last day that was
    billed. Source: SUB-05."""
    table, days = subscription_list.c, billed_days.c
    billed = (
        select(func.min(days.first).label("start_date"), func.max(days.last).label("latest_end"))
        .where(days.stream_id == table.stream_id, days.known_to == OPEN, days.freed.is_(None))
        .lateral("billed")
    )
    return (
        select(subscription_list, billed)
        .join(billed, true())
        .where(table.known_to == OPEN, table.number > after, *wanted.conditions())
        .order_by(table.number)
        .limit(limit)
    )


def active_of_group(group: str) -> Select[Any]:
    """The ids of the active subscriptions of a group. Source: IDX-03."""
    table = subscription_list.c
    return (
        select(cast(table.stream_id, Text).label("stream_id"))
        .where(table.known_to == OPEN, table.group == group, table.state == "active")
        .order_by(table.number)
    )


async def _one(store: FactStore, table: Table, key: str | None) -> dict[str, Any] | None:
    if key is None:
        return None
    columns = [table.c[name] for name in table.info["values"]]
    found = await rows(store, select(*columns).where(table.c.known_to == OPEN, table.c.key == key))
    return found[0] if found else None
