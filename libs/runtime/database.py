"""Connections to PostgreSQL, and the one unit of work that knows whether its commit happened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
        yield connection
    except psycopg.errors.QueryCanceled as fault:
        raise Unavailable("the question takes too long: ask for less") from fault
    except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
        raise ConnectionLost("the database does not answer") from fault
    finally:
        await pool.putconn(connection)


async def connect(url: str) -> Connection:
    """One connection of its own, in autocommit; psycopg's OperationalError when the server is away."""
    return await psycopg.AsyncConnection.connect(url, connect_timeout=5, **SESSION)  # type: ignore[arg-type]


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
