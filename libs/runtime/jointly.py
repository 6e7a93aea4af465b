"""Several streams of several deciders in one append: decided one after the other, saved all or nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from libs.events.fact import Fact
from libs.kernel.decider import Rejected
from libs.runtime.database import ConnectionLost, borrowed, one_row
from libs.runtime.faults import KeyReused, Unavailable
from libs.runtime.recorder import Append, StoredFact, Taken
from libs.runtime.store import ATTEMPTS, FactStore
from libs.runtime.streams import Answer, Answering, AnyDecider, Outcome, Request, Stream, check, folded

MOST_DRAWS = 200
"""How often an append is tried that only ever meets a counter that others have moved on."""

_VERSIONS = (
    "select originator_id::text, max(originator_version) from store.stored_events "
    "where originator_id = any(%s::uuid[]) group by originator_id"
)
_COUNTER = "select coalesce((select value from store.counter where name = %s), 0)"


@dataclass
class _Counter:
    """A gapless number as it was read, and as this append leaves it."""

    read: int
    drawn: int


class Joint:
    """What one append is to hold. Nothing is locked: whatever was loaded and moved meanwhile refuses the append, which
    is then decided anew, so that appends never wait for each other but for the moment of writing."""

    def __init__(self, store: FactStore, request: Request, main_id: str) -> None:
        self.store, self.request, self.main_id = store, request, main_id
        self._streams: dict[str, tuple[AnyDecider, Stream]] = {}
        self._loaded: dict[str, int] = {}
        self._facts: dict[str, list[StoredFact]] = {}
        self._counters: dict[str, _Counter] = {}

    async def main(self, decider: AnyDecider) -> Any:
        """The state of the stream that the request names. Raises what the request's preconditions raise."""
        stream = await self.store.load(decider, self.main_id)
        check(stream, self.request)
        return self._keep(decider, stream)

    async def load(self, decider: AnyDecider, *stream_ids: str) -> list[Any]:
        """The states of these streams, in this order, as this append has decided so far."""
        wanted = [stream_id for stream_id in dict.fromkeys(stream_ids) if stream_id not in self._streams]
        for stream in await asyncio.gather(*(self.store.load(decider, stream_id) for stream_id in wanted)):
            self._keep(decider, stream)
        return [self.state(stream_id) for stream_id in stream_ids]

    async def load_all(self, decider: AnyDecider, stream_ids: Sequence[str]) -> list[Any]:
        """`load`, by one statement whatever their number: for runs."""
        async with borrowed(self.store.recorder.pool) as connection:
            facts = await self.store.recorder.load_many(connection, stream_ids)
        found = {key: list(own) for key, own in groupby(facts, lambda fact: str(fact.originator_id))}
        return [self._keep(decider, folded(decider, key, found.get(key, []))) for key in stream_ids]

    def state(self, stream_id: str) -> Any:
        """The state of a stream that was loaded or begun. KeyError for any other."""
        return self._streams[stream_id][1].state

    def decide(self, stream_id: str, command: Any) -> Any:
        """Decides on a stream that was loaded or begun, as this append has it, and answers its state; raises Rejected."""
        decider, stream = self._streams[stream_id]
        decision = self.store.decide(decider, stream, command, self.request)
        self._facts.setdefault(stream_id, []).extend(decision.facts)
        return self._keep(decider, decision.after)

    def facts(self, stream_id: str, command: Any) -> list[Fact]:
        """The same as `decide`, answering what was decided: for what stands in other streams because of it."""
        before = len(self._facts.get(stream_id, ()))
        self.decide(stream_id, command)
        return [fact.decoded() for fact in self._facts[stream_id][before:]]

    def begin(self, decider: AnyDecider, stream_id: str, command: Any) -> Any:
        """Decides on a stream that is not there; when it is after all, the append is refused and decided anew."""
        if stream_id not in self._streams:
            self._keep(decider, folded(decider, stream_id, []))
        return self.decide(stream_id, command)

    async def draw(self, counter: str) -> int:
        """The next number of a gapless counter, from 1. It is drawn with the append, or not at all. Source: INV-12."""
        if counter not in self._counters:
            async with borrowed(self.store.recorder.pool) as connection:
                (value,) = await one_row(await connection.execute(_COUNTER, (counter,)))
            self._counters[counter] = _Counter(int(value), int(value))
        self._counters[counter].drawn += 1
        return self._counters[counter].drawn

    async def stands(self) -> bool:
        """Whether every stream is still as it was loaded: else what was decided was decided on no moment that ever was."""
        async with borrowed(self.store.recorder.pool) as connection:
            cursor = await connection.execute(_VERSIONS, (list(self._loaded),))
            versions = dict(await cursor.fetchall())
        return all(versions.get(stream_id, 0) == version for stream_id, version in self._loaded.items())

    def append_of(self, answer: Answer | None) -> Append:
        """Everything decided, the main stream's facts behind all others."""
        order = sorted(self._facts, key=lambda stream_id: stream_id == self.main_id)
        facts = [fact for stream_id in order for fact in self._facts[stream_id]]
        counters = [
            {"name": name, "expected": counter.read, "next": counter.drawn} for name, counter in self._counters.items()
        ]
        if answer is None:
            return Append(facts, counters=counters)
        return Append(facts, [self._answer_row(answer, len(facts))], [answer.body], counters)

    def main_after(self) -> Stream:
        """The main stream with what was decided."""
        return self._streams[self.main_id][1]

    def _keep(self, decider: AnyDecider, stream: Stream) -> Any:
        self._loaded.setdefault(stream.stream_id, stream.version)
        self._streams[stream.stream_id] = (decider, stream)
        return stream.state

    def _answer_row(self, answer: Answer, facts: int) -> dict[str, Any]:
        after, request = self.main_after(), self.request
        return {
            "caller": request.actor,
            "key": request.key,
            "fingerprint": request.fingerprint,
            "stream_id": after.stream_id,
            "version": after.version,
            "last_fact": facts - 1,
            "status": answer.status,
            "body": 1,
        }


Work = Callable[[Joint], Awaitable[None]]
"""Loads, decides and draws; the main stream among them. Called anew on every try, so it must keep nothing."""


async def execute_jointly(
    store: FactStore, main_id: str, work: Work, request: Request, answering: Answering
) -> Outcome:
    """Appends what `work` decides, together with the answer under the request's key.

    Raises what `work` raises, VersionConflict, KeyReused or Unavailable; a refusal only when it was decided on streams that
    all stand as they were loaded. Streams that moved meanwhile are loaded and decided again, three times at most; a number
    that another append has drawn is drawn again. When the connection breaks, nobody knows whether the append happened: it
    is decided again, and what was done meets its own answer or its own facts. A process that dies inside leaves all or
    nothing, numbers included.
    """
    moved = drawn = 0
    while moved < ATTEMPTS and drawn < MOST_DRAWS:
        joint = Joint(store, request, main_id)
        try:
            await work(joint)
        except Rejected:
            if moved == ATTEMPTS - 1 or await joint.stands():
                raise
            moved += 1
            continue
        after = joint.main_after()
        answer = answering(after)
        append = joint.append_of(answer if request.key else None)
        try:
            first = await _written(store, append)
        except (Taken, ConnectionLost) as conflict:
            if (found := await _answered(store, request)) is not None:
                return found
            if isinstance(conflict, Taken) and conflict.constraint == "counter_pkey":
                drawn += 1
            else:
                moved += 1
            continue
        store.ring()
        position = first + len(append.facts) - 1 if append.facts else 0
        return Outcome(main_id, after.version, position, answer.status, answer.body)
    raise Unavailable("others change the same streams all the time")


async def _written(store: FactStore, append: Append) -> int:
    """The first position of what was written; 0 when there was nothing to write."""
    if not append.facts and not append.answers:
        return 0
    first, _ = await store.recorder.append(append)
    return first


async def _answered(store: FactStore, request: Request) -> Outcome | None:
    if request.key is None:
        return None
    found = await store.answered(request.actor, request.key)
    if found is not None and found[0] != request.fingerprint:
        raise KeyReused
    return found[1] if found else None
