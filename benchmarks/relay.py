"""`python -m benchmarks.relay`: the relay, from the store to Kafka, beside a bare aiokafka producer of the same bytes."""

import argparse
import asyncio
import os
from collections.abc import Sequence

import psycopg

from benchmarks import measure
from benchmarks.facts import fill, publish
from benchmarks.servers import Servers, servers
from libs.events.topics import partition_of
from libs.runtime.kafka import producer, topic_of
from libs.runtime.relay import BATCH, Checkpoint
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from services.order.main import SERVICE

RELAY, RAW = "relay", "raw aiokafka"
Sent = tuple[bytes, bytes, int, list[tuple[str, bytes]]]


class Contest:
    """Both senders over one log; each run sends all of it to topics of its own."""

    def __init__(self, on: Servers, url: str, facts: int) -> None:
        self.on, self.url, self.facts, self.runs = on, url, facts, 0
        self.sides = {"client": os.getpid(), "postgres": on.postgres_pid, "broker": on.broker_pid}

    async def _topics(self) -> KafkaSettings:
        self.runs += 1
        return await self.on.topics(f"relay{self.runs}.")

    async def relay(self) -> measure.Timed:
        """The relay leads from position 0 until its checkpoint is at the end."""
        kafka = await self._topics()
        with psycopg.connect(self.on.owner(self.url), autocommit=True) as owner:
            owner.execute("update store.relay set position = 0, previous = '{}'")
        return await measure.timed(self.facts, self.sides, lambda: publish(self.url, kafka, self.facts))

    async def raw(self) -> measure.Timed:
        """A producer set as the relay's; the records stand ready in memory, and nothing is written down."""
        kafka = await self._topics()
        records = await self._records()
        return await measure.timed(len(records), self.sides, lambda: _send(records, kafka))

    async def _records(self) -> list[Sent]:
        records: list[Sent] = []
        checkpoint = Checkpoint(1, 0)
        async with FactStore(self.url) as store:
            while facts := await store.recorder.read_log(checkpoint.position, BATCH):
                for fact, envelope in zip(facts, checkpoint.envelopes(facts, "order"), strict=True):
                    key = envelope.stream_id
                    records.append((fact.state, key.encode(), partition_of(key), envelope.headers()))
        return records


async def _send(records: Sequence[Sent], kafka: KafkaSettings) -> None:
    sender = producer(kafka)
    await sender.start()
    topic = topic_of("order", kafka)
    try:
        for first in range(0, len(records), BATCH):
            sent = [
                await sender.send(topic, value, key=key, partition=partition, headers=headers)
                for value, key, partition, headers in records[first : first + BATCH]
            ]
            await asyncio.gather(*sent)
    finally:
        await sender.stop()


async def run(on: Servers, facts: int, repeats: int) -> None:
    """Prints the measures of both."""
    url = await on.database(SERVICE, "relay_")
    async with FactStore(url) as store:
        facts = await fill(store, facts)
    contest = Contest(on, url, facts)
    runs = await measure.taking_turns({RELAY: contest.relay, RAW: contest.raw}, repeats)
    found = {name: measure.median_run(each) for name, each in runs.items()}
    measure.table(
        f"{facts:,} facts to Kafka, idempotent, acks=all; median of {repeats}; CPU in us per fact",
        ["", "facts/s", "client", "PostgreSQL", "broker"],
        [[name, one.rate, *(one.cpu_us(side) for side in contest.sides)] for name, one in found.items()],
    )
    ratio = found[RELAY].rate / found[RAW].rate
    cpu = found[RELAY].cpu_us("client") + found[RELAY].cpu_us("postgres")
    measure.verdict(
        (f"{ratio:.2f} of the bare producer's rate (aim: 0.5 at least)", ratio >= 0.5),
        (f"{cpu:.0f} us of CPU per fact, relay and PostgreSQL (aim: 60 at most)", cpu <= 60),
    )
    measure.report(
        "relay",
        {
            "facts": facts,
            "repeats": repeats,
            "relay_per_s": found[RELAY].rate,
            "raw_per_s": found[RAW].rate,
            "ratio": ratio,
            "cpu_us": cpu,
        },
        on.postgres_version,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.relay", description=__doc__)
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args(arguments)
    with servers() as on:
        asyncio.run(run(on, given.facts, given.repeats))


if __name__ == "__main__":
    main()
