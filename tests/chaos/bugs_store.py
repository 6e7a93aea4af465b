"""Planted bugs of the event store: how commands are written and answered."""

import asyncio
from collections.abc import Callable
from typing import Any

import psycopg

from libs.runtime.database import ConnectionLost, borrowed
from libs.runtime.faults import NotFound
from libs.runtime.recorder import append_on
from libs.runtime.relay import woken
from tests.chaos.points import wrap

SWALLOWED = 20
"""Every so many appends, one meets an error that nobody looks at."""
LATE_SECONDS = 0.5

_later: set[asyncio.Task[None]] = set()


def no_lock(database_of: Callable[[str], str]) -> None:
    """The append draws its position from a sequence, works a little, and takes no lock."""
    with psycopg.connect(database_of("order"), autocommit=True) as owner:
        found = owner.execute("select pg_get_functiondef('store.append'::regproc)").fetchone()
        assert found is not None
        body = str(found[0])
        lock = "perform pg_advisory_xact_lock(4711);"
        assert lock in body
        hasty = body.replace(lock, "").replace(
            "if answers is not null then",
            "first_position := nextval('store.hasty'); "
            "perform setval('store.hasty', first_position + cardinality(ids) - 1), pg_sleep(random() / 4); "
            "if answers is not null then",
            1,
        )
        owner.execute("create sequence store.hasty")
        owner.execute("grant usage, update on sequence store.hasty to public")
        owner.execute(hasty.encode())


def answer_first() -> None:
    """The append is executed and answered; its COMMIT follows a little later."""

    def early(_: Callable[..., Any]) -> Callable[..., Any]:
        async def append(self: Any, append: Any) -> Any:
            connection = await self.pool.getconn()
            await connection.execute("begin")
            try:
                answer = await append_on(connection, append)
            except BaseException:
                await connection.execute("rollback")
                await self.pool.putconn(connection)
                raise
            task = asyncio.create_task(_commit(self.pool, connection))
            _later.add(task)
            task.add_done_callback(_later.discard)
            return answer

        return append

    wrap("libs.runtime.recorder:FactRecorder.append", early)


async def _commit(pool: Any, connection: Any) -> None:
    await woken(asyncio.Event(), LATE_SECONDS)
    await connection.execute("commit")
    await pool.putconn(connection)


def error_swallowed() -> None:
    """A statement beside the append fails now and then; its error is caught, and COMMIT then answers ROLLBACK."""
    appends = 0

    def careless(_: Callable[..., Any]) -> Callable[..., Any]:
        async def append(self: Any, append: Any) -> Any:
            nonlocal appends
            appends += 1
            async with borrowed(self.pool) as connection:
                await connection.execute("begin")
                try:
                    answer = await append_on(connection, append)
                except BaseException:
                    await connection.execute("rollback")
                    raise
                if appends % SWALLOWED == 0:
                    await _beside(connection)
                await connection.execute("commit")
                return answer

        return append

    wrap("libs.runtime.recorder:FactRecorder.append", careless)


async def _beside(connection: Any) -> None:
    try:
        await connection.execute("select 1 / 0")
    except psycopg.Error:
        return


def lost_answer_is_no() -> None:
    """Where the connection breaks during the append, the caller is told that there is nothing."""

    def certain(original: Callable[..., Any]) -> Callable[..., Any]:
        async def append(self: Any, append: Any) -> Any:
            try:
                return await original(self, append)
            except ConnectionLost as fault:
                raise NotFound from fault

        return append

    wrap("libs.runtime.recorder:FactRecorder.append", certain)
