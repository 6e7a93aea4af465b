"""The second feed: another service's topic, fetched through FastStream's consumer, read in a loop of our own.

FastStream's loop swallows what a handler raises and what the broker says; so no handler is registered.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, NoOffsetForPartitionError, OffsetOutOfRangeError
from faststream import AckPolicy
from faststream.kafka.subscriber.usecase import BatchSubscriber

from libs.runtime.hearing import Hearing
from libs.runtime.intake import Hole, Mark
from libs.runtime.kafka import broker, started, topic_of
from libs.runtime.records import Record, from_kafka
from libs.runtime.seeking import BATCH, POLL_MS, bounds, following
from libs.runtime.settings import KafkaSettings
from libs.runtime.watchdog import PATIENCE, Stuck, Watch, watched

LOOKS = 6
"""How often the watchdog looks within its patience."""
SLOW = 10
"""How often its patience a batch may take that was handed out: the database has limits of its own."""


class Truncated(RuntimeError):
    """The topic begins after the offset to fetch: facts are gone from it. The publisher's replay mends it."""


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Points newly assigned partitions at our own marks before a record of them is handed out (AK-11)."""

    def __init__(self, feed: "KafkaFeed") -> None:
        self.feed = feed

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.feed.sought -= set(revoked)
        self.feed.unsure -= set(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        try:
            await self._begin_at_marks(assigned)
        except Exception as fault:  # noqa: BLE001 - aiokafka would log it, and the partitions would stay paused for ever
            self.feed.fault = fault

    async def _begin_at_marks(self, assigned: Iterable[TopicPartition]) -> None:
        self.feed.consumer.pause(*assigned)
        offsets = await self.feed.hearing.assign(partition.partition for partition in assigned)
        for partition in assigned:
            self.feed.consumer.seek(partition, offsets[partition.partition])
        self.feed.sought |= set(assigned)
        self.feed.unsure |= set(assigned)
        self.feed.consumer.resume(*assigned)


class KafkaFeed:
    """One consumer of one topic. The positions that count stand in our database, in the effect's transaction.

    An offset is only a hint where to go on: the record before it must be known, else the topic was made anew. Where
    the fact that follows the mark does not come next, it is looked for in the whole partition: a replay puts it
    further on, a topic made anew further back. It is Hole, or Truncated, only when it is nowhere.
    """

    def __init__(self, hearing: Hearing, kafka: KafkaSettings, patience: float = PATIENCE) -> None:
        self.hearing, self.kafka, self.patience = hearing, kafka, patience
        self.topic = topic_of(hearing.source, kafka)
        self.sought: set[TopicPartition] = set()
        self.unsure: set[TopicPartition] = set()  # the stored offset was not compared with the topic yet
        self.fault: Exception | None = None  # what an assignment met
        self._again: set[TopicPartition] = set()  # begins with the record before the mark
        self._searched: set[TopicPartition] = set()
        self._busy_since: float | None = None
        self._subscriber: BatchSubscriber | None = None

    @property
    def consumer(self) -> AIOKafkaConsumer:
        """aiokafka's consumer behind FastStream's subscriber."""
        if self._subscriber is None or self._subscriber.consumer is None:
            raise RuntimeError("run first")
        return self._subscriber.consumer

    async def run(self) -> None:
        """Hears for ever. Truncated and Hole mean that facts were lost on the way, Stuck that nothing is handed out:
        the process must end and say so. Any other error: close, and run again from the marks; nothing is lost and
        repeats are harmless."""
        self.sought, self.unsure, self._again, self._searched = set(), set(), set(), set()
        self._busy_since = self.fault = None
        connected = broker(self.kafka, f"{self.hearing.consumer}.{self.hearing.source}")
        self._subscriber = connected.subscriber(
            self.topic,
            group_id=f"{self.kafka.topic_prefix}{self.hearing.consumer}.{self.hearing.source}",
            batch=True,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="none",
            isolation_level="read_committed",
            listener=_Assignment(self),
            fetch_max_wait_ms=POLL_MS,
            session_timeout_ms=6_000,
            heartbeat_interval_ms=2_000,
        )
        await self.hearing.open()
        try:
            await started(connected.start())
            await watched(self._hear_for_ever(), self._watch())
        finally:
            try:
                await connected.stop()
            finally:
                await self.hearing.close()

    async def _hear_for_ever(self) -> None:
        while True:
            if self.unsure:
                await self._begin_all()
            await self._hear_once()
            if self.fault is not None:
                raise self.fault

    async def _hear_once(self) -> None:
        try:
            batches = await self.consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
        except NoOffsetForPartitionError:
            if self.consumer.assignment() <= self.sought:
                raise
            return
        except OffsetOutOfRangeError:
            self.unsure |= self.consumer.assignment()
            return
        records = [self._read(record) for records in batches.values() for record in records]
        self._busy_since = asyncio.get_running_loop().time()
        await self._hear([record for record in records if not self._only_compared(record)])
        self._busy_since = None
        self._again -= set(batches)

    async def _hear(self, records: Sequence[Record]) -> None:
        """Hears the records, those before a hole first; then looks for what is missing there."""
        try:
            if records:
                await self.hearing.handle(records)
        except Hole as hole:
            await self._hear([one for one in records if one.partition != hole.partition or one.offset < hole.offset])
            await self._search(TopicPartition(self.topic, hole.partition), hole)

    def _read(self, record: Any) -> Record:
        return from_kafka(record, self.hearing.source)

    def _only_compared(self, record: Record) -> bool:
        """Whether this is a known fact from before the offset where we go on."""
        mark, envelope = self.hearing.marks[record.partition], record.envelope
        return record.offset < mark.offset and envelope is not None and envelope.position <= mark.position

    async def _begin_all(self) -> None:
        for where, (start, end) in (await bounds(self.consumer, self.unsure)).items():
            if where in self.unsure:  # it was not taken away meanwhile
                self.unsure.remove(where)
                await self._begin(where, start, end)

    async def _begin(self, where: TopicPartition, start: int, end: int) -> None:
        """Goes to the record before the stored offset, which must be known. Behind the end of the log the topic was
        made anew; before its start, what follows the mark must be somewhere, or it is Truncated."""
        mark = self.hearing.marks[where.partition]
        if mark.offset > end:
            mark = self.hearing.marks[where.partition] = Mark(mark.position, start)
        if mark.offset < start:
            fault = (
                f"{self.topic}, partition {where.partition}: offset {mark.offset} is wanted, the topic begins at {start}; "
                f"let the publisher send again: fieldfact replay --service {self.hearing.source}"
            )
            await self._search(where, Truncated(fault))
        else:
            self._again |= {where} if mark.offset > start else set()
            self._seek(where)

    async def _search(self, where: TopicPartition, loss: RuntimeError) -> None:
        """Goes on at the first record of the partition that follows the mark; raises `loss` when there is none.

        All other partitions go back to their marks, too: what was fetched of them is not given out again.
        """
        position, self._searched = self.hearing.marks[where.partition].position, {where}
        strays, found = await self._following(where, position)
        self._searched = set()
        if found is None:
            raise loss
        if strays:
            await self.hearing.handle(strays)  # parks them, if that was not done: nobody sends them again
        self.hearing.marks[where.partition] = Mark(position, found)
        self._again.discard(where)
        for assigned in self.consumer.assignment() - self.unsure:
            self._seek(assigned)

    async def _following(self, where: TopicPartition, position: int) -> tuple[list[Record], int | None]:
        return await following(self.consumer, where, self.hearing.source, position)

    def _seek(self, where: TopicPartition) -> None:
        self.consumer.seek(where, self.hearing.marks[where.partition].offset - (where in self._again))

    async def _watch(self) -> None:
        """Measures how many facts wait, and raises Stuck when none is handed out for too long."""
        name, clock = f"{self.hearing.consumer} on {self.topic}", asyncio.get_running_loop()
        watch = Watch(name, self.patience)
        while True:
            await asyncio.sleep(self.patience / LOOKS)
            if self._busy_since is not None and not self._searched:
                if clock.time() - self._busy_since > SLOW * self.patience:
                    raise Stuck(f"{name}: one batch has taken {clock.time() - self._busy_since:.0f} s")
                continue
            reached = await self._reached()
            ends = await self.consumer.end_offsets(list(reached)) if reached else {}
            waiting = watch.look(clock.time(), *(_by_number(offsets) for offsets in (reached, ends)))
            self.hearing.measure(waiting)

    async def _reached(self) -> dict[TopicPartition, int]:
        """How far the records of each partition were handed out; during a search, only of the one that is searched."""
        try:
            watched = self._searched or self.consumer.assignment() & self.sought - self.unsure
            return {where: await self.consumer.position(where) for where in watched}
        except IllegalStateError:
            return {}  # taken away meanwhile


def _by_number(offsets: dict[TopicPartition, int]) -> dict[int, int]:
    return {where.partition: offset for where, offset in offsets.items()}
