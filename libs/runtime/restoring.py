"""Restoring: what a publisher told after its backup is appended again from Kafka, before anything else may be."""

import json
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from libs.events.registry import REGISTRY
from libs.runtime.database import Connection, connect, one_row, unit_of_work
from libs.runtime.records import Record
from libs.runtime.service import Numbers
from libs.runtime.settings import KafkaSettings
from libs.runtime.topic_reader import read_topic

BATCH = 1000
_APPEND = """
insert into store.stored_events
select * from unnest(%s::bigint[], %s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::jsonb[], %s::timestamptz[])
"""


class Diverged(Exception):
    """Topic and backup tell different stories: nothing was appended."""


@dataclass
class Restored:
    """What came back from Kafka: so many facts, up to `last`. `lost` positions were given to facts that never reached
    Kafka; facts after `last` that never did are unknown."""

    publisher: str
    backed_up: int
    facts: int = 0
    last: int = 0
    lost: list[int] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)


async def restore_facts(owner: str, publisher: str, kafka: KafkaSettings, numbers: Numbers) -> Restored:
    """Appends what the topic holds beyond the restored log: same bytes, ids, positions and recorded instants; and
    moves the sequences and counters past the numbers that those facts took.

    `owner` is the URL of the database's owner: no other login may write facts. One transaction. Diverged when a fact
    on the topic differs from the one restored at its position, or does not follow its stream. The marks of the
    service's own consumers stay as they were backed up: they hear what is appended here like any other fact.
    """
    async with await connect(owner) as connection:
        cursor = await connection.execute("select coalesce(max(notification_id), 0) from store.stored_events")
        (tip,) = await one_row(cursor)
        restored, told = Restored(publisher, tip, last=tip), dict[int, Record]()
        async with aclosing(read_topic(publisher, kafka)) as batches:
            async for records in batches:
                _collect(told, records, tip)
        positions = sorted(told)
        restored.facts, restored.last = len(told), max(told, default=tip)
        restored.lost = [position for position in range(tip + 1, restored.last) if position not in told]
        restored.numbers = _numbers(told, numbers)
        async with unit_of_work(connection):
            for start in range(0, len(positions), BATCH):
                await _append(connection, [told[position] for position in positions[start : start + BATCH]])
            await _check_streams(connection, publisher, tip)
            for name, value in restored.numbers.items():
                await _take_number(connection, name, value)
    return restored


def _collect(told: dict[int, Record], records: list[Record], tip: int) -> None:
    """Keeps what lies beyond the backup, once; what is no fact of the publisher is left to the consumers."""
    for record in records:
        envelope = record.envelope
        if envelope is None or record.misplaced or envelope.position <= tip:
            continue
        known = told.setdefault(envelope.position, record)
        if (known.envelope and known.envelope.id, known.value) != (envelope.id, record.value):
            raise Diverged(f"position {envelope.position} was told twice, as {envelope.id} and differently")


async def _append(connection: Connection, records: list[Record]) -> None:
    rows = [_row(record) for record in records]
    await connection.execute(_APPEND, [list(column) for column in zip(*rows, strict=True)])


def _row(record: Record) -> tuple[Any, ...]:
    envelope = record.envelope
    if envelope is None:
        raise ValueError("no fact")
    meta = {
        "occurred_at": envelope.occurred_at.isoformat(),
        "correlation_id": envelope.correlation_id,
        "causation_id": envelope.causation_id,
        "actor": envelope.actor,
    }
    meta |= {"traceparent": envelope.traceparent} if envelope.traceparent else {}
    identity = (envelope.position, envelope.stream_id, envelope.sequence, envelope.type)
    return (*identity, record.value or b"", json.dumps(meta), envelope.recorded_at)


async def _check_streams(connection: Connection, publisher: str, tip: int) -> None:
    """Every stream appended to must have its versions without a hole; else backup and topic do not belong together."""
    cursor = await connection.execute(
        "select originator_id, originator_version from store.stored_events e "
        "where notification_id > %s and originator_version > 1 and not exists (select from store.stored_events b "
        "where b.originator_id = e.originator_id and b.originator_version = e.originator_version - 1) limit 1",
        (tip,),
    )
    if broken := await cursor.fetchone():
        raise Diverged(f"{publisher}: {broken[0]}:{broken[1]} does not follow what was backed up")


def _numbers(told: Mapping[int, Record], numbers: Numbers) -> dict[str, int]:
    """The highest number that the facts took, by sequence or counter."""
    taken: dict[str, int] = {}
    wires = {fact.wire(): number for fact, number in numbers.items()}
    for record in told.values():
        if record.envelope and record.envelope.type in wires:
            fact = REGISTRY.decode(record.envelope.type, record.value or b"")
            name, value = wires[record.envelope.type](fact)
            taken[name] = max(value, taken.get(name, 0))
    return taken


async def _take_number(connection: Connection, name: str, value: int) -> None:
    """Moves the sequence of that name, or else the counter, to `value`, never back."""
    cursor = await connection.execute(
        "select setval(format('store.%%I', sequencename)::regclass, greatest(%s, coalesce(last_value, 0))) "
        "from pg_sequences where schemaname = 'store' and sequencename = %s",
        (value, name),
    )
    if await cursor.fetchone() is None:
        await connection.execute(
            "insert into store.counter as c values (%s, %s) on conflict (name) do update "
            "set value = greatest(c.value, excluded.value)",
            (name, value),
        )
