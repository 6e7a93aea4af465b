"""Asking: SQLAlchemy Core statements, run on the store's own asynchronous connections."""

from typing import Any

from psycopg.rows import dict_row
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql import ClauseElement

from libs.runtime.database import Connection, borrowed
from libs.runtime.store import FactStore

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


async def rows(store: FactStore, statement: ClauseElement) -> list[dict[str, Any]]:
    """The rows of a statement, by column name. Unavailable when the database is away; statements end after 10 s."""
    async with borrowed(store.recorder.pool) as connection:
        return await rows_on(connection, statement)


async def rows_on(connection: Connection, statement: ClauseElement) -> list[dict[str, Any]]:
    """The same on this connection, in whatever transaction it is."""
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(compiled.string.encode(), dict(compiled.params))
    return await cursor.fetchall()
