"""The second feed: another service's topic, fetched through FastStream's consumer, read in a loop of our own.

FastStream's loop swallows what a handler raises and what the broker says; so no handler is registered.
"""

from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import NoOffsetForPartitionError, OffsetOutOfRangeError
from faststream import AckPolicy
from faststream.kafka.subscriber.usecase import BatchSubscriber

from libs.runtime.hearing import Hearing
from libs.runtime.kafka import broker, topic_of
from libs.runtime.records import Record, from_kafka
from libs.runtime.settings import KafkaSettings

BATCH = 1000
POLL_MS = 250


class Truncated(RuntimeError):
    """The topic begins after the offset to fetch: facts are gone from it. The publisher's replay mends it."""


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Points newly assigned partitions at our own marks before a record of them is handed out (AK-11)."""

    def __init__(self, feed: "KafkaFeed") -> None:
        self.feed = feed

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.feed.sought -= set(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self.feed.consumer.pause(*assigned)
        offsets = await self.feed.hearing.assign(partition.partition for partition in assigned)
        for partition in assigned:
            self.feed.consumer.seek(partition, offsets[partition.partition])
        self.feed.sought |= set(assigned)
        self.feed.consumer.resume(*assigned)


class KafkaFeed:
    """One consumer of one topic. The offsets that count stand in our database, in the effect's transaction."""

    def __init__(self, hearing: Hearing, kafka: KafkaSettings) -> None:
        self.hearing, self.kafka = hearing, kafka
        self.topic = topic_of(hearing.source, kafka)
        self.sought: set[TopicPartition] = set()
        self._subscriber: BatchSubscriber | None = None

    @property
    def consumer(self) -> AIOKafkaConsumer:
        """aiokafka's consumer behind FastStream's subscriber."""
        if self._subscriber is None or self._subscriber.consumer is None:
            raise RuntimeError("run first")
        return self._subscriber.consumer

    async def run(self) -> None:
        """Hears for ever. Truncated and Hole mean that facts were lost on the way: the process must end and say so.
        Any other error: close, and run again from the marks; nothing is lost and repeats are harmless."""
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
            await connected.start()
            while True:
                await self._hear_once()
        finally:
            await connected.stop()
            await self.hearing.close()

    async def _hear_once(self) -> None:
        try:
            batches = await self.consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
        except NoOffsetForPartitionError:
            if self.consumer.assignment() <= self.sought:
                raise
            return
        except OffsetOutOfRangeError:
            await self._find_the_log_again()
            return
        records = [self._read(record) for records in batches.values() for record in records]
        if records:
            await self.hearing.handle(records)

    def _read(self, record: Any) -> Record:
        return from_kafka(record, self.hearing.source)

    async def _find_the_log_again(self) -> None:
        """An offset outside the log: before its start is Truncated; behind its end, the topic was made anew, and is
        read from its beginning, where the marks tell what is known."""
        assigned = list(self.consumer.assignment())
        starts = await self.consumer.beginning_offsets(assigned)
        ends = await self.consumer.end_offsets(assigned)
        for partition in assigned:
            offset = self.hearing.marks[partition.partition].offset
            if offset < starts[partition]:
                raise Truncated(
                    f"{self.topic}, partition {partition.partition}: offset {offset} is wanted, the topic begins at "
                    f"{starts[partition]}; let the publisher replay into a new topic or rebuild from a backup"
                )
            if offset > ends[partition]:
                self.consumer.seek(partition, starts[partition])
