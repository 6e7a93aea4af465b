"""What a run left behind, as it stands in raw tables and topics."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition
from psycopg import sql

from tests.chaos.clients import History

PARTITIONS = 12
INSTANTS = frozenset({"known_from", "known_to"})
_MICROSECONDS = "(extract(epoch from {}) * 1000000)::bigint"
_FACTS = f"""
    select originator_id::text, originator_version, notification_id, topic, state, meta,
        {_MICROSECONDS.format("recorded_at")} from store.stored_events order by notification_id
"""
_ANSWERS = "select caller, key, stream_id::text, version, position, status from store.answered"
_HEARD = "select consumer, source, partition, position from store.heard"
_PARKED = "select consumer, source, stream_id, sequence, value, reason from store.parked"
_RELAY = "select position, epoch from store.relay"
_NOW = f"select {_MICROSECONDS.format('now()')}"


class Fact(NamedTuple):
    """A fact as a store keeps it; `recorded` is in microseconds since 1970."""

    stream: str
    version: int
    position: int
    name: str
    value: bytes
    meta: Mapping[str, Any]
    recorded: int

    @property
    def says(self) -> dict[str, Any]:
        """The fact's JSON; a poisoned one has none."""
        return json.loads(self.value)  # type: ignore[no-any-return]


class Told(NamedTuple):
    """A record of a topic. `head` holds its headers; a record that is none of ours has none."""

    partition: int
    offset: int
    key: bytes
    value: bytes
    head: Mapping[str, str]


class Answered(NamedTuple):
    """The stored answer of a key."""

    caller: str
    key: str
    stream: str
    version: int
    position: int
    status: int


class Parked(NamedTuple):
    """A record that was set aside."""

    consumer: str
    source: str
    stream: str
    sequence: int | None
    value: bytes
    reason: str


@dataclass
class Table:
    """A versioned table: its rows as text by column, instants in microseconds."""

    keys: Sequence[str]
    values: Sequence[str]
    rows: Sequence[Mapping[str, Any]]


@dataclass
class Store:
    """One service's database."""

    facts: list[Fact]
    answers: list[Answered]
    heard: Mapping[tuple[str, str, int], int]
    parked: list[Parked]
    relayed: int
    views: Mapping[str, Table]
    read_at: int = 0
    """When this was read, by the database's clock."""
    margins: Sequence[tuple[Any, ...]] = ()
    """Of reporting: order, line, state, cost and sales, as the one definition of the margin gives them."""


@dataclass
class Evidence:
    """Everything that the checker looks at. `poisoned` are streams in whose second version a bad fact was planted,
    `junk` are the values of records of no fact; both as far as they came to be. `wiped` are the publishers whose topic
    was lost, and sent again. `rebuilt` is what the product said when it built views again beside those shown, by
    service."""

    stores: Mapping[str, Store]
    topics: Mapping[str, list[Told]]
    history: History
    poisoned: Sequence[str] = ()
    junk: Sequence[bytes] = ()
    wiped: Collection[str] = ()
    rebuilt: dict[str, str] = field(default_factory=dict)

    @cached_property
    def facts(self) -> Mapping[str, list[Fact]]:
        """The facts of every publisher."""
        return {name: self.stores[name].facts for name in self.topics}


def read_store(database: str, *, margins: bool = False) -> Store:
    """Everything of one database, in one state of it."""
    with psycopg.connect(database, options="-c timezone=UTC") as connection:
        connection.execute("set transaction isolation level repeatable read")
        facts = [Fact._make((*row[:4], bytes(row[4]), *row[5:])) for row in connection.execute(_FACTS.encode())]
        relayed = connection.execute(_RELAY).fetchone()
        return Store(
            facts=facts,
            answers=[Answered(*row) for row in connection.execute(_ANSWERS)],
            heard={(row[0], row[1], row[2]): row[3] for row in connection.execute(_HEARD)},
            parked=[Parked._make((*row[:4], bytes(row[4] or b""), row[5])) for row in connection.execute(_PARKED)],
            relayed=relayed[0] if relayed else 0,
            views={name: _table(connection, name) for name in _names(connection)},
            read_at=_read_at(connection),
            margins=connection.execute(_MARGINS).fetchall() if margins else (),
        )


_MARGINS = "select order_id::text, line, state, cost::text, sales::text, currency from read.margin_rows(null)"
_NAMES = "select table_name from information_schema.columns where table_schema = 'read' and column_name = 'known_to'"
_COLUMNS = """
    select a.attname, a.atttypid = 'timestamptz'::regtype, exists (
        select from pg_class t join pg_namespace n on n.oid = t.relnamespace
        join pg_index i on i.indrelid = t.oid and i.indisprimary
        join pg_attribute k on k.attrelid = t.oid and k.attnum = any(i.indkey)
        where n.nspname like 'read\\_%%' and t.relname = s.relname and k.attname = a.attname
    )
    from pg_class s join pg_attribute a on a.attrelid = s.oid
    where s.oid = to_regclass('read.' || quote_ident(%s)) and a.attnum > 0 and not a.attisdropped
    order by a.attnum
"""
"""What everybody reads is a view in `read` over a table of the same name in `read_<generation>`, which has the key."""


def _read_at(connection: psycopg.Connection[Any]) -> int:
    (instant,) = connection.execute(_NOW.encode()).fetchone() or (0,)
    return int(instant)


def _names(connection: psycopg.Connection[Any]) -> Iterator[str]:
    return (row[0] for row in connection.execute(_NAMES).fetchall())


def _table(connection: psycopg.Connection[Any], name: str) -> Table:
    columns = connection.execute(_COLUMNS, (name,)).fetchall()
    read = [
        sql.SQL(_MICROSECONDS if instant else "{}::text").format(sql.Identifier(column))
        for column, instant, _ in columns
    ]
    query = sql.SQL("select {} from read.{}").format(sql.SQL(", ").join(read), sql.Identifier(name))
    rows = [dict(zip([column for column, _, _ in columns], row, strict=True)) for row in connection.execute(query)]
    own = {"stream_id", "version", "position", *INSTANTS}
    keys = [column for column, _, key in columns if key and column not in own]
    return Table(keys, [column for column, _, key in columns if not key and column not in own], rows)


async def read_topic(bootstrap: str, topic: str) -> list[Told]:
    """All records of a topic, in order within each partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    try:
        await consumer.start()
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[Told] = []
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [_told(record) for record in records]
        return found
    finally:
        await consumer.stop()


def _told(record: Any) -> Told:
    head = {name: value.decode() for name, value in record.headers}
    return Told(record.partition, record.offset, record.key or b"", record.value or b"", head)
