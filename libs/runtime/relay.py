"""Telling: the relay publishes every stored fact to Kafka, in order, at least once."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from libs.events.envelope import Envelope
from libs.events.topics import partition_of
from libs.runtime import tracing
from libs.runtime.database import Connection, connect, one_row
from libs.runtime.kafka import producer, started, topic_of
from libs.runtime.recorder import StoredFact
from libs.runtime.records import envelope_of
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore

BATCH = 1000
IDLE_SECONDS = 0.25
LEADER_LOCK = 4712
HEARTBEAT_SECONDS = 3
ACKNOWLEDGED_SECONDS = 60
SESSION = "set idle_session_timeout = '10s'"
"""A stopped process loses its session, and with it the lock, after ten seconds without a heartbeat."""


class Deposed(RuntimeError):
    """Another relay leads: its epoch stands in the checkpoint. Nothing more is sent by this one."""


@dataclass
class Checkpoint:
    """How far the log was sent: the position, and per partition the last position sent there."""

    epoch: int
    position: int
    previous: dict[int, int] = field(default_factory=dict)

    def envelopes(self, facts: list[StoredFact], publisher: str) -> list[Envelope]:
        """The envelopes of `facts`, each chained to the fact before it in its partition; moves the checkpoint on."""
        return [self._envelope(fact, publisher) for fact in facts]

    def unsent(self, facts: list[StoredFact]) -> list[StoredFact]:
        """Those of `facts` to be sent: after a replay of one partition the others are further on."""
        if self.position < max(self.previous.values(), default=0):
            return [one for one in facts if one.position > self.previous.get(partition_of(str(one.originator_id)), 0)]
        return facts

    def _envelope(self, fact: StoredFact, publisher: str) -> Envelope:
        partition = partition_of(str(fact.originator_id))
        envelope = envelope_of(fact, publisher, self.previous.get(partition, 0))
        self.previous[partition] = self.position = fact.position
        return envelope


class Relay:
    """One leader per store. Crash-only: any error of a send ends `run`, and the caller starts a new relay, which
    reads the checkpoint again; a batch may then be sent twice, in the same order."""

    def __init__(self, store: FactStore, publisher: str, url: str, kafka: KafkaSettings) -> None:
        self.store, self.publisher, self.url, self.kafka = store, publisher, url, kafka

    async def run(self) -> None:
        """Leads and sends for ever; waits while another process leads. Raises Deposed, psycopg's or Kafka's error."""
        connection = await connect(self.url)
        self._bell = self.store.bell()
        try:
            await connection.execute(SESSION)
            checkpoint = await self._lead(connection)
            sender = producer(self.kafka)
            try:
                await started(sender.start())
                await self._send_for_ever(connection, checkpoint, sender)
            finally:
                await sender.stop()
        finally:
            self.store.unhang(self._bell)
            await connection.close()

    async def _lead(self, connection: Connection) -> Checkpoint:
        while not await _scalar(connection, "select pg_try_advisory_lock(%s)", (LEADER_LOCK,)):  # noqa: ASYNC110 - nobody here is told
            await asyncio.sleep(1)
        cursor = await connection.execute("select * from store.lead_relay()")
        epoch, position, previous = await one_row(cursor)
        return Checkpoint(epoch, position, {int(partition): sent for partition, sent in previous.items()})

    async def _send_for_ever(self, connection: Connection, checkpoint: Checkpoint, sender: AIOKafkaProducer) -> None:
        while True:
            self._bell.clear()
            facts = await self.store.recorder.read_log(checkpoint.position, BATCH, connection)
            if facts:
                with tracing.each("send", "producer", traced(facts)):
                    await self._send(connection, checkpoint, sender, facts)
            else:
                await _still_leads(connection, checkpoint)
                await woken(self._bell, IDLE_SECONDS)

    async def _send(
        self, connection: Connection, checkpoint: Checkpoint, sender: AIOKafkaProducer, facts: list[StoredFact]
    ) -> None:
        """Sends the batch, waits for every acknowledgement, and only then moves the checkpoint."""
        topic = topic_of(self.publisher, self.kafka)
        last, facts = facts[-1].position, checkpoint.unsent(facts)
        envelopes = checkpoint.envelopes(facts, self.publisher)
        checkpoint.position = last
        batches = _batched(sender, facts, envelopes)
        sent = [await sender.send_batch(batch, topic, partition=partition) for partition, batch in batches]
        await _acknowledged(sent, connection)
        await _move(connection, checkpoint)


def _batched(
    sender: AIOKafkaProducer, facts: list[StoredFact], envelopes: list[Envelope]
) -> list[tuple[int, BatchBuilder]]:
    """The facts in batches of one partition each, in order: one acknowledgement for a batch, not one for a fact."""
    batches, filling = list[tuple[int, BatchBuilder]](), dict[int, BatchBuilder]()
    for fact, envelope in zip(facts, envelopes, strict=True):
        partition, key = partition_of(envelope.stream_id), envelope.stream_id.encode()
        record = {"timestamp": None, "key": key, "value": fact.state, "headers": envelope.headers()}
        batch = filling.get(partition)
        if batch is None or batch.append(**record) is None:  # full; an empty one takes whatever the broker takes
            batch = filling[partition] = sender.create_batch()
            batch.append(**record)
            batches.append((partition, batch))
    return batches


async def _acknowledged(sent: list["asyncio.Future[object]"], connection: Connection) -> None:
    """Waits for all acknowledgements; a heartbeat keeps the leader's session while the broker is slow. TimeoutError
    when they do not come: the caller closes the producer and makes a new one (AK-1)."""
    waiting = asyncio.gather(*sent)
    async with asyncio.timeout(ACKNOWLEDGED_SECONDS):
        while not waiting.done():
            await asyncio.wait([waiting], timeout=HEARTBEAT_SECONDS)
            if not waiting.done():
                await connection.execute("select 1")
        await waiting


async def _still_leads(connection: Connection, checkpoint: Checkpoint) -> None:
    """Deposed when the checkpoint was set back, or another leads: an idle relay would not notice otherwise."""
    if await _scalar(connection, "select epoch from store.relay") != checkpoint.epoch:
        raise Deposed(f"epoch {checkpoint.epoch} no longer leads")


async def _move(connection: Connection, checkpoint: Checkpoint) -> None:
    previous = json.dumps(checkpoint.previous)
    moved = await _scalar(
        connection, "select store.move_relay(%s, %s, %s)", (checkpoint.epoch, checkpoint.position, previous)
    )
    if not moved:
        raise Deposed(f"epoch {checkpoint.epoch} no longer leads")


def traced(facts: list[StoredFact]) -> Iterator[tuple[str, str]]:
    """The traceparent and the wire name of each fact."""
    return ((fact.meta.get("traceparent", ""), fact.topic) for fact in facts)


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Waits for the event, `seconds` at most."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


async def _scalar(connection: Connection, query: str, values: tuple[object, ...] = ()) -> object:
    cursor = await connection.execute(query.encode(), values)
    row = await cursor.fetchone()
    return row[0] if row else None
