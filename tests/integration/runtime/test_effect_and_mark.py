"""Effect and mark are one transaction: a crash between them repeats the batch and changes nothing.

The same check finds the planted bug: an effect that is committed on a connection of its own.
"""

from collections.abc import Sequence

import psycopg
import pytest
from sqlalchemy import select

from libs.runtime.database import Connection, connect, one_row
from libs.runtime.hearing import Hearing
from libs.runtime.intake import Fresh, Parked
from libs.runtime.projector import Projector
from libs.runtime.queries import rows
from libs.runtime.records import OWN_LOG, from_log
from libs.runtime.store import FactStore
from libs.runtime.versions import OPEN
from tests.support.runtime import VIEW, created, revised, revisions, say


class CrashesOnce(Projector):
    """Writes its effect and then meets the end of the process, once."""

    def __init__(self, crash_at: int) -> None:
        super().__init__([VIEW])
        self.crash_at, self.batches = crash_at, 0

    async def apply(self, connection: Connection, fresh: Sequence[Fresh]) -> list[Parked]:
        parked = await super().apply(connection, fresh)
        self.batches += 1
        if self.batches == self.crash_at:
            raise psycopg.OperationalError("the process ends here")
        return parked


class OutsideTheTransaction(CrashesOnce):
    """The planted bug."""

    def __init__(self, crash_at: int, url: str) -> None:
        super().__init__(crash_at)
        self.url = url

    async def apply(self, connection: Connection, fresh: Sequence[Fresh]) -> list[Parked]:
        async with await connect(self.url) as own:
            return await super().apply(own, fresh)


async def _shown_after_a_crash(store: FactStore, url: str, projector: CrashesOnce) -> tuple[int, int]:
    """The revisions that the view shows of an order revised once, when the second batch crashed and was repeated, and
    how many facts were parked: a fact that is there before it was heard is nothing that a view goes past."""
    hearing = Hearing(url, "order.views", "order", projector)
    await hearing.open()
    try:
        await hearing.assign([OWN_LOG])
        await say(store, 1, created())
        await hearing.handle([from_log(fact, "order") for fact in await store.recorder.read_log(0, 10)])
        await say(store, 1, revised())
        with pytest.raises(psycopg.OperationalError):
            await hearing.handle([from_log(fact, "order") for fact in await store.recorder.read_log(1, 10)])
        await hearing.assign([OWN_LOG])
        await hearing.handle([from_log(fact, "order") for fact in await store.recorder.read_log(1, 10)])
        cursor = await hearing.connection.execute("select count(*) from store.parked")
        (parked,) = await one_row(cursor)
    finally:
        await hearing.close()
    found = await rows(store, select(revisions.c.revisions).where(revisions.c.known_to == OPEN))
    return int(found[0]["revisions"]), parked


async def test_a_crash_between_effect_and_mark_changes_nothing(store: FactStore, order_url: str) -> None:
    assert await _shown_after_a_crash(store, order_url, CrashesOnce(2)) == (1, 0)


async def test_the_check_finds_an_effect_outside_the_transaction(store: FactStore, order_url: str) -> None:
    assert await _shown_after_a_crash(store, order_url, OutsideTheTransaction(2, order_url)) == (1, 1)
