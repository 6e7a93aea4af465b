"""Whatever happens, and in whatever order and batches it is heard, the report says what the facts say. Source: MAR-12."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.sql import ClauseElement

from libs.events.topics import PARTITIONS
from libs.runtime.records import Record
from libs.runtime.store import FactStore
from services.reporting.projections import METADATA
from services.reporting.projections.margin import By, groups, lines, totals
from services.reporting.projections.selection import BUCKETS, Selection
from services.reporting.projections.standing import snapshot
from tests.integration.reporting import naive
from tests.integration.reporting.histories import STEPS, Step, tell
from tests.integration.reporting.told import SOURCES, Ears, Told, dumps, ears

MANY = 10_000
SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(SOME, max_examples=20)


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
        for name in (*METADATA.tables, "store.heard", "store.parked"):
            self.owner.execute(f"delete from {name}".encode())
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


@pytest.fixture
def reporting(database: str, reporting_url: str) -> Iterator[Reporting]:
    with asyncio.Runner() as runner, psycopg.connect(database, autocommit=True) as owner:
        listening, store = ears(reporting_url), FactStore(reporting_url)
        try:
            yield Reporting(owner, runner.run(listening.__aenter__()), runner.run(store.__aenter__()), runner)
        finally:
            runner.run(listening.__aexit__(None, None, None))
            runner.run(store.__aexit__())


def lines_as_of(instant: datetime | None = None) -> ClauseElement:
    return lines(Selection(as_of=instant), None, MANY)


def said(told: Told, until: datetime | None = None) -> list[naive.Row]:
    """What the report must say of everything that was recorded by an instant."""
    known = [
        (record.envelope.stream_id, fact)
        for _, record, fact in told.records
        if record.envelope and (until is None or record.envelope.recorded_at <= until)
    ]
    return naive.margin_rows([fact for _, fact in known], [stream for stream, _ in known])


def agree(found: list[dict[str, Any]], expected: list[naive.Row]) -> None:
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert {name: _plain(row[name]) for name in wanted} == wanted


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | Decimal | str | list) else str(value)


@SOME
@given(steps=STEPS, pulls=PULLS)
def test_any_batches_in_any_order_give_what_a_rebuild_gives(
    reporting: Reporting, steps: list[Step], pulls: list[Pull]
) -> None:
    told = tell(steps)
    reporting.hears(told, pulls)
    as_it_came, (found,) = reporting.tables(), reporting.says(lines_as_of())
    reporting.hears(told)
    assert reporting.tables() == as_it_came
    agree(found, said(told))


@SOME
@given(steps=STEPS, pulls=PULLS, picks=st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_as_of_an_instant_is_what_was_recorded_by_then(
    reporting: Reporting, steps: list[Step], pulls: list[Pull], picks: list[int]
) -> None:
    told = tell(steps)
    recorded = [record.envelope.recorded_at for _, record, _ in told.records if record.envelope]
    instants = [recorded[pick % len(recorded)] for pick in picks]
    instants += [instants[0] - timedelta(microseconds=1), instants[0] + timedelta(microseconds=1)]
    reporting.hears(told, pulls)
    for instant, answer in zip(instants, reporting.says(*map(lines_as_of, instants)), strict=True):
        agree(answer, said(told, instant))


@FEW
@given(steps=STEPS)
def test_every_roll_up_is_the_sum_of_its_children(reporting: Reporting, steps: list[Step]) -> None:
    told, ways = tell(steps), get_args(By)
    reporting.hears(told)
    every, *children = reporting.says(totals(Selection()), *(groups(Selection(), by, None, MANY) for by in ways))
    total, expected = _added(every), said(told)
    assert total["total_cost"] == sum(row["cost"] for row in expected)
    assert total["total_sales"] == sum(row["sales"] for row in expected)
    assert total["total_lines"] == len(expected)
    for measure in ("lines", "cost", "sales"):
        assert sum(total[f"{bucket}_{measure}"] for bucket in BUCKETS) == total[f"total_{measure}"]
    assert dict(zip(ways, map(_added, children), strict=True)) == dict.fromkeys(ways, total)


def _added(rows: list[dict[str, Any]]) -> dict[str, Any]:
    measures = [f"{bucket}_{measure}" for bucket in (*BUCKETS, "total") for measure in ("lines", "cost", "sales")]
    return {name: sum(row[name] for row in rows) for name in measures}
