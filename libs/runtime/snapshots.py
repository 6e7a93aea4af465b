"""Snapshots: states of long streams, kept so that loading need not fold them from the beginning."""

import asyncio
import hashlib
import logging
from functools import cache
from typing import Any, NamedTuple

from psycopg_pool import AsyncConnectionPool

from libs.kernel.decider import Snapshots
from libs.runtime.database import Connection, borrowed
from libs.runtime.loader import Standing
from libs.runtime.state_form import Form, form_of
from libs.runtime.streams import AnyDecider, Stream, following

EVERY = 100
"""Versions after which a new snapshot is kept."""

UNDER_WAY = 8
"""Snapshots that are written at the same time; more are left to a later command."""

log = logging.getLogger(__name__)


class Fold(NamedTuple):
    """What makes a state of facts: its name, which no other fold and no other shape of the state has, and the form."""

    name: str
    form: Form


@cache
def fold_of(snapshots: Snapshots) -> Fold:
    """The fold that a decider declares. The shape of the state is part of its name, so that nobody can forget it.

    TypeError when the state holds what has no form."""
    form = form_of(snapshots.state)
    shape = hashlib.sha256(form.shape.encode()).hexdigest()[:16]
    return Fold(f"{snapshots.fold}-{shape}", form)


def fold_name(decider: AnyDecider) -> str | None:
    """The name of the decider's fold; None when it keeps no snapshots."""
    return fold_of(decider.snapshots).name if decider.snapshots else None


def stream_of(decider: AnyDecider, stream_id: str, standing: Standing) -> Stream:
    """The stream: the snapshot's state, if there is one, and the facts after it. StreamAhead when one is unknown."""
    version, state = 0, decider.initial
    if decider.snapshots and standing.snapshot:
        version, written = standing.snapshot
        state = fold_of(decider.snapshots).form.from_bytes(written)
    return following(decider, Stream(stream_id, version, state, standing.began_at, kept=version), standing.facts)


class Keeper:
    """Writes snapshots after the answer, in tasks of its own. A snapshot that cannot be written is told to the log and
    does no harm: the stream is folded from its facts, and the next command tries again."""

    def __init__(self, pool: AsyncConnectionPool[Connection]) -> None:
        self._pool = pool
        self._writing: set[asyncio.Task[None]] = set()

    def keep_if_due(self, decider: AnyDecider, stream: Stream) -> None:
        """Begins to keep the state when the last snapshot lies `EVERY` versions back. Does not wait."""
        if decider.snapshots is None or stream.version - stream.kept < EVERY or len(self._writing) >= UNDER_WAY:
            return
        task = asyncio.create_task(self.keep(decider.snapshots, stream))
        self._writing.add(task)
        task.add_done_callback(self._written)

    async def keep(self, snapshots: Snapshots, stream: Stream) -> None:
        """Writes the stream's state, unless a later one of the same fold is kept. Unavailable when the database is
        away; TypeError or ValueError for a state that is not what its type says."""
        fold = fold_of(snapshots)
        values = (stream.stream_id, fold.name, stream.version, stream.began_at, fold.form.to_bytes(stream.state))
        async with borrowed(self._pool) as connection:
            await connection.execute("select store.keep_snapshot(%s, %s, %s, %s, %s)", values)

    async def finish(self) -> None:
        """Returns when nothing is being written any more."""
        await asyncio.gather(*self._writing, return_exceptions=True)

    def _written(self, task: asyncio.Task[Any]) -> None:
        self._writing.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.warning("a snapshot was not kept", extra={"about": {"fault": repr(fault)}})
