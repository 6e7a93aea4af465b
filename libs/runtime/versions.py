"""Tables that keep every version of a row: known from one recorded instant until another."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, MetaData, Table, Uuid
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateSchema, CreateTable
from sqlalchemy.sql.elements import ColumnElement

OPEN = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""`known_to` of the present version; PostgreSQL's infinity cannot be read by the driver."""


def versioned(
    name: str, metadata: MetaData, *, key: Sequence[Column[Any]] = (), values: Sequence[Column[Any]]
) -> Table:
    """A table of row versions. A row belongs to a stream and, within it, to `key`.

    Columns beside those given: stream_id, version (of the stream), position (in the publisher's log), known_from and
    known_to (recorded instants; known_to is OPEN for the present version).
    """
    return Table(
        name,
        metadata,
        Column("stream_id", Uuid(as_uuid=False), primary_key=True),
        *[_as_key(column) for column in key],
        *values,
        Column("version", BigInteger, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("known_from", DateTime(timezone=True), primary_key=True),
        Column("known_to", DateTime(timezone=True), nullable=False),
        Index(f"{name}_known", "known_to", "known_from"),
        info={"key": [column.name for column in key], "values": [column.name for column in values]},
    )


def known_at(table: Table, as_of: datetime | None) -> ColumnElement[bool]:
    """The versions known at an instant; the present ones for None. Each row has exactly one, or none before it began."""
    if as_of is None:
        return table.c.known_to == OPEN
    return (table.c.known_from <= as_of) & (table.c.known_to > as_of)


def copied(table: Table, generation: int) -> Table:
    """The table that holds the rows of one generation of a view: of the same name and shape, in `<schema>_<generation>`."""
    return table.to_metadata(MetaData(), schema=f"{table.schema}_{generation}")


def creation(metadata: MetaData) -> list[str]:
    """The statements that create the first generation of all tables, and the views through which it is read."""
    if not metadata.tables:
        return []
    shown = [showing(table, 0) for table in metadata.sorted_tables]
    return [_text(CreateSchema(metadata.schema or "", if_not_exists=True)), *copies(metadata.sorted_tables, 0), *shown]


def copies(tables: Sequence[Table], generation: int) -> list[str]:
    """The statements that create a generation of these tables, empty, with their indexes and their schema."""
    made = [copied(table, generation) for table in tables]
    statements: list[Any] = [CreateSchema(name, if_not_exists=True) for name in {table.schema or "" for table in made}]
    for table in made:
        statements += [CreateTable(table), *(CreateIndex(index) for index in table.indexes)]
    return [_text(statement) for statement in statements]


def showing(table: Table, generation: int) -> str:
    """The statement that lets everybody read and write this generation of a table, under the table's own name.

    Whatever refers to that name, a query, a view or a function, refers to the view made here, which stays the same
    object when another generation is put behind it: nothing has to be made anew. Decided: ADR-0006.
    """
    behind = copied(table, generation)
    columns = ", ".join(_quoted([column.name for column in table.columns]))
    return f"create or replace view {full_name(table)} as select {columns} from {full_name(behind)}"


def full_name(table: Table) -> str:
    """The table's name with its schema, quoted."""
    return f'"{table.schema}"."{table.name}"' if table.schema else f'"{table.name}"'


def _text(statement: Any) -> str:
    return str(statement.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]


def _as_key(column: Column[Any]) -> Column[Any]:
    column.primary_key = True
    column.nullable = False
    return column


class VersionSql:
    """The three statements by which a projector reads and writes a versioned table, a list of values per column.

    Numbers travel as text and are cast by the server, so that no value passes through a binary fraction. Names come
    from the table's definition, values are parameters.
    """

    def __init__(self, table: Table) -> None:
        self.keys: list[str] = ["stream_id", *table.info["key"]]
        self.values: list[str] = table.info["values"]
        self.columns = [*self.keys, *self.values, "version", "position", "known_from", "known_to"]
        types = {column.name: column.type.compile(postgresql.dialect()) for column in table.columns}  # type: ignore[no-untyped-call]
        self._types = types
        full = full_name(table)
        read = ", ".join(self._read(name) for name in [*self.keys, *self.values, "version", "position", "known_from"])
        self.load = (  # known_to is no bare column: the index of what is known holds every row, and must not be searched
            f"select {read} from {full} where stream_id = any(%b::uuid[]) "
            f"and known_to + interval '0' = '{OPEN:%Y-%m-%d %H:%M:%S}+00'"
        )
        self.close = (
            f"update {full} o set known_to = n.until from {self._unnest([*self.keys, 'known_from'], 'until')} "
            f"where {' and '.join(f'o.{key} = n.{key}' for key in [*self.keys, 'known_from'])}"
        )
        changed = ", ".join(f'"{name}" = excluded."{name}"' for name in self.columns if name not in self._identity)
        self.insert = (
            f"insert into {full} ({', '.join(_quoted(self.columns))}) select {self._selected()} "
            f"from {self._unnest(self.columns)} on conflict ({', '.join(self._identity)}) do update set {changed}"
        )

    @property
    def _identity(self) -> list[str]:
        return [*self.keys, "known_from"]

    def _read(self, name: str) -> str:
        return f'"{name}"::text' if self._as_text(name) else f'"{name}"'

    def _as_text(self, name: str) -> bool:
        return self._types[name].startswith("NUMERIC")

    def _array(self, name: str) -> str:
        kind = "text" if self._as_text(name) else self._types[name]
        return f"%b::{kind}[]"

    def _unnest(self, names: Sequence[str], *extra: str) -> str:
        arrays = [self._array(name) for name in names] + ["%b::timestamptz[]" for _ in extra]
        return f"unnest({', '.join(arrays)}) as n({', '.join(_quoted([*names, *extra]))})"

    def _selected(self) -> str:
        return ", ".join(f'n."{name}"' + ("::numeric" if self._as_text(name) else "") for name in self.columns)


def _quoted(names: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in names]
