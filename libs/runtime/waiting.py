"""Measuring what waits in a service's own database: facts to be sent, and facts of the own log to be heard.

The database is asked, not those who send and hear: a number is most wanted when they do not run.
"""

import asyncio

from libs.runtime.database import borrowed
from libs.runtime.metrics import LAG, LAG_AGE, RELAY_AGE, RELAY_LAG
from libs.runtime.records import OWN_LOG
from libs.runtime.store import FactStore

PAUSE_SECONDS = 5

_WAITING = """
    select reader.consumer, tip.position - reader.position, coalesce((
        select extract(epoch from greatest(clock_timestamp() - waits.recorded_at, '0')) from store.stored_events waits
        where waits.notification_id > reader.position order by waits.notification_id limit 1), 0)
    from (select coalesce(max(notification_id), 0) as position from store.stored_events) tip, (
        select '' as consumer, position from store.relay union all
        select consumer, position from store.heard where partition = %s and source = %s and strpos(consumer, '@') = 0
    ) reader
"""
"""Of the relay and of each consumer, but for views that are being built or kept: how many facts wait, and the age of the
first of them."""


async def measure_for_ever(store: FactStore, service: str) -> None:
    """Measures every five seconds. Raises Unavailable; the caller starts it again."""
    while True:
        await measure(store, service)
        await asyncio.sleep(PAUSE_SECONDS)


async def measure(store: FactStore, service: str) -> None:
    """Measures what waits now; reads a few rows by their keys."""
    async with borrowed(store.recorder.pool) as connection:
        cursor = await connection.execute(_WAITING, (OWN_LOG, service))
        found = await cursor.fetchall()
    for consumer, facts, seconds in found:
        lag, age = (LAG, LAG_AGE) if consumer else (RELAY_LAG, RELAY_AGE)
        labels = (consumer, service) if consumer else (service,)
        lag.labels(*labels).set(facts)
        age.labels(*labels).set(seconds)
