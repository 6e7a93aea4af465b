"""Connections to PostgreSQL, and the one unit of work that knows whether its commit happened."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from libs.runtime.faults import Unavailable

Connection = psycopg.AsyncConnection[Any]

SESSION = {
    "autocommit": True,
    "options": "-c enable_seqscan=off -c statement_timeout=10s -c idle_in_transaction_session_timeout=5s -c timezone=UTC",
}
"""enable_seqscan: a plan made while a table was empty must not stay a sequential scan."""


SILENCE_SECONDS = 12
"""A statement ends after ten; a server that says nothing for longer is as good as gone."""


class ConnectionLost(Unavailable):
    """The connection broke during a statement: nobody knows whether it was done."""


class LostCommit(RuntimeError):
    """The server answered something other than COMMIT: nothing of the unit of work was written."""


def connection_pool(url: str, *, largest: int = 8) -> AsyncConnectionPool[Connection]:
    """A pool of autocommit connections, each checked before it is lent. Open it before use, close it after."""
    return AsyncConnectionPool(
        url,
        kwargs=SESSION,
        min_size=1,
        max_size=largest,
        timeout=2,
        max_lifetime=600,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )


@asynccontextmanager
async def borrowed(pool: AsyncConnectionPool[Connection]) -> AsyncIterator[Connection]:
    """A connection of the pool. Unavailable when none is to be had within two seconds, ConnectionLost when it breaks.

    Unavailable, too, when a statement takes longer than it may.
    """
    try:
        connection = await pool.getconn()
    except (PoolTimeout, psycopg.OperationalError) as fault:
        raise Unavailable("the database does not answer") from fault
    try:
        with _told_apart():
            yield connection
    finally:
        await pool.putconn(connection)


@contextmanager
def _told_apart() -> Iterator[None]:
    """A statement that took too long was not done; when the connection broke, nobody knows."""
    try:
        yield
    except psycopg.errors.QueryCanceled as fault:
        raise Unavailable("the question takes too long: ask for less") from fault
    except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError) as fault:
        raise ConnectionLost("the database does not answer") from fault


async def connect(url: str, seconds: int = 5) -> Connection:
    """One connection of its own, in autocommit; psycopg's OperationalError when the server is away."""
    return await psycopg.AsyncConnection.connect(url, connect_timeout=seconds, **SESSION)  # type: ignore[arg-type]


class Line:
    """One connection of its own, opened when first needed and anew after it broke; for one user at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None

    @asynccontextmanager
    async def held(self) -> AsyncIterator[Connection]:
        """The connection. Raises what `borrowed` raises; a server that says nothing is ConnectionLost, too."""
        connection = await self._opened()
        with _told_apart():
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    yield connection
            except TimeoutError:
                await connection.close()
                raise

    async def close(self) -> None:
        """Closes it; the next use opens it again."""
        if self._connection is not None:
            await self._connection.close()

    async def _opened(self) -> Connection:
        if self._connection is None or self._connection.closed:
            try:
                self._connection = await connect(self._url, seconds=2)
            except psycopg.OperationalError as fault:
                raise Unavailable("the database does not answer") from fault
        return self._connection


async def one_row(cursor: psycopg.AsyncCursor[Any]) -> Any:
    """The row that a statement always answers; RuntimeError when it does not."""
    row = await cursor.fetchone()
    if row is None:
        raise RuntimeError("the statement answered no row")
    return row


@asynccontextmanager
async def unit_of_work(connection: Connection) -> AsyncIterator[Connection]:
    """All or nothing. LostCommit when a statement failed inside and the server only answers ROLLBACK to COMMIT.

    psycopg's own blocks end such a transaction without an error.
    """
    await connection.execute("begin", prepare=False)
    try:
        yield connection
    except BaseException:
        if not connection.closed:
            await connection.execute("rollback")
        raise
    if connection.info.transaction_status != TransactionStatus.INTRANS:
        await connection.execute("rollback")
        raise LostCommit("a statement failed inside the unit of work")
    answer = await connection.execute("commit", prepare=False)
    if answer.statusmessage != "COMMIT":
        raise LostCommit(f"the server answered {answer.statusmessage}")
