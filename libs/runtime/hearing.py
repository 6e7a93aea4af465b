"""Hearing one source: effect, proof and position are one transaction in one database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from libs.events.fact import Fact
from libs.runtime.clock import now
from libs.runtime.database import Connection, connect, unit_of_work
from libs.runtime.intake import Fresh, Mark, Parked, sift
from libs.runtime.metrics import HEARD, LAG, LAG_AGE, PARKED
from libs.runtime.parking import park, waiting_streams
from libs.runtime.records import Record


class MarkMoved(RuntimeError):
    """Another process moved the mark or released parked records meanwhile, or another generation is shown.

    This batch changed nothing.
    """


class Effect(Protocol):
    """What hearing does: fold views, or let policies decide."""

    hears: Mapping[str, type[Fact]]

    async def apply(self, connection: Connection, fresh: Sequence[Fresh]) -> list[Parked]:
        """Writes the effect of the facts inside the open transaction and answers those that failed, with every later
        fact of their streams. Errors of the database are raised, never parked."""

    def committed(self) -> None:
        """Told after the transaction."""


class Hearing:
    """One consumer of one source, on a connection of its own. Use `open` first; `handle` batches after that.

    A process that dies anywhere repeats at most the batch it was in, and the marks make the repeat harmless.
    """

    def __init__(self, url: str, consumer: str, source: str, effect: Effect) -> None:
        self.url, self.consumer, self.source, self.effect = url, consumer, source, effect
        self.marks: dict[int, Mark] = {}
        self._parked: set[str] = set()
        self._versions: dict[int, tuple[int, int]] = {}
        """The generation and the turn of each mark."""
        self._connection: Connection | None = None
        self._heard_until = now()
        """Of what was recorded before, hardly anything waits."""

    @property
    def connection(self) -> Connection:
        """The connection; an error before `open`."""
        if self._connection is None:
            raise RuntimeError("open first")
        return self._connection

    async def open(self) -> None:
        """Connects. psycopg's OperationalError when the server is away."""
        self._connection = await connect(self.url)

    async def close(self) -> None:
        """Closes the connection; what was not committed is gone, and will be heard again."""
        if self._connection is not None:
            await self._connection.close()

    async def assign(self, partitions: Iterable[int]) -> dict[int, int]:
        """Reads the marks of newly assigned partitions and answers the offsets to fetch from."""
        wanted = list(partitions)
        await self.connection.execute(
            "insert into store.heard (consumer, source, partition) select %s, %s, unnest(%s::int[]) "
            "on conflict do nothing",
            (self.consumer, self.source, wanted),
        )
        cursor = await self.connection.execute(
            "select partition, position, kafka_offset, generation, turn from store.heard "
            "where consumer = %s and source = %s and partition = any(%s)",
            (self.consumer, self.source, wanted),
        )
        for partition, position, offset, generation, turn in await cursor.fetchall():
            self.marks[partition] = Mark(position, offset)
            self._versions[partition] = generation, turn
        # read after the turns: what is released between the two moves them, and the next batch is refused
        self._parked = await waiting_streams(self.connection, self.consumer, self.source)
        PARKED.labels(self.consumer, self.source).set(len(self._parked))
        return {partition: self.marks[partition].offset for partition in wanted}

    async def handle(self, records: Sequence[Record]) -> None:
        """Hears a batch. Hole when something was lost; MarkMoved when another process was faster; in both cases, as
        on any error of the database, nothing of the batch stays."""
        known = {record.partition for record in records}
        sifted = sift(records, {p: self.marks[p] for p in known}, self._parked, self.effect.hears)
        async with unit_of_work(self.connection) as connection:
            await self._move(connection, sifted.marks)  # first: who holds the marks still holds nothing else
            failed = await self.effect.apply(connection, sifted.fresh) if sifted.fresh else []
            everything = (*sifted.parked, *failed)
            waiting = [one for one in everything if await park(connection, self.consumer, self.source, one)]
        self.marks |= sifted.marks
        self._parked |= {one.record.envelope.stream_id for one in waiting if one.record.envelope}
        self.effect.committed()
        if sifted.fresh:
            self._heard_until = sifted.fresh[-1].envelope.recorded_at
        HEARD.labels(self.consumer, self.source).inc(len(sifted.fresh))
        PARKED.labels(self.consumer, self.source).set(len(self._parked))

    def measure(self, waiting: int) -> None:
        """Measures that so many facts wait, and for how long at most: since the last one heard was recorded or, where
        there was none for a while, since nothing waited."""
        self._heard_until = self._heard_until if waiting else now()
        LAG.labels(self.consumer, self.source).set(waiting)
        LAG_AGE.labels(self.consumer, self.source).set((now() - self._heard_until).total_seconds() if waiting else 0)

    async def _move(self, connection: Connection, marks: Mapping[int, Mark]) -> None:
        moved = await connection.execute(
            "update store.heard h set position = m.position, kafka_offset = m.kafka_offset "
            "from unnest(%s::int[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) "
            "as m(partition, generation, turn, old, position, kafka_offset) "
            "where h.consumer = %s and h.source = %s and h.partition = m.partition and h.position = m.old "
            "and h.generation = m.generation and h.turn = m.turn",
            (
                list(marks),
                [self._versions[partition][0] for partition in marks],
                [self._versions[partition][1] for partition in marks],
                [self.marks[partition].position for partition in marks],
                [mark.position for mark in marks.values()],
                [mark.offset for mark in marks.values()],
                self.consumer,
                self.source,
            ),
        )
        if moved.rowcount != len(marks):
            raise MarkMoved(f"{self.consumer} on {self.source}")
