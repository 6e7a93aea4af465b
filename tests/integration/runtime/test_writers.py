"""Twelve writers, a reader at the tail, ANALYZE and VACUUM: no fact is missed and no stream loses its order.

The same check finds the planted bug: positions drawn from a sequence, without the lock.
"""

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID, uuid5

import psycopg
import pytest

from libs.runtime.migrate import STORE_SQL
from tests.support.runtime import order_id

WRITERS = 12
SECONDS = 10.0
PLANTED_SECONDS = 4.0
_CALL = b"select * from store.append(%s::uuid[], %s::bigint[], %s, %s, %s)"
_TAIL = b"""select notification_id, originator_id, originator_version, recorded_at from store.stored_events
            where notification_id > %s order by notification_id limit 1000"""


@dataclass
class Seen:
    """What the reader at the tail saw."""

    position: int = 0
    streams: dict[UUID, list[int]] = field(default_factory=lambda: defaultdict(list))
    went_back: int = 0

    def read(self, connection: psycopg.Connection[tuple[object, ...]]) -> int:
        """Reads on from the last position seen; answers how many facts came."""
        rows = connection.execute(_TAIL, (self.position,), prepare=True).fetchall()
        last = None
        for position, stream, version, recorded in rows:
            self.position = position  # type: ignore[assignment]
            self.streams[stream].append(version)  # type: ignore[index, arg-type]
            self.went_back += last is not None and recorded < last  # type: ignore[operator]
            last = recorded
        return len(rows)


def _write(url: str, writer: int, until: float) -> None:
    """Appends to streams of its own, two facts at a time, until the instant."""
    with psycopg.connect(url, autocommit=True) as connection:
        number = 0
        while time.monotonic() < until:
            stream = uuid5(UUID(order_id(writer)), str(number // 5))
            version = number % 5 * 2 + 1
            arguments = ([stream] * 2, [version, version + 1], ["t"] * 2, [b"{}"] * 2, ["{}"] * 2)
            connection.execute(_CALL, arguments, prepare=True)
            number += 1


def _disturb(url: str, until: float) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < until:
            connection.execute("analyze store.stored_events")
            connection.execute("vacuum store.stored_events")


def _run(owner: str, login: str, seconds: float) -> Seen:
    """Lets all write, disturb and read; the reader stops when the writers have and nothing new comes."""
    until = time.monotonic() + seconds
    seen = Seen()
    with ThreadPoolExecutor(WRITERS + 1) as threads, psycopg.connect(login, autocommit=True) as reader:
        writers = [threads.submit(_write, login, writer, until) for writer in range(WRITERS)]
        disturbing = threads.submit(_disturb, owner, until)
        while not all(writer.done() for writer in writers):
            seen.read(reader)
        while seen.read(reader):
            pass
        for thread in (*writers, disturbing):
            thread.result()
    return seen


def _stored(owner: str) -> dict[UUID, list[int]]:
    query = "select originator_id, array_agg(originator_version order by originator_version) from store.stored_events group by 1"
    with psycopg.connect(owner, autocommit=True) as connection:
        return dict(connection.execute(query.encode()).fetchall())


def test_no_fact_is_missed_by_the_reader_at_the_tail(database: str, order_url: str) -> None:
    seen = _run(database, order_url, SECONDS)
    stored = _stored(database)
    assert sum(map(len, stored.values())) > 1000
    assert dict(seen.streams) == stored  # none missed, and each stream in order
    assert seen.went_back == 0
    assert seen.position == sum(map(len, stored.values()))  # positions have no hole


@pytest.fixture
def without_the_lock(database: str, order_url: str) -> str:
    """The planted bug: positions from a sequence, and no lock."""
    body = STORE_SQL[STORE_SQL.index("create function store.append") : STORE_SQL.index("-- The relay's checkpoint")]
    broken = (
        body.replace("create function", "create or replace function")
        .replace("perform pg_advisory_xact_lock(4711);", "")
        .replace("select first_position + ord - 1, id", "select nextval('store.order_number'), id")
    )
    assert broken.count("nextval") == 1
    assert "advisory" not in broken
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(broken.encode())
    return order_url


def test_the_check_finds_positions_from_a_sequence(database: str, without_the_lock: str) -> None:
    seen = _run(database, without_the_lock, PLANTED_SECONDS)
    assert dict(seen.streams) != _stored(database)
