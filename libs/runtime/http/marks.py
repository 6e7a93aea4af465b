"""How far a service has heard, and whether its database answers, as the database says."""

from collections.abc import Awaitable, Callable, Collection

from libs.runtime.database import borrowed, one_row
from libs.runtime.http.positions import Marks, Position, wait_until_heard
from libs.runtime.store import FactStore


class StoredMarks:
    """The marks of a service's views. `hears` are the publishers of which they are made."""

    def __init__(self, store: FactStore, service: str, hears: Collection[str]) -> None:
        self._store, self._consumer, self._hears = store, f"{service}.views", frozenset(hears)

    async def heard(self, publisher: str, partition: int) -> int | None:
        """The position that the views have reached; None for a publisher that they do not hear. The service's own log
        has one mark for all partitions. Unavailable when the database is away."""
        if publisher not in self._hears:
            return None
        async with borrowed(self._store.recorder.pool) as connection:
            cursor = await connection.execute(
                "select max(position) from store.heard where consumer = %s and source = %s and partition in (%s, -1)",
                (self._consumer, publisher, partition),
            )
            row = await cursor.fetchone()
        return int(row[0]) if row and row[0] is not None else 0


async def own_log_heard(store: FactStore, marks: Marks, service: str) -> None:
    """Returns when the views of a service have taken in everything that it has recorded so far: for what must be decided
    on all of it, and not only on what was heard. NotYetHeard when that takes too long."""
    async with borrowed(store.recorder.pool) as connection:
        cursor = await connection.execute("select coalesce(max(notification_id), 0) from store.stored_events")
        (tip,) = await one_row(cursor)
    await wait_until_heard(marks, [Position(service, 0, tip)])


def database_answers(store: FactStore, degraded: Collection[str]) -> Callable[[], Awaitable[Collection[str]]]:
    """Readiness: the database answers. What else is in trouble is told and takes nothing out. Source: contracts 5."""

    async def ready() -> Collection[str]:
        async with borrowed(store.recorder.pool) as connection:
            await connection.execute("select 1")
        return degraded

    return ready
