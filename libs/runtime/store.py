"""Deciders over the event store: load, decide, append, answer; once for every idempotency key."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from eventsourcing.application import Application

from libs.events.fact import Fact
from libs.runtime.clock import now
from libs.runtime.database import ConnectionLost, borrowed, one_row
from libs.runtime.faults import AlreadyExists, KeyReused, VersionConflict
from libs.runtime.recorder import Append, FactMapper, FactRecorder, Recorded, StoredFact, Taken
from libs.runtime.settings import library_functions_enabled
from libs.runtime.snapshots import Keeper, fold_name, stream_of
from libs.runtime.streams import (
    Answer,
    Answering,
    AnyDecider,
    Decision,
    Outcome,
    Request,
    Stream,
    check,
    made,
    meta_of,
)

ATTEMPTS = 4
"""The first try and three more after a conflict."""


class FactStore(Application[UUID]):
    """The composition root over the library: our mapper and our recorder; commands go through `execute`."""

    name = "stored"
    recorder: FactRecorder

    def __init__(self, url: str) -> None:
        """`url` is the application login of the service's database. RuntimeError when the library's database
        functions, which lose facts, are switched on."""
        if library_functions_enabled():
            raise RuntimeError("POSTGRES_ENABLE_DB_FUNCTIONS loses facts and must not be set")
        parts = urlsplit(url)
        super().__init__(
            {
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "APPLICATION_RECORDER_TOPIC": f"{FactRecorder.__module__}:{FactRecorder.__qualname__}",
                "CREATE_TABLE": "n",
                "POSTGRES_SCHEMA": "store",
                "POSTGRES_POOL_SIZE": "1",
                "POSTGRES_MAX_OVERFLOW": "1",
                "POSTGRES_DBNAME": parts.path.lstrip("/"),
                "POSTGRES_HOST": parts.hostname or "",
                "POSTGRES_PORT": str(parts.port or 5432),
                "POSTGRES_USER": unquote(parts.username or ""),
                "POSTGRES_PASSWORD": unquote(parts.password or ""),
            }
        )
        self.recorder.connect_to(url)
        self.keeper = Keeper(self.recorder.pool)
        self._bells: list[asyncio.Event] = []

    def construct_mapper(self) -> FactMapper:
        """Our mapper: wire names and JSON bytes."""
        return FactMapper()

    async def __aenter__(self) -> "FactStore":
        await self.recorder.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.keeper.finish()
        await self.recorder.close()
        self.close()

    def bell(self) -> asyncio.Event:
        """An event of the caller's own that is set after every append of this process."""
        self._bells.append(asyncio.Event())
        return self._bells[-1]

    def unhang(self, bell: asyncio.Event) -> None:
        """Forgets an event given by `bell`."""
        self._bells.remove(bell)

    def ring(self) -> None:
        """Tells the relay and the readers of the log that there is something new."""
        for bell in self._bells:
            bell.set()

    async def load(self, decider: AnyDecider, stream_id: str) -> Stream:
        """The stream as it stands; version 0 and the decider's initial state when it does not exist.

        StreamAhead when it holds a fact that this version does not know: nothing is folded around it.
        """
        return stream_of(decider, stream_id, await self.recorder.loader.standing(stream_id, fold_name(decider)))

    async def next_number(self, sequence: str) -> int:
        """The next number of a sequence of the store's schema; gaps are allowed."""
        async with borrowed(self.recorder.pool) as connection:
            cursor = await connection.execute("select nextval(%s::regclass)", (f"store.{sequence}",))
            (number,) = await one_row(cursor)
            return int(number)

    async def answered(self, actor: str, key: str) -> tuple[str, Outcome] | None:
        """The fingerprint and the outcome that a caller's key was answered with. A body that was forgotten, after seven
        days, is answered anew: stream and version as they were. Decided: ADR-0005."""
        async with borrowed(self.recorder.pool) as connection:
            cursor = await connection.execute(
                "select fingerprint, stream_id, version, position, status, body from store.answered "
                "where caller = %s and key = %s",
                (actor, key),
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        fingerprint, stream_id, version, position, status, body = row
        if body is None:
            body = json.dumps({"id": str(stream_id), "version": version}, separators=(",", ":")).encode()
        return fingerprint, Outcome(str(stream_id), version, position, status, bytes(body), replayed=True)

    async def execute(
        self, decider: AnyDecider, stream_id: str, command: Any, request: Request, answering: Answering
    ) -> Outcome:
        """Decides `command`, which may be `Made`, on the stream and appends what was decided together with the answer.

        Raises what making the command raises, NotFound, Rejected, VersionConflict, AlreadyExists, KeyReused or
        Unavailable. On a conflict it loads, makes and decides again, three times at most, unless the request names a
        version. When the connection breaks during the append, the same append is sent again: the answered key, or the
        facts found in its place, tell whether it was done.
        """
        for attempt in range(ATTEMPTS):
            stream = await self.load(decider, stream_id)
            check(stream, request)
            decision = self.decide(decider, stream, await made(command, stream), request)
            answer = answering(decision.after)
            try:
                outcome = await self._append(decision, request, answer)
                self.keeper.keep_if_due(decider, decision.after)
                return outcome
            except Taken as conflict:
                if conflict.constraint == "answered_pkey":
                    return await self._answered_before(request)
                if request.expected_version is not None or request.absent or attempt == ATTEMPTS - 1:
                    raise await self._conflict(decider, stream_id, request) from conflict
        raise AssertionError("unreachable")

    def decide(self, decider: AnyDecider, stream: Stream, command: Any, request: Request) -> Decision:
        """The facts that the command gives on the stream as it stands, ready to be stored."""
        facts = decider.decide(command, stream.state)
        return self._decided(decider, stream, facts, meta_of(request, request.at or now()))

    def _decided(self, decider: AnyDecider, stream: Stream, facts: Iterable[Fact], meta: dict[str, Any]) -> Decision:
        version, state, stored = stream.version, stream.state, list[StoredFact]()
        for fact in facts:
            version, state = version + 1, decider.evolve(state, fact)
            stored.append(self.mapper.to_stored_event(Recorded(UUID(stream.stream_id), version, fact, meta)))  # type: ignore[arg-type]
        began_at = stored[0].occurred_at if stored and stream.began_at is None else stream.began_at
        return Decision(stream, Stream(stream.stream_id, version, state, began_at, stream.kept), stored)

    async def _append(self, decision: Decision, request: Request, answer: Answer) -> Outcome:
        facts, after = decision.facts, decision.after
        answers = [_answer_row(decision, request, answer)] if request.key else []
        append = Append(facts, answers, [answer.body] if answers else [])
        try:
            first, _ = await self.recorder.append(append)
        except ConnectionLost:
            first = await self._append_again(append)
        self.ring()
        position = first + len(facts) - 1 if facts else 0
        return Outcome(after.stream_id, after.version, position, answer.status, answer.body)

    async def _append_again(self, append: Append) -> int:
        """The first position of an append whose answer was lost: sent again, it meets itself, or is done now."""
        try:
            first, _ = await self.recorder.append(append)
        except Taken:
            position = None if append.answers else await self._position_of(append.facts)
            if position is None:
                raise
            first = position
        return first

    async def _position_of(self, facts: Sequence[StoredFact]) -> int | None:
        """The first position of our own facts when the append whose answer was lost did happen, else None."""
        if not facts:
            return None
        stored = await self.recorder.load(str(facts[0].originator_id), facts[0].originator_version - 1)
        ours = [(fact.topic, fact.state, fact.meta) for fact in facts]
        theirs = [(fact.topic, fact.state, fact.meta) for fact in stored[: len(facts)]]
        return stored[0].position if ours == theirs else None

    async def _answered_before(self, request: Request) -> Outcome:
        answered = await self.answered(request.actor, request.key or "")
        if answered is None or answered[0] != request.fingerprint:
            raise KeyReused
        return answered[1]

    async def _conflict(self, decider: AnyDecider, stream_id: str, request: Request) -> Exception:
        present = (await self.load(decider, stream_id)).version
        return AlreadyExists() if request.absent else VersionConflict(present)


def _answer_row(decision: Decision, request: Request, answer: Answer) -> dict[str, Any]:
    return {
        "caller": request.actor,
        "key": request.key,
        "fingerprint": request.fingerprint,
        "stream_id": decision.after.stream_id,
        "version": decision.after.version,
        "last_fact": len(decision.facts) - 1,
        "status": answer.status,
        "body": 1,
    }
