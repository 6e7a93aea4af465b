"""The first feed: a service's own log, read by position."""

from libs.runtime.hearing import Hearing
from libs.runtime.records import OWN_LOG, from_log
from libs.runtime.relay import IDLE_SECONDS, woken
from libs.runtime.store import FactStore

BATCH = 1000


async def follow_log(store: FactStore, hearing: Hearing) -> None:
    """Hears the own log for ever, at once after an append of this process and at least four times a second.

    Raises what `Hearing.handle` raises and psycopg's OperationalError; the caller starts it again.
    """
    bell = store.bell()
    await hearing.open()
    try:
        await hearing.assign([OWN_LOG])
        while True:
            bell.clear()
            heard = hearing.marks[OWN_LOG].position
            facts = await store.recorder.read_log(heard, BATCH)
            if facts:
                before = [heard, *(fact.position for fact in facts[:-1])]
                chained = zip(facts, before, strict=True)
                await hearing.handle([from_log(fact, hearing.source, previous) for fact, previous in chained])
            else:
                await woken(bell, IDLE_SECONDS)
    finally:
        store.unhang(bell)
        await hearing.close()
