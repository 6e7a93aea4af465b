"""Where bad facts wait: their bytes, why they wait, and how they come back as records."""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.events.envelope import Envelope, NotOurs
from libs.runtime.database import Connection
from libs.runtime.intake import Parked
from libs.runtime.records import Record

_PARK = """
insert into store.parked (consumer, source, partition, kafka_offset, stream_id, sequence, position, topic, key, headers,
    value, reason)
select consumer, source, partition, kafka_offset, stream_id, sequence, position, topic, key, headers, value, reason
from (values (%s, %s, %s::int, %s::bigint, %s, %s::bigint, %s::bigint, %s, %s::bytea, %s::jsonb, %s::bytea, %s))
    as p(consumer, source, partition, kafka_offset, stream_id, sequence, position, topic, key, headers, value, reason)
where not exists (
    select from store.discarded d
    where (d.consumer, d.source, d.partition) = (split_part(p.consumer, '@', 1), p.source, p.partition)
    and case when p.position is null then d.kafka_offset = p.kafka_offset and d.value is not distinct from p.value
        else d.position = p.position end)
on conflict do nothing
"""
"""Read again, a record that waits or was discarded is not parked anew; nor by views that are built beside (`@new`)."""

_COLUMNS = (
    "id, consumer, source, partition, kafka_offset, stream_id, sequence, position, topic, key, headers, value, "
    "reason, parked_at"
)


@dataclass(frozen=True)
class Waiting:
    """A parked record. `sequence` and `position` are None, and `type` is empty, when its headers cannot be read."""

    id: int
    consumer: str
    source: str
    partition: int
    offset: int
    stream_id: str
    sequence: int | None
    position: int | None
    type: str
    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None
    reason: str
    parked_at: datetime

    def record(self) -> Record:
        """The record as it arrived."""
        try:
            envelope, fault = Envelope.read(self.headers, self.source, self.key), ""
        except NotOurs as misfit:
            envelope, fault = None, str(misfit)
        return Record(self.partition, self.offset, self.key, self.headers, self.value, envelope, fault)


async def park(connection: Connection, consumer: str, source: str, parked: Parked) -> bool:
    """Sets a record aside with its bytes; False when it waits already, or was discarded."""
    record, envelope = parked.record, parked.record.envelope
    key = (record.key or b"").decode(errors="replace").replace("\0", "")
    headers = [[name, base64.b64encode(value or b"").decode()] for name, value in record.headers]
    inserted = await connection.execute(
        _PARK,
        (
            consumer,
            source,
            record.partition,
            record.offset,
            envelope.stream_id if envelope else key,
            envelope.sequence if envelope else None,
            envelope.position if envelope else None,
            envelope.type if envelope else "",
            record.key,
            json.dumps(headers),
            record.value,
            parked.reason,
        ),
    )
    return bool(inserted.rowcount)


async def waiting_streams(connection: Connection, consumer: str, source: str) -> set[str]:
    """The streams of which a fact waits."""
    cursor = await connection.execute(
        "select distinct stream_id from store.parked where consumer = %s and source = %s and sequence is not null",
        (consumer, source),
    )
    return {row[0] for row in await cursor.fetchall()}


async def waiting(connection: Connection, consumer: str, source: str, stream_id: str) -> list[Waiting]:
    """The parked records of a stream in order, the unreadable ones first."""
    found = await connection.execute(
        f"select {_COLUMNS} from store.parked where consumer = %s and source = %s and stream_id = %s "  # noqa: S608 - constants
        "order by sequence nulls first, id",
        (consumer, source, stream_id),
    )
    return [_waiting(row) for row in await found.fetchall()]


async def waiting_as(connection: Connection, number: int) -> Waiting | None:
    """One parked record by its number."""
    found = await connection.execute(f"select {_COLUMNS} from store.parked where id = %s", (number,))  # noqa: S608 - constants
    row = await found.fetchone()
    return _waiting(row) if row else None


async def release(connection: Connection, numbers: Iterable[int]) -> None:
    """Takes records away whose effect is part of the open transaction."""
    await connection.execute("select store.release_parked(%s)", (list(numbers),))


def _waiting(row: Sequence[Any]) -> Waiting:
    headers = [(name, base64.b64decode(text)) for name, text in row[10]]
    return Waiting(*(*row[:10], headers, *row[11:]))
