"""The event store library's recorder and mapper, fitted to facts as contracts and to one append in one statement."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, Mapper, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool
from pydantic_core import to_json

from libs.events.fact import Fact
from libs.events.order_sla import OrderSlaMissed
from libs.events.registry import REGISTRY
from libs.runtime.coalescer import Coalescer, Load
from libs.runtime.database import Connection, Line, borrowed, connection_pool, one_row
from libs.runtime.loader import Loader
from libs.runtime.metrics import APPEND_SECONDS, SLA_BREACHES

LARGEST_FACT = 900 * 1024
"""Bytes; below the broker's limit of a record, so that the relay can always send what was stored."""

_COLUMNS = "notification_id, originator_id, originator_version, topic, state, meta, recorded_at"
_CALL = (
    "select * from store.append(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::text[], "
    "%s::jsonb, %b::bytea[], %s::jsonb)"
)
_STREAM = f"select {_COLUMNS} from store.stored_events where originator_id = %s and originator_version > %s "  # noqa: S608 - constants
_LOG = f"select {_COLUMNS} from store.stored_events where notification_id > %s and notification_id <= %s "  # noqa: S608 - constants
_EVER = 2**62
_STREAMS = (
    f"select {_COLUMNS} from store.stored_events where originator_id = any(%b::uuid[]) "  # noqa: S608 - constants
    "order by originator_id, originator_version"
)

NOT_YET = datetime.max.replace(tzinfo=UTC)
"""Stands for the recorded instant of a fact that is not stored yet."""


class Taken(IntegrityError):
    """The append met a conflict; `constraint` tells which: answered_pkey, counter_pkey, stored_events_..."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


@dataclass(frozen=True)
class StoredFact(StoredEvent):
    """A fact as it is stored: the library's event with our two columns and the position."""

    meta: dict[str, Any] = field(default_factory=dict)
    recorded_at: datetime = NOT_YET
    position: int = 0

    @property
    def occurred_at(self) -> datetime:
        """When it happened."""
        return datetime.fromisoformat(self.meta["occurred_at"])

    def decoded(self) -> Fact:
        """The fact itself. UnknownFact for a name that this version does not know."""
        return REGISTRY.decode(self.topic, self.state)


@dataclass(frozen=True)
class Recorded:
    """What travels between the library's layers in place of its own event classes."""

    originator_id: UUID
    originator_version: int
    fact: Fact
    meta: dict[str, Any]


class FactMapper(Mapper[UUID]):
    """Maps facts to their own wire name and JSON bytes; no class paths are stored."""

    def __init__(self) -> None:
        super().__init__(transcoder=None)  # type: ignore[arg-type]

    def to_stored_event(self, domain_event: Any) -> StoredFact:
        """The fact as it is stored; ValueError when it is larger than a record may be."""
        state = domain_event.fact.to_bytes()
        if len(state) > LARGEST_FACT:
            raise ValueError(f"{domain_event.fact.wire()} has {len(state)} bytes, more than {LARGEST_FACT}")
        identity = (domain_event.originator_id, domain_event.originator_version)
        return StoredFact(*identity, domain_event.fact.wire(), state, domain_event.meta)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The fact behind a stored event."""
        meta = stored_event.meta if isinstance(stored_event, StoredFact) else {}
        fact = REGISTRY.decode(stored_event.topic, stored_event.state)
        return Recorded(UUID(str(stored_event.originator_id)), stored_event.originator_version, fact, meta)


@dataclass(frozen=True)
class Append:
    """What one statement writes, all or nothing. Each answer names its body by number, from 1, and its last fact by
    number, from 0; -1 when nothing was recorded."""

    facts: Sequence[StoredFact]
    answers: Sequence[dict[str, Any]] = ()
    bodies: Sequence[bytes] = ()
    counters: Sequence[dict[str, Any]] = ()

    def arguments(self) -> tuple[Any, ...]:
        """The arguments of store.append, one list a column."""
        facts = self.facts
        return (
            [fact.originator_id for fact in facts],
            [fact.originator_version for fact in facts],
            [fact.topic for fact in facts],
            [fact.state for fact in facts],
            [to_json(fact.meta).decode() for fact in facts],
            _json_or_none(self.answers),
            list(self.bodies),
            _json_or_none(self.counters),
        )

    def load(self) -> Load:
        """What of it must not meet its like in one statement: streams, keys and counters."""
        names = {
            *(fact.originator_id for fact in self.facts),
            *((answer["caller"], answer["key"]) for answer in self.answers),
            *(counter["name"] for counter in self.counters),
        }
        size = sum(len(fact.state) for fact in self.facts) + sum(map(len, self.bodies))
        return Load(max(1, len(self.facts)), size, frozenset(names))


def merged(appends: Sequence[Append]) -> Append:
    """One append of them all, in this order."""
    if len(appends) == 1:
        return appends[0]
    facts, answers, bodies, counters = list[StoredFact](), list[dict[str, Any]](), list[bytes](), list[dict[str, Any]]()
    for append in appends:
        before = {"last_fact": len(facts), "body": len(bodies)}
        answers += [
            answer | {name: answer[name] + count for name, count in before.items()} for answer in append.answers
        ]
        facts += append.facts
        bodies += append.bodies
        counters += append.counters
    return Append(facts, answers, bodies, counters)


class FactRecorder(PostgresApplicationRecorder):
    """Reads and appends facts. The library's own insert path, with its table lock, is not used."""

    pool: AsyncConnectionPool[Connection]
    loader: Loader

    def connect_to(self, url: str) -> None:
        """Prepares the asynchronous connections: a pool, one that appends, one that loads. `open` connects the pool,
        the others connect when they are first needed."""
        self.pool = connection_pool(url)
        self.loader = Loader(url)
        self._appending = Line(url)
        self._appends = Coalescer(self._append_all, Append.load)

    async def open(self) -> None:
        """Connects."""
        await self.pool.open()

    async def close(self) -> None:
        """Ends what is under way and closes all connections."""
        await self._appends.finish()
        await self._appending.close()
        await self.loader.close()
        await self.pool.close()

    async def load(self, stream_id: str, after: int = 0) -> list[StoredFact]:
        """The stream's facts above version `after`, in order. Unavailable when the database is away."""
        async with borrowed(self.pool) as connection:
            return await load_on(connection, stream_id, after)

    async def load_many(self, connection: Connection, stream_ids: Sequence[str]) -> list[StoredFact]:
        """The facts of all these streams, stream by stream, each in order."""
        return await _read(connection, _STREAMS, (list(stream_ids),))

    async def read_log(self, after: int, limit: int, connection: Connection | None = None) -> list[StoredFact]:
        """Up to `limit` facts above a position, in order of positions."""
        query, values = _LOG + "order by notification_id limit %s", (after, _EVER, limit)
        if connection is not None:
            return await _read(connection, query, values)
        async with borrowed(self.pool) as own:
            return await _read(own, query, values)

    async def append(self, append: Append) -> tuple[int, datetime]:
        """Writes everything or nothing and answers the first position and the recorded instant. Appends that wait at
        the same time are written together.

        Taken on a conflict; ConnectionLost when the connection broke, and then nobody knows whether the append
        happened; Unavailable when it did not. A process that dies inside leaves all or nothing.
        """
        with APPEND_SECONDS.time():
            done = await self._appends.do(append)
        _count_misses(append.facts)
        return done

    async def _append_all(self, appends: Sequence[Append]) -> list[tuple[int, datetime]]:
        async with self._appending.held() as connection:
            first, recorded_at = await append_on(connection, merged(appends))
        begins = accumulate((len(append.facts) for append in appends[:-1]), initial=first)
        return [(position, recorded_at) for position in begins]

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Refused: facts are written by `append`."""
        raise TypeError("facts are written by FactRecorder.append")

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredFact]:
        """The library's way to read a stream, with our columns; it blocks."""
        order = "and originator_version <= %s order by originator_version " + ("desc" if desc else "asc") + " limit %s"
        return self._select(_STREAM + order, (originator_id, gt or 0, _EVER if lte is None else lte, limit))

    def _select(self, query: str, values: tuple[Any, ...]) -> list[StoredFact]:
        with self.datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(query, values)
            return [_stored(row) for row in cursor.fetchall()]


async def load_on(connection: Connection, stream_id: str, after: int = 0) -> list[StoredFact]:
    """The stream's facts above version `after`, read on this connection."""
    return await _read(connection, _STREAM + "order by originator_version", (stream_id, after))


async def facts_at(connection: Connection, positions: Sequence[int]) -> list[StoredFact]:
    """The facts at these positions, as far as there are."""
    query = f"select {_COLUMNS} from store.stored_events where notification_id = any(%s)"  # noqa: S608 - constants
    return await _read(connection, query, (list(positions),))


async def append_on(connection: Connection, append: Append) -> tuple[int, datetime]:
    """`FactRecorder.append` on this connection; inside a transaction, the append lock is held until it ends."""
    try:
        cursor = await connection.execute(_CALL, append.arguments(), prepare=True)
    except psycopg.IntegrityError as conflict:
        raise Taken(conflict.diag.constraint_name or "") from conflict
    first_position, recorded_at = await one_row(cursor)
    return first_position, recorded_at


def _json_or_none(values: Sequence[dict[str, Any]]) -> str | None:
    return json.dumps(list(values)) if values else None


async def _read(connection: Connection, query: str, values: tuple[Any, ...]) -> list[StoredFact]:
    cursor = connection.cursor(binary=True)
    await cursor.execute(query, values, prepare=True)
    return [_stored(row) for row in await cursor.fetchall()]


def _stored(row: Sequence[Any]) -> StoredFact:
    position, stream_id, version, topic, state, meta, recorded_at = row
    return StoredFact(stream_id, version, topic, bytes(state), meta, recorded_at, position)


def _count_misses(facts: Iterable[StoredFact]) -> None:
    for fact in facts:
        if fact.topic == OrderSlaMissed.wire():
            SLA_BREACHES.labels(OrderSlaMissed.from_bytes(fact.state).clock).inc()
