"""What must hold whatever was killed: folds of its own over raw tables and topics, sharing no code with the product."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition

PARTITIONS = 12
Line = tuple[str, int]


@dataclass(frozen=True)
class Raw:
    """A fact as it stands in a store or on a topic."""

    stream: str
    sequence: int
    position: int
    name: str
    value: bytes

    @property
    def says(self) -> dict[str, Any]:
        """The fact's JSON."""
        return json.loads(self.value)  # type: ignore[no-any-return]


def stored(database: str) -> list[Raw]:
    """All facts of a store, in order of positions."""
    query = (
        "select originator_id, originator_version, notification_id, topic, state from store.stored_events order by 3"
    )
    with psycopg.connect(database) as connection:
        return [Raw(str(r[0]), r[1], r[2], r[3], bytes(r[4])) for r in connection.execute(query.encode()).fetchall()]


async def published(bootstrap: str, topic: str) -> list[tuple[int, int, Raw]]:
    """All records of a topic: partition, ce_previous and fact, in order within each partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[tuple[int, int, Raw]] = []
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [_raw(record) for record in records]
        return found
    finally:
        await consumer.stop()


def _raw(record: Any) -> tuple[int, int, Raw]:
    head = {name: value.decode() for name, value in record.headers}
    raw = Raw(head["ce_subject"], int(head["ce_sequence"]), int(head["ce_position"]), head["ce_type"], record.value)
    assert head["ce_id"] == f"{raw.stream}:{raw.sequence}"
    assert record.key == raw.stream.encode()
    return record.partition, int(head["ce_previous"]), raw


def check_transport(facts: Iterable[Raw], records: Iterable[tuple[int, int, Raw]]) -> list[str]:
    """I2, I3, I4: everything stored is on the topic, nothing else is, and first deliveries are in order."""
    problems: list[str] = []
    wanted = {(fact.stream, fact.sequence): fact for fact in facts}
    seen: dict[tuple[str, int], Raw] = {}
    last: dict[str, int] = defaultdict(int)
    marks: dict[int, int] = defaultdict(int)
    for partition, previous, raw in records:
        identity = (raw.stream, raw.sequence)
        if identity not in seen:
            if raw.sequence != last[raw.stream] + 1:
                problems.append(f"{raw.stream} jumps from {last[raw.stream]} to {raw.sequence}")
            last[raw.stream] = raw.sequence
        if raw.position > marks[partition]:
            if previous != marks[partition]:
                problems.append(f"partition {partition}: {raw.position} follows {previous}, not {marks[partition]}")
            marks[partition] = raw.position
        seen[identity] = raw
    problems += [f"missing on the topic: {identity}" for identity in wanted.keys() - seen.keys()]
    problems += [f"invented or changed: {identity}" for identity in seen if wanted.get(identity) != seen[identity]]
    return problems


def check_streams(facts: Iterable[Raw]) -> list[str]:
    """I5: versions of a stream are 1..n, and positions have no hole."""
    problems, versions = [], defaultdict[str, int](int)
    for position, fact in enumerate(facts, 1):
        versions[fact.stream] += 1
        if (fact.position, fact.sequence) != (position, versions[fact.stream]):
            problems.append(f"{fact.stream}:{fact.sequence} at {fact.position}, wanted {position}")
    return problems


def check_documents(orders: Iterable[Raw], invoicing: Iterable[Raw]) -> list[str]:
    """I10: one document for every posting that is worth something, none for zero, and gapless numbers."""
    documents: dict[str, list[Decimal]] = defaultdict(list)
    numbers: dict[str, list[int]] = defaultdict(list)
    for fact in invoicing:
        sign = 1 if fact.name == "invoicing.InvoiceIssued.v1" else -1
        documents[fact.says["posting_id"]].append(sign * Decimal(fact.says["total"]["amount"]))
        series, _, number = fact.says["number"].rpartition("-")
        numbers[series].append(int(number))
    wanted = {fact.says["posting_id"]: _worth(fact.says) for fact in orders if fact.name == "order.OrderPosted.v1"}
    problems = [
        f"posting {posting} is worth {worth} and has {documents.get(posting, [])}"
        for posting, worth in wanted.items()
        if documents.get(posting, []) != ([worth] if worth else [])
    ]
    problems += [f"a document for no posting: {posting}" for posting in documents.keys() - wanted.keys()]
    problems += [f"{series} has numbers {found}" for series, found in numbers.items() if found != _counted(found)]
    return problems


def _worth(posting: Mapping[str, Any]) -> Decimal:
    return sum((Decimal(line["sales"]["amount"]) for line in posting["lines"] if line["chargeable"]), Decimal(0))


def _counted(found: list[int]) -> list[int]:
    return list(range(1, len(found) + 1))


@dataclass
class Margin:
    """What the margin view must show of a line."""

    state: str
    cost: Decimal
    sales: Decimal
    invoiced: Decimal = field(default=Decimal(0))


def margin_of(orders: Iterable[Raw], invoicing: Iterable[Raw]) -> dict[Line, Margin]:
    """The lines that are not canceled, folded from scratch. A line whose sales, not zero, are wholly invoiced is invoiced."""
    lines: dict[Line, Margin] = {}
    for fact in orders:
        _fold(lines, fact)
    for fact in invoicing:
        sign = 1 if fact.name == "invoicing.InvoiceIssued.v1" else -1
        for line in fact.says["lines"]:
            lines[fact.stream, line["line"]].invoiced += sign * Decimal(line["amount"]["amount"])
    for margin in lines.values():
        if margin.state == "posted" and margin.sales and margin.invoiced == margin.sales:
            margin.state = "invoiced"
    return {line: margin for line, margin in lines.items() if margin.state != "canceled"}


def _fold(lines: dict[Line, Margin], fact: Raw) -> None:
    says, name = fact.says, fact.name.split(".")[1]
    if name == "OrderCanceled":
        for line in says["lines"]:
            lines[fact.stream, line].state = "canceled"
    if "line" not in says:
        return
    place = (fact.stream, says["line"])
    if name == "OrderLineCanceled":
        lines[place].state = "canceled"
    elif name in ("OrderLineAdded", "OrderLineRevised", "OrderLinePriceOverridden"):
        lines[place] = Margin("created", _amount(says["cost"]), _amount(says["sales"]))
    elif name == "OrderLinePosted" and "reverses" not in says:
        lines[place] = Margin("posted", _amount(says["cost"]), _amount(says["sales"]))


def _amount(money: Mapping[str, str]) -> Decimal:
    return Decimal(money["amount"])
