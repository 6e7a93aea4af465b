"""Looking things up: reference records by key, pages of agreements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, or_, select, true

from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.versions import OPEN
from services.agreement.domain.references import Category, Item, LineProperty, Project, Worker
from services.agreement.projections import copies
from services.agreement.projections.agreement_list import agreement_list, terms_list

LISTED = (
    "number",
    "version",
    "state",
    "project",
    "customer",
    "starts_on",
    "ends_on",
    "responsible",
    "preferred_technician",
    "group",
    "sla_policy",
    "sla_from",
)
"""What a list shows of an agreement; group and SLA policy as on the day that is asked for."""


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


async def calendar_known(store: FactStore, key: str | None) -> bool:
    """Whether the calendar exists, in any version."""
    return await _one(store, copies.calendar.table, key) is not None


async def customer_known(store: FactStore, key: str | None) -> bool:
    """Whether the customer exists and is active."""
    row = await _one(store, copies.customer.table, key)
    return row is not None and row["active"]


@dataclass(frozen=True)
class Wanted:
    """Which agreements: each value that is not None must fit. The group is that of the terms on `on`; a worker's
    agreements are those he answers for, is preferred for or has a line of. Source: AGR-13."""

    on: date
    exact: Mapping[str, str | None]
    group: str | None = None
    active_on: date | None = None
    own_customer: str | None = None
    own_worker: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The question as conditions on the list, but for the group."""
        table = agreement_list.c
        found = [table[name] == value for name, value in self.exact.items() if value is not None]
        found += [table.customer == self.own_customer] if self.own_customer else []
        found += [_of_worker(self.own_worker)] if self.own_worker else []
        return found + ([] if self.active_on is None else _active_on(self.active_on))


def page_of_agreements(wanted: Wanted, after: str, limit: int) -> Select[Any]:
    """Agreements that are wanted, by number, from the number after `after` on, with their terms on the day wanted."""
    table, term = agreement_list.c, terms_list.c
    in_force = (
        select(term.group, term.sla_policy, term.sla_from)
        .where(term.stream_id == table.stream_id, term.known_to == OPEN)
        .where(term.effective_on <= func.greatest(table.starts_on, wanted.on))
        .order_by(term.effective_on.desc())
        .limit(1)
        .lateral("in_force")
    )
    of_group = [in_force.c.group == wanted.group] if wanted.group else []
    return (
        select(agreement_list, in_force)
        .join(in_force, true())
        .where(table.known_to == OPEN, table.number > after, *wanted.conditions(), *of_group)
        .order_by(table.number)
        .limit(limit)
    )


def _active_on(day: date) -> list[ColumnElement[bool]]:
    """Within validity and not suspended. Source: AGR-13."""
    table = agreement_list.c
    return [table.takes_orders, table.starts_on <= day, or_(table.ends_on.is_(None), table.ends_on >= day)]


def _of_worker(key: str) -> ColumnElement[bool]:
    table = agreement_list.c
    on_a_line = func.strpos(table.line_workers, f":{key} ") > 0
    return or_(table.responsible == key, table.preferred_technician == key, on_a_line)


async def _one(store: FactStore, table: Table, key: str | None) -> dict[str, Any] | None:
    if key is None:
        return None
    columns = [table.c[name] for name in table.info["values"]]
    found = await rows(store, select(*columns).where(table.c.known_to == OPEN, table.c.key == key))
    return found[0] if found else None
