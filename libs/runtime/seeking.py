"""Looking for a fact through a whole partition: a replay puts it further on, a topic made anew further back."""

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition

from libs.runtime.records import Record, from_kafka

BATCH = 1000
POLL_MS = 250


async def bounds(
    consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, tuple[int, int]]:
    """Of each partition the first offset, and the one behind its last. Asked once for all: every question waits for
    the fetch that is under way."""
    wanted = list(partitions)
    starts, ends = await consumer.beginning_offsets(wanted), await consumer.end_offsets(wanted)
    return {where: (starts[where], ends[where]) for where in wanted}


async def following(
    consumer: AIOKafkaConsumer, where: TopicPartition, source: str, position: int
) -> tuple[list[Record], int | None]:
    """What is no fact of ours on the way to the first record that follows the position, and that record's offset; None
    when there is none. The consumer, to which the partition is assigned and not paused, stands anywhere after it."""
    strays, (start, end) = list[Record](), (await bounds(consumer, [where]))[where]
    consumer.seek(where, start)
    while await consumer.position(where) < end:
        batches = await consumer.getmany(where, timeout_ms=POLL_MS, max_records=BATCH)
        for record in (from_kafka(one, source) for one in batches.get(where, ())):
            if record.envelope is None or record.misplaced:
                strays.append(record)
            elif record.envelope.previous == position:
                return strays, record.offset
    return strays, None
