"""Forgetting: the bodies of answers older than seven days go; that and what was answered stays known by its key."""

import asyncio

from libs.runtime.database import borrowed, one_row
from libs.runtime.store import FactStore

AT_ONCE = 200
"""Answers; few enough that a repeated key never waits long for them."""

PAUSE_SECONDS = 3600


async def forget_for_ever(store: FactStore) -> None:
    """Forgets what has become old enough, once an hour. Raises Unavailable; the caller starts it again."""
    while True:
        await forget(store)
        await asyncio.sleep(PAUSE_SECONDS)


async def forget(store: FactStore) -> int:
    """Forgets every body that is old enough, a few at a time, and answers how many. Source: contracts 5.

    Each few are one statement: a process that dies inside leaves the rest to the next run, and two that run share them.
    """
    forgotten = 0
    while few := await _forget_few(store):
        forgotten += few
    return forgotten


async def _forget_few(store: FactStore) -> int:
    async with borrowed(store.recorder.pool) as connection:
        (few,) = await one_row(await connection.execute("select store.forget_answers(%s)", (AT_ONCE,)))
        return int(few)
