"""Our store as services use it, and the event store library with its own recorder."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from fastapi import FastAPI

from benchmarks.append_measure import BEFORE, DESCRIPTION, Kind, Run
from libs.events.order import OrderRevised
from libs.kernel.decider import Decider
from libs.runtime.migrate import migrate
from libs.runtime.recorder import Append, StoredFact
from libs.runtime.service import Service
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, Request, Stream

FACT = OrderRevised(service_date=date(2026, 3, 2), description=DESCRIPTION)
_META = {"occurred_at": "2026-03-02T12:00:00+00:00", "correlation_id": "c", "causation_id": "c", "actor": "benchmark"}


def _decide(_command: str, _state: int) -> Sequence[OrderRevised]:
    return [FACT]


revising: Decider[str, int, OrderRevised] = Decider(0, _decide, lambda state, _fact: state + 1)


def _answer(stream: Stream) -> Answer:
    return Answer(200, json.dumps({"id": stream.stream_id, "version": stream.version}).encode())


class Fieldfact:
    """`FactStore.execute` with an idempotency key: load, decide, append through the coalescer."""

    name = "fieldfact"

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._prepared: list[str] = []

    @classmethod
    async def open(cls, database: str) -> "Fieldfact":
        """A migrated store in the empty database."""
        login = urlunsplit(urlsplit(database)._replace(netloc=urlsplit(database).netloc.replace("postgres@", "bench@")))
        await migrate(Service("order", lambda _: FastAPI()), database, login)
        store = FactStore(login)
        await store.recorder.open()
        return cls(store)

    async def prepare(self, count: int) -> None:
        """Appends streams, many in one append."""
        ids = [uuid4() for _ in range(count)]
        for begin in range(0, count, 50):
            facts = [
                StoredFact(stream, version, FACT.wire(), FACT.to_bytes(), _META)
                for stream in ids[begin : begin + 50]
                for version in range(1, BEFORE + 1)
            ]
            await self._store.recorder.append(Append(facts))
        self._prepared += map(str, ids)

    async def run(self, kind: Kind, callers: int, count: int) -> Run:
        """One task a caller, all on this event loop."""
        streams = [str(uuid4()) for _ in range(count)] if kind == "new" else self._prepared[-count:]
        del self._prepared[-count:]
        return await in_parallel(callers, iter(streams), self.save)

    async def save(self, stream: str) -> None:
        """One command on the stream, with the stream's id as its key."""
        request = Request("benchmark", "c", key=stream, fingerprint="f" * 64)
        await self._store.execute(revising, stream, "revise", request, _answer)

    async def close(self) -> None:
        """Closes the store."""
        await self._store.__aexit__()


async def in_parallel(callers: int, streams: Iterator[str], save: Callable[[str], Awaitable[None]]) -> Run:
    """Callers that each take the next stream as soon as their last save is answered."""
    milliseconds = list[float]()

    async def caller() -> None:
        for stream in streams:
            asked = time.perf_counter()
            await save(stream)
            milliseconds.append((time.perf_counter() - asked) * 1000)

    cpu, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return Run(time.perf_counter() - began, milliseconds, (time.process_time() - cpu) * 1e6)


class Library:
    """The library's recorder on its default path: one thread and one connection a caller, no idempotency row."""

    name = "eventsourcing"

    def __init__(self, database: str) -> None:
        parts = urlsplit(database)
        self._datastore = PostgresDatastore(
            dbname=parts.path.lstrip("/"),
            host=str(parts.hostname),
            port=str(parts.port or 5432),
            user=str(parts.username),
            password=parts.password or "",
            pool_size=32,
            max_overflow=32,
        )
        self._recorder = PostgresApplicationRecorder(self._datastore, events_table_name="stored_events")
        self._recorder.create_table()
        self._prepared: list[UUID] = []

    async def prepare(self, count: int) -> None:
        """Inserts streams, many at once."""
        ids = [uuid4() for _ in range(count)]
        for begin in range(0, count, 50):
            events = [_event(stream, n) for stream in ids[begin : begin + 50] for n in range(1, BEFORE + 1)]
            await asyncio.to_thread(self._recorder.insert_events, events)
        self._prepared += ids

    async def run(self, kind: Kind, callers: int, count: int) -> Run:
        """Threads that each take the next stream."""
        streams = [uuid4() for _ in range(count)] if kind == "new" else self._prepared[-count:]
        del self._prepared[-count:]
        return await asyncio.to_thread(self._in_threads, kind, callers, streams)

    def _in_threads(self, kind: Kind, callers: int, streams: list[UUID]) -> Run:
        milliseconds, waiting = list[float](), iter(streams)
        save = self._to_new if kind == "new" else self._to_existing

        def caller() -> None:
            for stream in waiting:
                asked = time.perf_counter()
                save(stream)
                milliseconds.append((time.perf_counter() - asked) * 1000)

        with ThreadPoolExecutor(callers) as threads:
            cpu, began = time.process_time(), time.perf_counter()
            for done in [threads.submit(caller) for _ in range(callers)]:
                done.result()
            return Run(time.perf_counter() - began, milliseconds, (time.process_time() - cpu) * 1e6)

    def _to_new(self, stream: UUID) -> None:
        self._append(stream, 0, 0)

    def _to_existing(self, stream: UUID) -> None:
        events = self._recorder.select_events(stream)
        state = revising.fold(OrderRevised.from_bytes(event.state) for event in events)
        self._append(stream, len(events), state)

    def _append(self, stream: UUID, version: int, state: int) -> None:
        facts = revising.decide("revise", state)
        self._recorder.insert_events([_event(stream, version + n) for n, _ in enumerate(facts, 1)])

    async def close(self) -> None:
        """Closes its connections."""
        self._datastore.close()


def _event(stream: UUID, version: int) -> StoredEvent:
    return StoredEvent(stream, version, FACT.wire(), FACT.to_bytes())
