"""What the reference service shows of its own records: a list of every kind."""

from collections.abc import Mapping

from sqlalchemy import Column, Index, MetaData, Select, Text, select

from libs.events.fact import Fact
from libs.kernel.view import Fold, Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import OPEN, versioned
from services.reference.domain.kinds import KINDS, Kind

TABLES = MetaData(schema="read")

records = versioned(
    "record",
    TABLES,
    values=[
        Column("kind", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("body", Text, nullable=False),
    ],
)

Index("record_by_key", records.c.kind, records.c.key)


def _fold(kind: Kind) -> Fold:
    def recorded(_rows: Rows, fact: Fact, _heard: Heard) -> Rows:
        return {(): {"kind": kind.key, "key": getattr(fact, kind.key), "body": fact.to_bytes().decode()}}

    return recorded


_FOLDS: Mapping[type, Fold] = {kind.fact: _fold(kind) for kind in KINDS.values()}

VIEWS = (Projection(View("record", "reference", _FOLDS), records),)


def page_of(kind: str, after: str, limit: int) -> Select[tuple[str, str, int]]:
    """Records of a kind in order of their keys, from the key after `after` on."""
    return (
        select(records.c.key, records.c.body, records.c.version)
        .where(records.c.known_to == OPEN, records.c.kind == kind, records.c.key > after)
        .order_by(records.c.key)
        .limit(limit)
    )
