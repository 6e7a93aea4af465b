"""Hearing a publisher again, up to where another hearing of it stands and no further: from the own log, or its topic."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from libs.events.topics import PARTITIONS
from libs.runtime.consumer import Truncated
from libs.runtime.hearing import Hearing
from libs.runtime.intake import Hole, Mark
from libs.runtime.kafka import connection, topic_of
from libs.runtime.records import OWN_LOG, Record, from_kafka, from_log
from libs.runtime.seeking import BATCH, POLL_MS, following
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore

Marks = Mapping[int, Mark]


@dataclass(frozen=True)
class Progress:
    """How far: facts heard since the first one, of how many when that was last asked, in how many seconds."""

    done: int
    total: int
    seconds: float


Tell = Callable[[Progress], None]


class Feed(Protocol):
    """A publisher's facts in order, from a hearing's marks on."""

    async def read(self, marks: Marks) -> Sequence[Record]:
        """Some facts that stand at or below these marks; at times none, although there are more."""

    async def look_past(self, hole: Hole) -> None:
        """Goes on where what is missing stands; raises the hole when it is nowhere."""


class Rehearing:
    """A hearing that hears exactly up to the marks of another one."""

    def __init__(self, hearing: Hearing, feed: Feed) -> None:
        self.hearing, self.feed = hearing, feed

    async def catch_up(self, asked: Callable[[], Awaitable[Marks]], tell: Tell) -> None:
        """Hears until no more than a batch is missing to the marks that `asked` answers, which may move meanwhile."""
        clock, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        while _count(marks := await asked()) - _count(self.hearing.marks) > BATCH:
            total = _count(marks)
            await self.reach(marks, lambda: tell(Progress(_count(self.hearing.marks), total, clock.time() - began)))  # noqa: B023 - called before the next round

    async def reach(self, marks: Marks, heard: Callable[[], None] = lambda: None) -> None:
        """Hears up to these marks and nothing behind them. RuntimeError when the publisher has not told so much."""
        while any(self.hearing.marks[partition].position < mark.position for partition, mark in marks.items()):
            records = await self.feed.read(marks)
            if records:
                await self._hear(records)
                heard()

    async def _hear(self, records: Sequence[Record]) -> None:
        """Hears the records, those before a hole first; then what is missing there comes next."""
        try:
            if records:
                await self.hearing.handle(records)
        except Hole as hole:
            await self._hear([one for one in records if one.partition != hole.partition or one.offset < hole.offset])
            await self.feed.look_past(hole)


def _count(marks: Marks) -> int:
    """How many facts these are: offsets count them, and the positions of the own log do."""
    return sum(mark.position if partition == OWN_LOG else mark.offset for partition, mark in marks.items())


class _Log:
    """The service's own log."""

    def __init__(self, store: FactStore, hearing: Hearing) -> None:
        self.store, self.hearing = store, hearing

    async def read(self, marks: Marks) -> Sequence[Record]:
        heard = self.hearing.marks[OWN_LOG].position
        most = min(BATCH, marks[OWN_LOG].position - heard)
        facts = await self.store.recorder.read_log(heard, most, self.hearing.connection)
        if not facts:
            raise RuntimeError("the log ends before what was heard of it")
        return [from_log(fact, self.hearing.source) for fact in facts]

    async def look_past(self, hole: Hole) -> None:
        raise hole


class _Topic:
    """A publisher's topic, read by a consumer that belongs to no group: nothing of it is seen by those that run.

    A partition from which something beyond the marks was fetched is set back there and rests.
    """

    def __init__(self, consumer: AIOKafkaConsumer, hearing: Hearing, partitions: Sequence[TopicPartition]) -> None:
        self.consumer, self.hearing, self.partitions = consumer, hearing, partitions

    async def read(self, marks: Marks) -> Sequence[Record]:
        self._wake(marks)
        try:
            batches = await self.consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
        except OffsetOutOfRangeError as fault:
            raise Truncated(f"{self.partitions[0].topic} begins behind its first fact: {fault}") from fault
        if not batches and await self._at_its_end():
            raise RuntimeError(f"{self.partitions[0].topic} ends before what was heard of it")
        return [record for partition, batch in batches.items() for record in self._wanted(partition, batch, marks)]

    async def look_past(self, hole: Hole) -> None:
        where, position = self.partitions[hole.partition], self.hearing.marks[hole.partition].position
        self.consumer.resume(where)
        strays, found = await following(self.consumer, where, self.hearing.source, position)
        if found is None:
            raise hole
        if strays:
            await self.hearing.handle(strays)
        self.hearing.marks[hole.partition] = Mark(position, found)
        self.consumer.seek(where, found)

    def _wake(self, marks: Marks) -> None:
        for one in self.consumer.paused():
            if self.hearing.marks[one.partition].position < marks[one.partition].position:
                self.consumer.resume(one)

    def _wanted(self, partition: TopicPartition, batch: Sequence[Any], marks: Marks) -> list[Record]:
        wanted: list[Record] = []
        for one in batch:
            record = from_kafka(one, self.hearing.source)
            if record.envelope and record.envelope.position > marks[partition.partition].position:
                self.consumer.seek(partition, record.offset)
                self.consumer.pause(partition)
                break
            wanted.append(record)
        return wanted

    async def _at_its_end(self) -> bool:
        ends = await self.consumer.end_offsets(self.partitions)
        awake = set(self.partitions) - self.consumer.paused()
        return all([await self.consumer.position(one) >= ends[one] for one in awake])


@asynccontextmanager
async def rehearing_of_log(url: str, hearing: Hearing) -> AsyncIterator[Rehearing]:
    """Hears the own log from the marks on."""
    store = FactStore(url)
    try:
        await hearing.assign([OWN_LOG])
        yield Rehearing(hearing, _Log(store, hearing))
    finally:
        store.close()


@asynccontextmanager
async def rehearing_of_topic(kafka: KafkaSettings, hearing: Hearing) -> AsyncIterator[Rehearing]:
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
        yield Rehearing(hearing, _Topic(consumer, hearing, partitions))
    finally:
        await consumer.stop()
