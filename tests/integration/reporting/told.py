"""Publishers as reporting hears them: facts become the records that Kafka would carry, and a database hears them."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from libs.events.envelope import Envelope
from libs.events.fact import Fact
from libs.events.topics import PARTITIONS, partition_of
from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projector
from libs.runtime.records import Record
from libs.runtime.store import FactStore
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.standing import CONSUMER
from tests.domain.reporting.an_order import NOON

SOURCES = ("order", "invoicing", "reference", "agreement", "subscription_billing")


@dataclass
class Told:
    """Everything that was told, in one order of time; `at` is when the next append will be recorded."""

    records: list[tuple[str, Record, Fact]] = field(default_factory=list)
    at: datetime = NOON
    _positions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _previous: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    _offsets: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    _versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def append(self, stream_id: str, *facts: Fact, minutes: int = 1, occurred_at: datetime | None = None) -> datetime:
        """One append: facts of one stream with one recorded instant, which is answered."""
        self.at += timedelta(minutes=minutes)
        for fact in facts:
            self._tell(stream_id, fact, occurred_at or self.at)
        return self.at

    def _tell(self, stream_id: str, fact: Fact, occurred_at: datetime) -> None:
        source, partition = fact.publisher, partition_of(stream_id)
        self._positions[source] += 1
        self._versions[stream_id] += 1
        envelope = Envelope(
            type=fact.wire(),
            publisher=source,
            stream_id=stream_id,
            sequence=self._versions[stream_id],
            position=self._positions[source],
            previous=self._previous[source, partition],
            occurred_at=occurred_at,
            recorded_at=self.at,
            correlation_id="",
            causation_id="",
            actor="tester",
        )
        self._previous[source, partition] = envelope.position
        offset = self._offsets[source, partition]
        self._offsets[source, partition] += 1
        record = Record(partition, offset, stream_id.encode(), envelope.headers(), fact.to_bytes(), envelope)
        self.records.append((source, record, fact))

    def of(self, source: str) -> list[Record]:
        """The records of one publisher."""
        return [record for name, record, _ in self.records if name == source]


@dataclass
class Ears:
    """The consumers of reporting on one database."""

    hearings: dict[str, Hearing]

    async def hear(self, source: str, records: Sequence[Record]) -> None:
        """One batch of one publisher."""
        if records:
            await self.hearings[source].handle(records)

    async def assign(self) -> None:
        """Reads the marks of all partitions from the database, as after an assignment by Kafka."""
        for hearing in self.hearings.values():
            await hearing.assign(range(PARTITIONS))

    async def hear_all(self, told: Told) -> None:
        """Everything told, publisher by publisher, each in one batch."""
        for source in SOURCES:
            await self.hear(source, told.of(source))


@asynccontextmanager
async def ears(url: str) -> AsyncIterator[Ears]:
    """The consumers, opened and assigned as Kafka would assign them."""
    hearings = {
        source: Hearing(url, CONSUMER, source, Projector([one for one in PROJECTIONS if one.view.publisher == source]))
        for source in SOURCES
    }
    try:
        for hearing in hearings.values():
            await hearing.open()
        listening = Ears(hearings)
        await listening.assign()
        yield listening
    finally:
        for hearing in hearings.values():
            await hearing.close()


@asynccontextmanager
async def heard(url: str, told: Told) -> AsyncIterator[FactStore]:
    """The store of a reporting service that has heard everything told."""
    async with ears(url) as listening:
        await listening.hear_all(told)
    async with FactStore(url) as store:
        yield store


def dumps(rows: Iterable[Sequence[Any]]) -> list[str]:
    """Rows as one list of texts that can be compared."""
    return sorted(repr(tuple(row)) for row in rows)
