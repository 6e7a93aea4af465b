"""Records on Kafka that a consumer must not take for facts, or not twice, or not at all.

Each case has topics, marks and a consumer of its own; the broker, the database and the code that hears are the real ones.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from psycopg.rows import dict_row

from libs.events import registry
from libs.events.envelope import Envelope
from libs.events.topics import partition_of
from libs.kernel.ids import natural_id
from libs.runtime.clock import now
from libs.runtime.consumer import KafkaFeed, Truncated
from libs.runtime.hearing import Hearing
from libs.runtime.intake import Hole
from libs.runtime.kafka import producer, topic_of
from libs.runtime.projector import Projector
from libs.runtime.roles import PASSING
from libs.runtime.settings import KafkaSettings
from libs.runtime.topics import create_topics
from services.reporting.main import SERVICE
from tests.cases.bad_inputs.case import Case, Got
from tests.cases.bad_inputs.world import World
from tests.support.eventually import eventually

GOLDEN = Path(registry.__file__).with_name("golden")
INVOICE = "invoicing.InvoiceIssued.v1"
STOPS = {Hole: "gap", Truncated: "offset_out_of_range"}


@dataclass
class Line:
    """A consumer of one publisher's topic, and how its publisher goes on: the chain of positions in one partition."""

    kafka: KafkaSettings
    database: str
    publisher: str
    name: str
    position: int = 0
    sequences: dict[str, int] = field(default_factory=dict)

    @property
    def stream(self) -> str:
        """The stream that the case is about."""
        return natural_id("case", self.name)

    @property
    def neighbour(self) -> str:
        """Another stream of the same partition."""
        wanted = partition_of(self.stream)
        return next(each for n in range(1000) if partition_of(each := natural_id("case", self.name, n)) == wanted)

    def next(self, wire: str = INVOICE, stream: str = "") -> Envelope:
        """The envelope of the next fact of a stream, as its publisher would write it."""
        stream = stream or self.stream
        self.sequences[stream] = self.sequences.get(stream, 0) + 1
        self.position += 1
        return self._envelope(wire, stream, self.sequences[stream], self.position)

    def outside(self) -> Envelope:
        """An envelope that has no place in the chain: what its reader refuses is not counted."""
        return self._envelope(INVOICE, self.stream, 1, self.position + 1)

    def _envelope(self, wire: str, stream: str, sequence: int, position: int) -> Envelope:
        return Envelope(
            type=wire,
            publisher=self.publisher,
            stream_id=stream,
            sequence=sequence,
            position=position,
            previous=position - 1,
            occurred_at=now(),
            recorded_at=now(),
            correlation_id="cases",
            causation_id="cases",
            actor="cases",
        )

    async def send(self, *records: "Sent", abort: bool = False) -> None:
        """Sends records to the partition of the stream; `abort`: in a transaction that is then given up."""
        settings = {"transactional_id": self.name} if abort else {}
        sender = (
            AIOKafkaProducer(bootstrap_servers=self.kafka.bootstrap_servers, **settings)
            if abort
            else producer(self.kafka)
        )
        await sender.start()
        try:
            if abort:
                await sender.begin_transaction()
            for record in records:
                await sender.send_and_wait(
                    topic_of(self.publisher, self.kafka),
                    record.value,
                    key=record.key or record.envelope.stream_id.encode(),
                    partition=partition_of(self.stream),
                    headers=[*record.envelope.headers(), *record.further],
                )
            if abort:
                await sender.abort_transaction()
        finally:
            await sender.stop()

    @asynccontextmanager
    async def hearing(self) -> AsyncIterator["asyncio.Task[None]"]:
        """The consumer, as long as it is needed."""
        views = [each for each in SERVICE.views if each.view.publisher == self.publisher]
        feed = KafkaFeed(Hearing(self.database, self.name, self.publisher, Projector(views)), self.kafka)
        task = asyncio.create_task(feed.run())
        try:
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, *STOPS):
                await task

    async def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What the reporting database answers."""
        async with await psycopg.AsyncConnection.connect(self.database, row_factory=dict_row) as connection:
            return await (await connection.execute(query.encode(), values)).fetchall()

    async def parked(self) -> list[str]:
        """Why records were set aside, in order."""
        query = "select reason from store.parked where consumer = %s and value is not null order by kafka_offset"
        return [row["reason"] for row in await self.rows(query, self.name)]

    async def documents(self, stream: str) -> list[str]:
        """The numbers of the documents that the view knows of a stream."""
        query = "select documents from read.invoiced_line where stream_id = %s and line = 1 and known_to > now()"
        return [number for row in await self.rows(query, stream) for number in row["documents"].split()]

    async def went_on(self) -> None:
        """Returns when the consumer has taken in a good fact of another stream that came after everything else."""
        good = Sent(self.next(stream=self.neighbour), invoice("GOOD"))
        await self.send(good)

        async def seen() -> bool:
            return await self.documents(self.neighbour) == ["GOOD"]

        await eventually(seen, within=20)


@dataclass(frozen=True)
class Sent:
    """A record on its way to the topic."""

    envelope: Envelope
    value: bytes
    key: bytes = b""
    further: Sequence[tuple[str, bytes]] = ()


def golden(wire: str, **changed: Any) -> bytes:
    """A good payload of a fact, changed."""
    return json.dumps(json.loads((GOLDEN / f"{wire}.json").read_text()) | changed).encode()


def invoice(number: str) -> bytes:
    """An invoice with this number."""
    return golden(INVOICE, number=number)


async def line(world: World, publisher: str = "invoicing") -> Line:
    """A consumer with topics of its own. OutOfScope when broker and database are not ours."""
    evidence, name = world.system.own.evidence, world.name("cases")
    kafka = KafkaSettings(bootstrap_servers=evidence.kafka, topic_prefix=f"{evidence.topic_prefix}{name}.")
    await create_topics(kafka)
    return Line(kafka, evidence.database("reporting"), publisher, name)


async def set_aside(world: World, case: Case) -> Got:
    """A record that is no fact of this publisher: it is parked with its bytes, and others go on."""
    own = await line(world)
    made: Mapping[str, Callable[[], Sent]] = {
        "above what is known": lambda: Sent(own.next("invoicing.InvoiceIssued.v2"), invoice("BAD")),
        "key other than": lambda: Sent(own.outside(), invoice("BAD"), key=natural_id("case", "other").encode()),
        "unknown producer": lambda: Sent(replace(own.outside(), publisher="dispatch"), invoice("BAD")),
    }
    bad = next(make for words, make in made.items() if words in case.input)()
    async with own.hearing():
        await own.send(bad)
        await own.went_on()
        reasons = await own.parked()
    return Got(None, reasons[0].partition(":")[0] if len(reasons) == 1 else f"parked {reasons}")


async def two_histories(world: World, case: Case) -> Got:
    """Another fact under a version of the stream that was told before."""
    own = await line(world)
    async with own.hearing():
        await own.send(Sent(own.next(), invoice("FIRST")))
        again = own.next()
        await own.send(Sent(replace(again, sequence=again.sequence - 1), invoice("SECOND")))
        await own.went_on()
        reasons = await own.parked()
        kept = await own.documents(own.stream) == ["FIRST"]
    return Got(None, reasons[0].partition(":")[0] if reasons and kept else f"parked {reasons}")


async def repeated(world: World, case: Case) -> Got:
    """The same record again, whatever its payload says now."""
    own = await line(world)
    first = Sent(own.next(), invoice("FIRST"))
    second = replace(first, value=invoice("SECOND")) if "other payload" in case.input else first
    async with own.hearing():
        await own.send(first, second)
        await own.went_on()
        once = await own.documents(own.stream) == ["FIRST"] and await own.parked() == []
    return Got(None, "duplicate" if once else "not_dropped")


async def taken_in(world: World, case: Case) -> Got:
    """A fact that is odd and good: it takes effect like any other."""
    own = await line(world)
    envelope, further = own.next(), list[tuple[str, bytes]]()
    if "future" in case.input:
        envelope = replace(envelope, occurred_at=now() + timedelta(hours=1))
    if "trace context" in case.input:
        further.append(("traceparent", b"0" * 900 * 1024))  # with 1 MiB the broker refuses the record
    async with own.hearing():
        await own.send(Sent(envelope, invoice("ODD"), further=further))
        await own.went_on()
        seen = await own.documents(own.stream) == ["ODD"] and await own.parked() == []
    return Got(None, case.error_code if seen else "not_taken_in")


async def given_up(world: World, case: Case) -> Got:
    """Records of a transaction that was aborted are none."""
    own = await line(world)
    async with own.hearing():
        envelope = own.next()
        await own.send(Sent(envelope, invoice("GIVEN-UP")), abort=True)
        await own.send(Sent(envelope, invoice("KEPT")))
        await own.went_on()
        kept = await own.documents(own.stream) == ["KEPT"] and await own.parked() == []
    return Got(None, "read_committed" if kept else "read_uncommitted")


async def impossible(world: World, case: Case) -> Got:
    """A line is posted after its order was canceled."""
    own = await line(world, "order")
    told: Mapping[str, Mapping[str, Any]] = {
        "OrderCreated": {},
        "OrderLineAdded": {"line": 1},
        "OrderCanceled": {"lines": [1]},
        "OrderLinePosted": {"line": 1},
    }
    wires = {f"order.{name}.v1": changed for name, changed in told.items()}
    async with own.hearing():
        await own.send(*(Sent(own.next(wire), golden(wire, **changed)) for wire, changed in wires.items()))

        async def is_parked() -> bool:
            return bool(await own.parked())

        await eventually(is_parked, within=20)
        reasons = await own.parked()
    return Got(None, reasons[0].partition(":")[0])


async def stopped(world: World, case: Case) -> Got:
    """Something was lost on the way: the consumer ends, and no new start heals it."""
    own = await line(world)
    if "offset out of range" in case.input:
        await own.send(Sent(own.next(), invoice("GONE")), Sent(own.next(), invoice("LEFT")))
        await _truncate(own)
    else:
        first, _, third = own.next(), own.next(), own.next()
        await own.send(Sent(first, invoice("FIRST")), Sent(third, invoice("THIRD")))
    async with own.hearing() as task:
        await asyncio.wait([task], timeout=20)
        fault = task.exception() if task.done() else None
    code = next((code for kind, code in STOPS.items() if isinstance(fault, kind)), repr(fault))
    return Got(None, code, () if not isinstance(fault, PASSING) else ("starts again",))


async def _truncate(own: Line) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=own.kafka.bootstrap_servers)
    await admin.start()
    try:
        where = TopicPartition(topic_of(own.publisher, own.kafka), partition_of(own.stream))
        await admin.delete_records({where: RecordsToDelete(1)})
    finally:
        await admin.close()
