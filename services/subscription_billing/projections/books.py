"""Copies of the records that invoicing and the ledger go by, whole, by kind and key."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Column, Index, Select, Text, or_, select

from libs.events.fact import Fact
from libs.events.registry import REGISTRY
from libs.kernel.view import Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.versions import OPEN, versioned
from services.subscription_billing.domain.books import KEYS, Books
from services.subscription_billing.projections.copies import TABLES

book_record = versioned(
    "book_record",
    TABLES,
    values=[
        Column("kind", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("body", Text, nullable=False),
    ],
)
"""`kind` is the wire name of the fact, `body` the JSON of the last one."""
Index("book_record_by_key", book_record.c.kind, book_record.c.key)


def _fold(key: str) -> Callable[[Rows, Any, Heard], Rows]:
    def recorded(_: Rows, fact: Fact, __: Heard) -> Rows:
        return {(): {"kind": fact.wire(), "key": getattr(fact, key), "body": fact.to_bytes().decode()}}

    return recorded


book_records = Projection(
    View("book_record", "reference", {kind: _fold(key) for kind, key in KEYS.items()}), book_record
)

_ONE_BY_ONE = {kind.wire(): key for kind, key in KEYS.items() if key in ("project", "category")}
"""Of these there are many: only those asked for are read."""


async def books(store: FactStore, projects: Sequence[str] = (), categories: Sequence[str] = ()) -> Books:
    """The books as they stand, with these projects and categories. Source: INV, LED-01, LNP-02."""
    found = await rows(store, _asked(projects, categories))
    return Books.of(REGISTRY.decode(row["kind"], row["body"].encode()) for row in found)


def _asked(projects: Sequence[str], categories: Sequence[str]) -> Select[Any]:
    table, wanted = book_record.c, {"project": sorted(set(projects)), "category": sorted(set(categories))}
    named = [(table.kind == kind) & table.key.in_(wanted[key]) for kind, key in _ONE_BY_ONE.items()]
    return select(table.kind, table.body).where(
        table.known_to == OPEN, or_(table.kind.notin_(list(_ONE_BY_ONE)), *named)
    )
