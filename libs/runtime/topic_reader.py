"""A topic read from its beginning to its end, outside of any group and of any mark."""

from collections.abc import AsyncGenerator

from aiokafka import AIOKafkaConsumer, TopicPartition

from libs.events.topics import PARTITIONS
from libs.runtime.kafka import connection, topic_of
from libs.runtime.records import Record, from_kafka
from libs.runtime.settings import KafkaSettings

BATCH = 5000
POLL_MS = 250


async def read_topic(publisher: str, settings: KafkaSettings) -> AsyncGenerator[list[Record], None]:
    """The records of a publisher's topic up to its end as it is now, batch by batch, in order within each partition.

    Raises Kafka's errors. What is read was acknowledged; what is sent meanwhile may be among it.
    Who leaves early must close it (`aclosing`), for the connection's sake.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        **connection(settings),
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(topic_of(publisher, settings), number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        while [one for one in partitions if await consumer.position(one) < ends[one]]:
            batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
            if records := [from_kafka(record, publisher) for found in batches.values() for record in found]:
                yield records
    finally:
        await consumer.stop()
