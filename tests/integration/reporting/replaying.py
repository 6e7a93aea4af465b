"""A reporting service that hears the same history again and again, cut and ordered in any way."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from sqlalchemy.sql import ClauseElement

from libs.events.topics import PARTITIONS
from libs.runtime.records import Record
from libs.runtime.store import FactStore
from services.reporting.projections import METADATA
from services.reporting.projections.standing import snapshot
from tests.integration.reporting.told import SOURCES, Ears, Told, dumps

MANY = 10_000
SOME = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(SOME, max_examples=12)


@dataclass(frozen=True)
class Pull:
    """One fetch: so many records of each of some partitions of one publisher, after so many that were heard before."""

    source: int
    partitions: int
    most: int
    again: int


PULLS = st.lists(
    st.builds(
        Pull,
        source=st.integers(0, len(SOURCES) - 1),
        partitions=st.integers(1, 2**PARTITIONS - 1),
        most=st.integers(1, 6),
        again=st.integers(0, 3),
    ),
    max_size=30,
)


def batches(told: Told, pulls: Sequence[Pull]) -> Iterator[tuple[str, list[Record]]]:
    """All that was told, cut into fetches by `pulls` and, where these end, one fetch more for each publisher."""
    at = Counter[tuple[str, int]]()
    rest = [Pull(source, 2**PARTITIONS - 1, MANY, again=1) for source in range(len(SOURCES))]
    for pull in (*pulls, *rest):
        source, batch = SOURCES[pull.source], list[Record]()
        for partition in range(PARTITIONS):
            if pull.partitions >> partition & 1:
                log = [record for record in told.of(source) if record.partition == partition]
                begin = at[source, partition]
                batch += log[max(0, begin - pull.again) : begin + pull.most]
                at[source, partition] = min(len(log), begin + pull.most)
        yield source, batch


class Reporting:
    """A reporting service, heard and asked on connections that stay; its database is emptied for every example."""

    def __init__(
        self, owner: psycopg.Connection[Any], listening: Ears, store: FactStore, runner: asyncio.Runner
    ) -> None:
        self.owner, self.listening, self.store, self.runner = owner, listening, store, runner

    def hears(self, told: Told, pulls: Sequence[Pull] = ()) -> None:
        """Forgets everything and hears what is told, in the batches that `pulls` make."""
        forgotten = (f"delete from {name}" for name in (*METADATA.tables, "store.heard", "store.parked"))
        self.owner.execute("; ".join(forgotten).encode())
        self.runner.run(self._hears(told, pulls))

    async def _hears(self, told: Told, pulls: Sequence[Pull]) -> None:
        await self.listening.assign()
        for source, batch in batches(told, pulls):
            await self.listening.hear(source, batch)

    def tables(self) -> dict[str, list[str]]:
        """Every version of every row, byte for byte."""
        return {
            name: dumps(self.owner.execute(f"select t::text from {name} t".encode()).fetchall())
            for name in sorted(METADATA.tables)
        }

    def says(self, *statements: ClauseElement) -> list[list[dict[str, Any]]]:
        """The rows of each statement; nothing may be parked."""
        return self.runner.run(self._says(statements))

    async def _says(self, statements: Sequence[ClauseElement]) -> list[list[dict[str, Any]]]:
        async with snapshot(self.store) as state:
            assert not (await state.standing()).parked
            return [await state.rows(statement) for statement in statements]
