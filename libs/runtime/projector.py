"""Seeing: the projector folds fresh facts into row versions, one version per recorded instant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table

from libs.events.fact import Fact
from libs.kernel.view import IllegalHistory, Key, Row, View
from libs.runtime import tracing
from libs.runtime.database import Connection
from libs.runtime.intake import Fresh, Parked
from libs.runtime.records import heard
from libs.runtime.versions import OPEN, VersionSql


@dataclass(frozen=True)
class Projection:
    """A view and the versioned table that holds its rows; both have the same name."""

    view: View
    table: Table


@dataclass
class Version:
    """One version of a row: its values, and where in stream, log and time it begins."""

    row: Row
    version: int
    position: int
    known_from: datetime


Place = tuple[str, Key]
_AS_IT_IS = frozenset({str, int, bool, date, datetime, type(None)})


@dataclass
class _Rows:
    """The rows of one projection during a batch: as they stand, and the versions to be written."""

    present: dict[str, dict[Key, Row]] = field(default_factory=dict)
    stored: dict[Place, datetime] = field(default_factory=dict)
    written: dict[Place, list[Version]] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    """The highest version of each stream that a row tells of."""

    def change(self, fresh: Fresh, changed: Mapping[Key, Row]) -> None:
        """Takes in what one fact changed; facts of one recorded instant make one version."""
        envelope = fresh.envelope
        for key, row in changed.items():
            self.present[envelope.stream_id][key] = row
            self.newest[envelope.stream_id] = envelope.sequence
            version = Version(row, envelope.sequence, envelope.position, envelope.recorded_at)
            versions = self.written.setdefault((envelope.stream_id, key), [])
            if versions and versions[-1].known_from == version.known_from:
                versions[-1] = version
            else:
                versions.append(version)


class Projector:
    """The effect of hearing that keeps views. All projections hear the same source."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        self.projections = projections
        self.hears: Mapping[str, type[Fact]] = {
            fact.wire(): fact
            for projection in projections
            for fact in cast("Iterable[type[Fact]]", projection.view.folds)
        }
        self._sql = [VersionSql(projection.table) for projection in projections]

    async def apply(self, connection: Connection, fresh: Sequence[Fresh]) -> list[Parked]:
        """Folds the facts and writes the versions. A fold that raises parks its stream from that fact on."""
        told = ((one.envelope.traceparent, one.envelope.type) for one in fresh)
        with tracing.each("project", "consumer", told):
            return await self._apply(connection, fresh)

    async def _apply(self, connection: Connection, fresh: Sequence[Fresh]) -> list[Parked]:
        streams = list({one.envelope.stream_id for one in fresh})
        rows = [await self._load(connection, sql, streams) for sql in self._sql]
        parked: list[Parked] = []
        broken: set[str] = set()
        for one in fresh:
            reason = "behind a parked fact of its stream" if one.envelope.stream_id in broken else self._fold(one, rows)
            if reason:
                broken.add(one.envelope.stream_id)
                parked.append(Parked(one.record, reason))
        for sql, changed in zip(self._sql, rows, strict=True):
            await _write(connection, sql, changed)
        return parked

    def committed(self) -> None:
        """Nobody waits for rows."""

    def _fold(self, fresh: Fresh, rows: Sequence[_Rows]) -> str:
        """Folds one fact into every view, or into none and says why."""
        stream_id, about = fresh.envelope.stream_id, heard(fresh.envelope)
        if any(kept.newest.get(stream_id, 0) >= about.sequence for kept in rows):
            return f"poison_version_conflict: version {about.sequence} of the stream was told before, by another fact"
        try:
            changes = [
                projection.view.fold(kept.present[stream_id], fresh.fact, about)
                for projection, kept in zip(self.projections, rows, strict=True)
            ]
        except IllegalHistory as fault:
            return f"illegal_history: {fault}"
        except Exception as fault:  # noqa: BLE001 - whatever a fold raises, the fact is kept and the stream parked
            return f"the view failed: {fault!r}"
        for kept, changed in zip(rows, changes, strict=True):
            kept.change(fresh, changed)
        return ""

    async def _load(self, connection: Connection, sql: VersionSql, streams: list[str]) -> _Rows:
        rows = _Rows({stream_id: {} for stream_id in streams})
        cursor = connection.cursor(binary=True)
        await cursor.execute(sql.load, (streams,), prepare=True)
        width = len(sql.keys)
        for stored in await cursor.fetchall():
            stream_id, key = str(stored[0]), tuple(stored[1:width])
            rows.present[stream_id][key] = dict(zip(sql.values, stored[width:-3], strict=True))
            rows.stored[stream_id, key] = stored[-1]
            rows.newest[stream_id] = max(rows.newest.get(stream_id, 0), stored[-3])
        return rows


async def _write(connection: Connection, sql: VersionSql, rows: _Rows) -> None:
    closed = [
        (*_identity(place), rows.stored[place], versions[0].known_from)
        for place, versions in rows.written.items()
        if place in rows.stored and rows.stored[place] < versions[0].known_from
    ]
    if closed:
        await connection.execute(sql.close, _columns(closed), prepare=True)
    lines = [
        (*_identity(place), *_values(sql, version.row), version.version, version.position, version.known_from, until)
        for place, versions in rows.written.items()
        for version, until in zip(versions, [*(later.known_from for later in versions[1:]), OPEN], strict=True)
    ]
    if lines:
        await connection.execute(sql.insert, _columns(lines), prepare=True)


def _identity(place: Place) -> tuple[Any, ...]:
    return (place[0], *place[1])


def _values(sql: VersionSql, row: Row) -> list[Any]:
    found = map(row.__getitem__, sql.values)
    return [value if type(value) in _AS_IT_IS else _sent(value) for value in found]


def _sent(value: Any) -> Any:
    """A value as it travels: numbers as text, everything else as it is."""
    return value if isinstance(value, str | int | date) else str(value)


def _columns(lines: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*lines, strict=True)]
