"""AK-11, AK-12: a consumer begins exactly at its marks; nothing before them is handed out on assignment."""

import asyncio
from collections.abc import Iterable, Sequence

import psycopg
import pytest

from libs.runtime.consumer import KafkaFeed
from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projector
from libs.runtime.records import Record
from libs.runtime.relay import Relay
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from tests.support.eventually import eventually
from tests.support.runtime import VIEW, created, say

FACTS, NEW = 400, 36


class Listening(Hearing):
    """Notes what was handed out and is heard."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "reporting.views", "order", Projector([VIEW]))
        self.handed: list[Record] = []

    async def handle(self, records: Sequence[Record]) -> None:
        await super().handle(records)
        self.handed += records


class Losing(Listening):
    """Loses its connection when it is about to read its marks."""

    async def assign(self, partitions: Iterable[int]) -> dict[int, int]:
        await self.connection.close()
        return await super().assign(partitions)


async def test_what_an_assignment_meets_ends_the_run(order_url: str, kafka: KafkaSettings) -> None:
    """aiokafka logs it and goes on, with partitions of which nothing is ever handed out."""
    with pytest.raises(psycopg.OperationalError):
        async with asyncio.timeout(20):
            await KafkaFeed(Losing(order_url), kafka).run()


async def test_nothing_before_the_marks_is_handed_out(store: FactStore, order_url: str, kafka: KafkaSettings) -> None:
    relaying = asyncio.ensure_future(Relay(store, "order", order_url, kafka).run())
    try:
        await asyncio.gather(*(say(store, number, created(str(number))) for number in range(FACTS)))
        first = Listening(order_url)
        await _hears(first, kafka, FACTS)
        await asyncio.gather(*(say(store, FACTS + number, created(str(number))) for number in range(NEW)))
        again = Listening(order_url)
        await _hears(again, kafka, NEW)
        positions = [record.envelope.position for record in again.handed if record.envelope]
        assert sorted(positions) == list(range(FACTS + 1, FACTS + NEW + 1))
    finally:
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)
    with psycopg.connect(order_url) as connection:
        heard = connection.execute("select max(position) from store.heard where consumer = 'reporting.views'")
        assert heard.fetchone() == (FACTS + NEW,)


async def _hears(hearing: Listening, kafka: KafkaSettings, count: int) -> None:
    """Runs a consumer until it was handed so many records."""
    running = asyncio.ensure_future(KafkaFeed(hearing, kafka).run())
    try:
        await eventually(lambda: len(hearing.handed) >= count or running.done(), within=30)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
