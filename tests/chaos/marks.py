"""What an operator, or a restore, does to checkpoints and marks; and a bad fact, put into a log behind the product's back."""

import json
from typing import Any

import psycopg
from aiokafka.partitioner import murmur2

from tests.chaos.evidence import PARTITIONS

_SENT = """
    select originator_id::text, max(notification_id) from store.stored_events where notification_id <= %s group by 1
"""
_APPEND = "select store.append(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::text[])"


def set_back(database: str, facts: int) -> int:
    """The relay's checkpoint goes back by so many facts while the relay runs; answers how many those are.

    The epoch goes up, as when another relay takes over: whoever led is deposed at its next move.
    """
    with psycopg.connect(database, connect_timeout=5) as connection:
        row = connection.execute("select position from store.relay for update").fetchone()
        sent: int = row[0] if row else 0
        position = max(0, sent - facts)
        chain: dict[int, int] = {}
        for stream, last in connection.execute(_SENT, (position,)):
            partition = (murmur2(stream.encode()) & 0x7FFFFFFF) % PARTITIONS
            chain[partition] = max(chain.get(partition, 0), last)
        _move(connection, position, chain)
        return sent - position


def forget(database: str, consumer: str) -> None:
    """A consumer's marks are lost: it hears everything again."""
    with psycopg.connect(database, connect_timeout=10) as connection:
        connection.execute("update store.heard set position = 0, kafka_offset = 0 where consumer = %s", (consumer,))
        connection.execute("delete from store.parked where consumer = %s", (consumer,))


def plant_poison(database: str, stream: str) -> None:
    """A stream of three facts, the second of which does not decode."""
    created = {
        "number": f"POISON-{stream[:8]}",
        "origin": "manual",
        "project": "P-1",
        "currency": "EUR",
        "service_date": "2026-03-02",
        "description": stream,
    }
    revised = {"service_date": "2026-03-03", "description": f"{stream} again"}
    names = [f"order.{name}.v1" for name in ("OrderCreated", "OrderRevised", "OrderRevised")]
    states = [json.dumps(created).encode(), b'{"service_date": "no day"}', json.dumps(revised).encode()]
    about = {
        "occurred_at": "2026-03-02T10:00:00+00:00",
        "correlation_id": f"poison-{stream}",
        "causation_id": "",
        "actor": "chaos",
    }
    with psycopg.connect(database, connect_timeout=5) as connection:
        connection.execute(_APPEND, ([stream] * 3, [1, 2, 3], names, states, [json.dumps(about)] * 3))


def _move(connection: psycopg.Connection[Any], position: int, chain: dict[int, int]) -> None:
    connection.execute(
        "update store.relay set epoch = epoch + 1, position = %s, previous = %s", (position, json.dumps(chain))
    )
