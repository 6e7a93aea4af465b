"""Hearing a publisher again from a mark to the end of what it has told, and no further: from the own log, or its topic."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from libs.events.topics import PARTITIONS
from libs.runtime.consumer import BATCH, POLL_MS, Truncated
from libs.runtime.hearing import Hearing
from libs.runtime.kafka import connection, topic_of
from libs.runtime.records import OWN_LOG, Record, from_kafka, from_log
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore


@dataclass(frozen=True)
class Progress:
    """How far: facts heard since the beginning, of how many there were when it was last asked, in how many seconds."""

    done: int
    total: int
    seconds: float


Tell = Callable[[Progress], None]


class Feed(Protocol):
    """A publisher's facts in order. `read` answers none at the end; `total` counts all of them, `done` those read."""

    async def read(self) -> Sequence[Record]: ...
    async def total(self) -> int: ...
    def done(self) -> int: ...


class Replay:
    """A hearing that reads up to the end, or exactly up to given marks."""

    def __init__(self, hearing: Hearing, feed: Feed) -> None:
        self.hearing, self.feed = hearing, feed

    async def catch_up(self, tell: Tell) -> None:
        """Hears everything that there is, also what is told meanwhile."""
        clock, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        total = await self.feed.total()
        while records := await self.feed.read():
            await self.hearing.handle(records)
            done = self.feed.done()
            total = total if done <= total else await self.feed.total()
            tell(Progress(done, total, clock.time() - began))

    async def reach(self, marks: Mapping[int, int]) -> None:
        """Hears up to these positions, by partition, and nothing behind them; afterwards nothing more can be heard.

        RuntimeError when the publisher has not told so much.
        """
        while any(self.hearing.marks[partition].position < marks[partition] for partition in marks):
            records = await self.feed.read()
            if not records:
                raise RuntimeError(f"{self.hearing.source} ends before what was heard of it")
            wanted = [one for one in records if one.envelope is None or one.envelope.position <= marks[one.partition]]
            await self.hearing.handle(wanted)


class _Log:
    """The service's own log."""

    def __init__(self, store: FactStore, hearing: Hearing) -> None:
        self.store, self.hearing = store, hearing

    async def read(self) -> Sequence[Record]:
        facts = await self.store.recorder.read_log(self.done(), BATCH, self.hearing.connection)
        return [from_log(fact, self.hearing.source) for fact in facts]

    async def total(self) -> int:
        cursor = await self.hearing.connection.execute(
            "select coalesce(max(notification_id), 0) from store.stored_events"
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    def done(self) -> int:
        return self.hearing.marks[OWN_LOG].position


class _Topic:
    """A publisher's topic, read by a consumer that belongs to no group: nothing of it is seen by those that run."""

    def __init__(self, consumer: AIOKafkaConsumer, hearing: Hearing, partitions: Sequence[TopicPartition]) -> None:
        self.consumer, self.hearing, self.partitions = consumer, hearing, partitions

    async def read(self) -> Sequence[Record]:
        while True:
            try:
                batches = await self.consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
            except OffsetOutOfRangeError as fault:
                raise Truncated(f"{self.partitions[0].topic} begins behind its first fact: {fault}") from fault
            records = [from_kafka(one, self.hearing.source) for batch in batches.values() for one in batch]
            if records or await self._at_its_end():
                return records

    async def total(self) -> int:
        return sum((await self.consumer.end_offsets(self.partitions)).values())

    def done(self) -> int:
        return sum(self.hearing.marks[partition.partition].offset for partition in self.partitions)

    async def _at_its_end(self) -> bool:
        ends = await self.consumer.end_offsets(self.partitions)
        return all([await self.consumer.position(one) >= ends[one] for one in self.partitions])


@asynccontextmanager
async def replay_of_log(url: str, hearing: Hearing) -> AsyncIterator[Replay]:
    """Hears the own log from the marks on."""
    store = FactStore(url)
    try:
        await hearing.assign([OWN_LOG])
        yield Replay(hearing, _Log(store, hearing))
    finally:
        store.close()


@asynccontextmanager
async def replay_of_topic(kafka: KafkaSettings, hearing: Hearing) -> AsyncIterator[Replay]:
    """Hears the publisher's topic from the marks on. Truncated when the topic does not begin with its first fact."""
    partitions = [TopicPartition(topic_of(hearing.source, kafka), number) for number in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        **connection(kafka),
    )
    offsets = await hearing.assign(range(PARTITIONS))
    await consumer.start()
    try:
        consumer.assign(partitions)
        for partition in partitions:
            consumer.seek(partition, offsets[partition.partition])
        yield Replay(hearing, _Topic(consumer, hearing, partitions))
    finally:
        await consumer.stop()
