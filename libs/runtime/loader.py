"""Loading: streams as they stand, many by one statement when many wait."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from libs.events.fact import Fact
from libs.events.registry import REGISTRY
from libs.runtime.coalescer import BATCH_ITEMS, Coalescer, Load
from libs.runtime.database import ConnectionLost, Line

STREAMS_AT_ONCE = 64
"""How many streams are loaded by one statement."""

_STANDING = b"""
    select a.number, f.* from unnest(%b::uuid[], %b::text[]) with ordinality as a(stream, fold, number)
    left join store.snapshot s on s.stream_id = a.stream and s.fold = a.fold
    cross join lateral (
        select s.version, '' as topic, s.state, s.began_at where s.version is not null
        union all
        select originator_version, topic, state,
               case originator_version when 1 then (meta ->> 'occurred_at')::timestamptz end
            from store.stored_events
            where originator_id = a.stream and originator_version > coalesce(s.version, 0)
    ) f
    order by a.number, f.version
"""
"""Streams as they stand: of each its snapshot, when one of that fold is kept, and the facts after it."""


class Snapshot(NamedTuple):
    """A state that was kept: the version it stands at, and its bytes."""

    version: int
    state: bytes


class Wanted(NamedTuple):
    """A stream to be loaded, and the fold whose snapshot will do; None when none will."""

    stream_id: str
    fold: str | None


class Told(NamedTuple):
    """A fact's wire name and JSON bytes: all that folding needs."""

    topic: str
    state: bytes

    def decoded(self) -> Fact:
        """The fact itself. UnknownFact for a name that this version does not know."""
        return REGISTRY.decode(self.topic, self.state)


@dataclass
class Standing:
    """A stream as it stands: a snapshot, if there is one, the facts after it, and when the first fact happened."""

    snapshot: Snapshot | None = None
    facts: list[Told] = field(default_factory=list)
    began_at: datetime | None = None


class Loader:
    """Loads streams on a connection of its own, which connects when it is first needed."""

    def __init__(self, url: str) -> None:
        self._line = Line(url)
        self._loads = Coalescer(self._load_all, _one_stream)

    async def close(self) -> None:
        """Ends what is under way and closes the connection."""
        await self._loads.finish()
        await self._line.close()

    async def standing(self, stream_id: str, fold: str | None) -> Standing:
        """The stream's snapshot of this fold, if one is kept, and the facts after it. Loads that wait at the same time
        are one statement. Unavailable when the database is away."""
        return await self._loads.do(Wanted(stream_id, fold))

    async def _load_all(self, wanted: Sequence[Wanted]) -> list[Standing]:
        """Reading does no harm: a connection that broke while nobody used it is tried once more."""
        try:
            return await self._load_once(wanted)
        except ConnectionLost:
            return await self._load_once(wanted)

    async def _load_once(self, wanted: Sequence[Wanted]) -> list[Standing]:
        values = ([one.stream_id for one in wanted], [one.fold for one in wanted])
        found = [Standing() for _ in wanted]
        async with self._line.held() as connection:
            cursor = connection.cursor(binary=True)
            await cursor.execute(_STANDING, values, prepare=True)
            for number, version, topic, state, began_at in await cursor.fetchall():
                standing = found[number - 1]
                standing.began_at = standing.began_at or began_at
                if topic:
                    standing.facts.append(Told(topic, state))
                else:
                    standing.snapshot = Snapshot(version, state)
        return found


def _one_stream(_wanted: Wanted) -> Load:
    return Load(BATCH_ITEMS // STREAMS_AT_ONCE)
