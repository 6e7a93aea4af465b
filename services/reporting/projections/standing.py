"""Where an answer stands: one snapshot of the database, and how far everything in it was heard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.sql import ClauseElement

from libs.runtime.database import Connection, borrowed, unit_of_work
from libs.runtime.queries import rows_on
from libs.runtime.store import FactStore

CONSUMER = "reporting.views"
_HEARD = text(
    "select source, partition, position from store.heard where consumer = :consumer order by 1, 2"
).bindparams(consumer=CONSUMER)
_PARKED = text("select 1 from store.parked where consumer = :consumer limit 1").bindparams(consumer=CONSUMER)
_ONE_STATE = (
    "set transaction isolation level repeatable read, read only; set local enable_seqscan = on; "
    "set local work_mem = '32MB'"
)
"""Reports add up much: what is right for the short statements of the store is not for them."""


@dataclass(frozen=True)
class Standing:
    """How far the views have heard every partition of every publisher, and whether a stream of theirs is parked."""

    positions: dict[str, dict[str, int]]
    parked: bool


class Snapshot:
    """The database in one state, whatever is written meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def rows(self, statement: ClauseElement) -> list[dict[str, Any]]:
        """The rows of a statement, by column name; ids as text."""
        found = await rows_on(self._connection, statement)
        return [{name: _as_told(value) for name, value in row.items()} for row in found]

    async def standing(self) -> Standing:
        """Where the rows of this snapshot stand."""
        heard = await self.rows(_HEARD)
        parked = await self.rows(_PARKED)
        positions: dict[str, dict[str, int]] = {}
        for row in heard:
            positions.setdefault(row["source"], {})[str(row["partition"])] = row["position"]
        return Standing(positions, bool(parked))


def _as_told(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


@asynccontextmanager
async def snapshot(store: FactStore) -> AsyncIterator[Snapshot]:
    """One state of the database, to be asked several questions. Unavailable when the database is away."""
    async with borrowed(store.recorder.pool) as connection, unit_of_work(connection):
        await connection.execute(_ONE_STATE)
        yield Snapshot(connection)
