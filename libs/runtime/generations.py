"""The generations of a service's views of one publisher: the one that is shown, one being built, one kept to go back to.

Each generation is a set of tables in a schema of its own with marks of its own. Which one is shown is what the views in
front of the tables say, and the marks under the consumer's plain name belong to it. Decided: ADR-0006.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.errors import LockNotAvailable
from sqlalchemy import Table

from libs.runtime.database import Connection, one_row, unit_of_work
from libs.runtime.intake import Mark
from libs.runtime.versions import copied, copies, full_name, showing

BUILT, KEPT, _LEAVING = "@new", "@old", "@leaving"
"""What follows the consumer's name in the marks of a generation that is not shown."""

_LOCK_TRIES = 300
_PATIENT = (
    "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = '5min'; "
    "set local enable_seqscan = on; set local work_mem = '256MB'"
)


_MARKS = (
    "select partition, position, kafka_offset from store.heard where consumer = %s and source = %s order by partition"
)


class Refused(RuntimeError):
    """What was asked cannot be done as things stand; nothing has changed."""


@dataclass(frozen=True)
class Difference:
    """How a generation differs from the one shown: rows of the one that the other lacks, and rows that say another thing."""

    table: str
    rows: int
    lacking: int
    added: int
    changed: int

    def __bool__(self) -> bool:
        return bool(self.lacking or self.added or self.changed)

    def __str__(self) -> str:
        return f"{self.table}: {self.rows} rows, {self.lacking} lacking, {self.added} added, {self.changed} changed"


class Generations:
    """Asks and changes them on a connection of the tables' owner. One process at a time, by an advisory lock."""

    def __init__(self, connection: Connection, service: str, source: str, tables: Sequence[Table]) -> None:
        self.connection, self.source, self.tables = connection, source, tables
        self.consumer = f"{service}.views"

    async def alone(self) -> None:
        """Takes the lock for as long as the connection lives; Refused when another process has it."""
        taken = await self._one("select pg_try_advisory_lock(4714, hashtext(%s))", self.source)
        if not taken:
            raise Refused(f"another process rebuilds the views of {self.source}")

    async def number(self, which: str = "") -> int | None:
        """The number of the generation shown, or of the one built or kept; None when there is no such thing."""
        found = await self._one(
            "select max(generation) from store.heard where consumer = %s and source = %s",
            self.consumer + which,
            self.source,
        )
        return found if found is None else int(str(found))

    async def begin(self, partitions: Sequence[int]) -> int:
        """Makes a new, empty generation with marks at the beginning, in place of one that was not finished.

        Answers its number. Refused while an earlier one is kept.
        """
        if await self.number(KEPT) is not None:
            raise Refused(
                f"the views of {self.source} as they were before are still kept: roll back, or drop them, first"
            )
        async with unit_of_work(self.connection):
            await self._drop(BUILT)
            number = int(
                str(
                    await self._one(
                        "select coalesce(max(substring(nspname from '^read_([0-9]+)$')::int), 0) + 1 from pg_namespace"
                    )
                )
            )
            for statement in copies(self.tables, number):
                await self.connection.execute(statement.encode())
            await self._mark(self.consumer + BUILT, partitions, number)
            await self._mark(self.consumer, partitions, 0)
        return number

    async def marks(self, query: str = _MARKS) -> dict[int, Mark]:
        """Where the generation shown stands, by partition."""
        cursor = await self.connection.execute(query.encode(), (self.consumer, self.source))
        return {partition: Mark(position, offset) for partition, position, offset in await cursor.fetchall()}

    async def freeze(self) -> dict[int, Mark]:
        """Inside a transaction: nobody moves the marks of the generation shown until it ends. Answers them.

        Whoever hears waits at the start of a batch and holds nothing meanwhile; whoever reads goes on.
        """
        await self.connection.execute(_PATIENT)
        return await self.marks(f"{_MARKS} for update")

    async def differences(self, number: int) -> list[Difference]:
        """Compares the generation with the one shown, byte for byte, and what is parked of each. Both stand still."""
        found = [await self._compare(table, number) for table in self.tables]
        return [*found, await self._compare_parked()]

    async def show(self, which: str) -> None:
        """Inside a transaction: shows the generation built or kept, with its marks; the one shown until now is kept.

        Refused when somebody reads for so long that the views cannot be changed.
        """
        number = await self.number(which)
        if number is None:
            raise Refused(f"there are no other views of {self.source} to show")
        await self._lock_views()
        for table in self.tables:
            await self.connection.execute(showing(table, number).encode())
        await self._rename("", _LEAVING)
        await self._rename(which, "")
        await self._rename(_LEAVING, KEPT)

    async def drop(self) -> list[int]:
        """Drops everything that is not shown, and answers the numbers."""
        async with unit_of_work(self.connection):
            dropped = [await self._drop(which) for which in (KEPT, BUILT)]
        return [number for number in dropped if number is not None]

    async def analyze(self, number: int) -> None:
        """Lets the planner know the tables before anybody reads them."""
        await self.connection.execute("set statement_timeout = 0")
        for table in self.tables:
            await self.connection.execute(f"analyze {full_name(copied(table, number))}".encode())

    async def _lock_views(self) -> None:
        """Waits for those who read, a moment at a time, so that nobody waits behind us for longer than that."""
        names = ", ".join(full_name(table) for table in self.tables)
        await self.connection.execute("set local lock_timeout = '200ms'")
        for _ in range(_LOCK_TRIES):
            await self.connection.execute("savepoint unlocked")
            try:
                await self.connection.execute(f"lock table {names} in access exclusive mode".encode())
            except LockNotAvailable:
                await self.connection.execute("rollback to savepoint unlocked")
            else:
                return
        raise Refused(f"the views of {self.source} are being read without a pause; try again later")

    async def _compare(self, table: Table, number: int) -> Difference:
        shown = full_name(copied(table, await self.number() or 0))
        keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
        cursor = await self.connection.execute(
            f"select count(n.stream_id), count(*) filter (where n.stream_id is null), "  # noqa: S608 - names of tables
            f"count(*) filter (where l.stream_id is null), count(*) filter (where l.stream_id is not null and n.stream_id is not null and l.* *<> n.*) "
            f"from {shown} l full join {full_name(copied(table, number))} n using ({keys})".encode()
        )
        rows, lacking, added, different = await one_row(cursor)
        return Difference(table.name, rows, lacking, added, different)

    async def _compare_parked(self) -> Difference:
        """A fact is known by its position; other bytes, which have none, by what they are."""
        parked = (
            "(select consumer, partition, stream_id, coalesce(position, -1) as place, "
            "case when position is null then md5(coalesce(value, '')) else '' end as bytes "
            "from store.parked where consumer = %s and source = %s)"
        )
        cursor = await self.connection.execute(
            "select count(n.consumer), count(*) filter (where n.consumer is null), count(*) filter (where l.consumer is null) "  # noqa: S608 - constants
            f"from {parked} l full join {parked} n using (partition, stream_id, place, bytes)".encode(),
            (self.consumer, self.source, self.consumer + BUILT, self.source),
        )
        rows, lacking, added = await one_row(cursor)
        return Difference("parked", rows, lacking, added, 0)

    async def _mark(self, consumer: str, partitions: Sequence[int], number: int) -> None:
        await self.connection.execute(
            "insert into store.heard (consumer, source, partition, generation) select %s, %s, unnest(%s::int[]), %s "
            "on conflict do nothing",
            (consumer, self.source, list(partitions), number),
        )

    async def _rename(self, before: str, after: str) -> None:
        for table in ("heard", "parked"):
            await self.connection.execute(
                f"update store.{table} set consumer = %s where consumer = %s and source = %s".encode(),  # noqa: S608 - ours
                (self.consumer + after, self.consumer + before, self.source),
            )

    async def _drop(self, which: str) -> int | None:
        number = await self.number(which)
        if number is None:
            return None
        for table in self.tables:
            await self.connection.execute(f"drop table {full_name(copied(table, number))}".encode())
        schema = copied(self.tables[0], number).schema
        if await self._one("select count(*) from pg_class where relnamespace = to_regnamespace(%s)", schema) == 0:
            await self.connection.execute(f"drop schema {schema}".encode())
        for marks in ("heard", "parked"):
            await self.connection.execute(
                f"delete from store.{marks} where consumer = %s and source = %s".encode(),  # noqa: S608 - ours
                (self.consumer + which, self.source),
            )
        return number

    async def _one(self, query: str, *values: object) -> object:
        cursor = await self.connection.execute(query.encode(), values)
        return (await one_row(cursor))[0]
