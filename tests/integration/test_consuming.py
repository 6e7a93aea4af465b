"""The two programs of docs/consuming.md, run as they stand there against a real broker."""

import ast
import asyncio
import json
import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from libs.events.envelope import Envelope
from libs.events.fact import Fact
from libs.events.invoicing import InvoiceIssued
from libs.events.order import OrderPosted, OrderSignedOff, PostedLine
from libs.events.topics import PARTITIONS, partition_of
from libs.kernel.ids import natural_id
from libs.kernel.money import Money
from libs.runtime.intake import Mark, Sifted, sift
from libs.runtime.records import from_kafka
from libs.runtime.settings import KafkaSettings
from libs.runtime.topics import create_topics
from tests.support.eventually import eventually

PAGE = (Path(__file__).parents[2] / "docs" / "consuming.md").read_text()
READER, PUBLISHER = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
(INVOICE,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)

AT = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
Chain = list[tuple[Envelope, Fact]]


@pytest.fixture
async def topics(kafka_bootstrap: str, topic_prefix: str) -> KafkaSettings:
    settings = KafkaSettings(bootstrap_servers=kafka_bootstrap, topic_prefix=topic_prefix)
    await create_topics(settings)
    return settings


class Program:
    """A program of the page, written into an empty folder and started there: nothing of ours can be imported."""

    def __init__(self, text: str, folder: Path, *arguments: str) -> None:
        self.database = folder / "own.db"
        (folder / "program.py").write_text(text)
        self.command = (sys.executable, "program.py", *arguments, str(self.database))
        self.folder = folder

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            *self.command, cwd=self.folder, stderr=asyncio.subprocess.PIPE, env={"PYTHONSAFEPATH": "1"}
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()

    async def ends(self) -> tuple[int | None, str]:
        """Its exit status and its last words; the client may have complained of a broker that was not ready."""
        async with self.running() as process, asyncio.timeout(30):
            _, said = await process.communicate()
            return process.returncode, said.decode().rpartition("\n")[0].rpartition("\n")[2]

    def asked(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.database)) as database, database:
            return database.execute(query, values).fetchall()


def posted(order: str, number: int, *sales: str) -> OrderPosted:
    lines = tuple(
        PostedLine(
            line=line,
            type="hour",
            quantity=Decimal(1),
            unit_cost=Decimal(0),
            cost=Money.zero("EUR"),
            unit_price=Decimal(amount),
            sales=Money.of(amount, "EUR"),
            chargeable=line < 3,
        )
        for line, amount in enumerate(sales, 1)
    )
    return OrderPosted(
        posting_id=natural_id("posting", order, number),
        posting_number=number,
        order_id=order,
        order_number=f"SO-{order[:6]}",
        project="P-1",
        currency="EUR",
        service_date=date(2026, 3, 10),
        final=True,
        lines=lines,
    )


def chain(*told: tuple[str, Fact]) -> Chain:
    """The facts of orders as the order service publishes them: positions without a hole, a chain per partition."""
    chained: Chain = []
    sequences, previous = dict[str, int](), dict[int, int]()
    for position, (order, fact) in enumerate(told, 1):
        sequences[order] = sequences.get(order, 0) + 1
        before = previous.get(partition_of(order), 0)
        envelope = Envelope(fact.wire(), "order", order, sequences[order], position, before, AT, AT, "c", "", "tester")
        previous[partition_of(order)] = position
        chained.append((envelope, fact))
    return chained


async def produce(kafka: KafkaSettings, topic: str, records: Chain) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers) as producer:
        for envelope, fact in records:
            order = envelope.stream_id
            headers = envelope.headers()
            await producer.send_and_wait(topic, fact.to_bytes(), order.encode(), partition_of(order), headers=headers)


FIRST, SECOND = natural_id("order", "first"), natural_id("order", "second")
TOLD = chain(
    (FIRST, OrderSignedOff(lines=(1,))),
    (FIRST, posted(FIRST, 1, "120.00", "0.10", "55.00")),
    (SECOND, posted(SECOND, 1, "35.50")),
    (FIRST, posted(FIRST, 2, "-20.20")),
    (FIRST, posted(FIRST, 3, "1.00")),
    (FIRST, posted(FIRST, 4, "2.00")),
)
SOLD = [("1", "120.10"), ("2", "-20.20"), ("3", "1.00"), ("4", "2.00")]


def reader(kafka: KafkaSettings, folder: Path) -> tuple[Program, str]:
    topic = f"{kafka.topic_prefix}order.events.v1"
    return Program(READER, folder, kafka.bootstrap_servers, topic), topic


def sold(program: Program, order: str) -> list[tuple[object, ...]]:
    if not program.asked("select name from sqlite_master where name = 'sold'"):
        return []
    query = "select cast(posting as text), amount from sold where order_number = ? order by posting"
    return program.asked(query, f"SO-{order[:6]}")


async def test_the_reader_takes_every_posting_once(topics: KafkaSettings, tmp_path: Path) -> None:
    program, topic = reader(topics, tmp_path)
    await produce(topics, topic, TOLD[:4] + TOLD[1:4])
    async with program.running():
        await eventually(
            lambda: sold(program, FIRST) == SOLD[:2] and sold(program, SECOND) == [("1", "35.50")], within=30
        )
    await produce(topics, topic, TOLD[3:5])
    async with program.running():
        await eventually(lambda: sold(program, FIRST) == SOLD[:3], within=30)
        await produce(topics, topic, TOLD[2:])
        await eventually(lambda: sold(program, FIRST) == SOLD, within=30)
    assert sold(program, SECOND) == [("1", "35.50")]


async def test_the_reader_stops_at_a_hole_and_goes_on_when_it_was_sent_again(
    topics: KafkaSettings, tmp_path: Path
) -> None:
    program, topic = reader(topics, tmp_path)
    await produce(topics, topic, TOLD[:4] + TOLD[5:])
    partition, fact_before_last, last = partition_of(FIRST), 5, 6
    said = f"partition {partition}: {last} follows {fact_before_last}, but 4 was read last"
    assert await program.ends() == (1, said)
    assert sold(program, FIRST) == SOLD[:2]
    await produce(topics, topic, TOLD[5:])
    assert await program.ends() == (1, said), "what does not follow does not fill it"
    assert sold(program, FIRST) == SOLD[:2]
    await produce(topics, topic, TOLD[4:])
    async with program.running():
        await eventually(lambda: sold(program, FIRST) == SOLD, within=30)


async def test_the_reader_goes_on_in_a_topic_made_anew(topics: KafkaSettings, tmp_path: Path) -> None:
    program, topic = reader(topics, tmp_path)
    await produce(topics, topic, TOLD[:4] + TOLD[5:])
    assert (await program.ends())[0] == 1
    again = topics.model_copy(update={"topic_prefix": f"{topics.topic_prefix}again."})
    await create_topics(again)
    program, topic = reader(again, tmp_path)
    program.asked("update mark set next_offset = 0")
    await produce(again, topic, TOLD)
    async with program.running():
        await eventually(lambda: sold(program, FIRST) == SOLD, within=30)
    assert sold(program, SECOND) == [("1", "35.50")]


async def published(kafka: KafkaSettings, topic: str, count: int) -> Sifted:
    """What a reader of ours makes of the topic."""
    partitions = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest")
    consumer.assign(partitions)
    async with consumer, asyncio.timeout(30):
        records = [from_kafka(await consumer.getone(), "invoicing") for _ in range(count)]
    marks = {partition.partition: Mark(0, 0) for partition in partitions}
    return sift(records, marks, set(), {InvoiceIssued.wire(): InvoiceIssued})


def fill(program: Program, orders: Sequence[str]) -> list[InvoiceIssued]:
    """Puts the invoice of the page into the outbox, once for each order named, and answers what is to be read."""
    program.asked(re.findall(r"create table if not exists outbox .*?;", PUBLISHER, re.DOTALL)[0].removesuffix(";"))
    invoices = []
    for position, order in enumerate(orders, 1):
        body = json.dumps(json.loads(INVOICE) | {"order_id": order}).encode()
        sequence = orders[:position].count(order)
        row = (10 * position, order, sequence, InvoiceIssued.wire(), AT.isoformat(), AT.isoformat(), body)
        program.asked("insert into outbox values (?, ?, ?, ?, ?, ?, ?)", *row)
        invoices.append(InvoiceIssued.from_bytes(body))
    return invoices


async def test_what_a_foreign_publisher_sends_is_taken_in(topics: KafkaSettings, tmp_path: Path) -> None:
    topic = f"{topics.topic_prefix}invoicing.events.v1"
    program = Program(PUBLISHER, tmp_path, topics.bootstrap_servers, topic)
    orders = [FIRST, SECOND, FIRST, *(natural_id("order", number) for number in range(20))]
    invoices = fill(program, orders)
    assert (await program.ends())[0] == 0
    assert (await program.ends())[0] == 0, "there is nothing left to send"
    taken = await published(topics, topic, len(orders))
    assert (taken.parked, taken.repeats, taken.passed) == ([], 0, 0)
    by_position = sorted(taken.fresh, key=lambda fresh: fresh.envelope.position)
    assert [fresh.fact for fresh in by_position] == invoices
    assert [fresh.envelope.position for fresh in by_position] == [10 * n for n in range(1, len(orders) + 1)]
    assert [fresh.envelope.sequence for fresh in by_position[:3]] == [1, 1, 2]
    assert [fresh.record.partition for fresh in by_position] == [partition_of(order) for order in orders]


async def test_what_a_foreign_publisher_sends_again_after_a_crash_is_known(
    topics: KafkaSettings, tmp_path: Path
) -> None:
    topic = f"{topics.topic_prefix}invoicing.events.v1"
    program = Program(PUBLISHER, tmp_path, topics.bootstrap_servers, topic)
    invoices = fill(program, [FIRST, FIRST, FIRST])
    assert (await program.ends())[0] == 0
    program.asked("update sent set position = 10")
    assert (await program.ends())[0] == 0
    taken = await published(topics, topic, 5)
    assert ([fresh.fact for fresh in taken.fresh], taken.repeats) == (invoices, 2)


@pytest.mark.parametrize("text", [READER, PUBLISHER], ids=["reader", "publisher"])
def test_the_programs_need_a_kafka_client_and_nothing_else(text: str) -> None:
    imported = set[str]()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"aiokafka"}


def test_the_headers_of_the_page_are_those_of_the_envelope() -> None:
    envelope = replace(TOLD[0][0], traceparent="00-1-2-01")
    table = PAGE.partition("| header |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(ce_\w+|content-type|traceparent)`", table)) == {name for name, _ in envelope.headers()}
