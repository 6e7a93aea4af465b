"""Many streams in one append: decided stream by stream, saved all or nothing. Source: architecture 3."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from libs.events.topics import partition_of
from libs.kernel.decider import Rejected
from libs.runtime.database import ConnectionLost, borrowed
from libs.runtime.faults import KeyReused, Unavailable
from libs.runtime.recorder import Append, Taken
from libs.runtime.store import ATTEMPTS, FactStore
from libs.runtime.streams import Answer, AnyDecider, Decision, Outcome, Request, Stream, check_version, folded


class ManyRejected(Exception):
    """Some of the commands are refused, so none was done; `refusals` says why, by stream."""

    def __init__(self, refusals: Mapping[str, Rejected]) -> None:
        super().__init__(f"{len(refusals)} commands are refused")
        self.refusals = refusals


@dataclass(frozen=True)
class Many:
    """Commands by stream, one each, under one idempotency key. `id` names the whole; no fact stands in its stream."""

    id: str
    decider: AnyDecider
    commands: Mapping[str, object]
    answering: Callable[[Sequence[Decision]], Answer]


async def execute_many(store: FactStore, many: Many, request: Request) -> Outcome:
    """Decides every command and appends everything that was decided together with the answer.

    Raises ManyRejected, KeyReused or Unavailable. Streams that moved meanwhile are decided again, three times at most.
    When the connection breaks, nobody knows whether the append happened: sent again, it meets its own answer.
    """
    for _ in range(ATTEMPTS):
        decisions = await _decide(store, many, request)
        facts = [fact for decision in decisions for fact in decision.facts]
        answer = many.answering(decisions)
        row = _answer_row(many, request, answer, len(facts))
        try:
            first, _ = await store.recorder.append(Append(facts, [row], [answer.body]))
        except (Taken, ConnectionLost):
            if found := await _answered(store, request):
                return found
            continue
        store.ring()
        return Outcome(many.id, 0, first + len(facts) - 1, answer.status, answer.body)
    raise Unavailable("others change the same streams all the time")


async def _decide(store: FactStore, many: Many, request: Request) -> list[Decision]:
    streams = await load_many(store, many.decider, list(many.commands))
    decisions, refusals = list[Decision](), dict[str, Rejected]()
    for stream_id, command in many.commands.items():
        try:
            check_version(streams[stream_id], request)
            decisions.append(store.decide(many.decider, streams[stream_id], command, request))
        except Rejected as refusal:
            refusals[stream_id] = refusal
    if refusals:
        raise ManyRejected(refusals)
    return decisions


async def load_many(store: FactStore, decider: AnyDecider, stream_ids: Sequence[str]) -> dict[str, Stream]:
    """The streams as they stand, read by one statement; version 0 for those that do not exist."""
    async with borrowed(store.recorder.pool) as connection:
        facts = await store.recorder.load_many(connection, stream_ids)
    found = {
        stream_id: folded(decider, stream_id, list(own))
        for stream_id, own in groupby(facts, lambda fact: str(fact.originator_id))
    }
    return {stream_id: found.get(stream_id) or folded(decider, stream_id, []) for stream_id in stream_ids}


async def _answered(store: FactStore, request: Request) -> Outcome | None:
    found = await store.answered(request.actor, request.key or "")
    if found is not None and found[0] != request.fingerprint:
        raise KeyReused
    return found[1] if found else None


def _answer_row(many: Many, request: Request, answer: Answer, facts: int) -> dict[str, object]:
    return {
        "caller": request.actor,
        "key": request.key,
        "fingerprint": request.fingerprint,
        "stream_id": many.id,
        "version": 0,
        "last_fact": facts - 1,
        "status": answer.status,
        "body": 1,
    }


async def last_positions(store: FactStore, last: int, facts: int) -> dict[int, int]:
    """The last position in each partition of the `facts` facts that end at position `last`."""
    async with borrowed(store.recorder.pool) as connection:
        cursor = await connection.execute(
            "select originator_id::text, notification_id from store.stored_events "
            "where notification_id > %s and notification_id <= %s order by notification_id",
            (last - facts, last),
        )
        return {partition_of(stream_id): position for stream_id, position in await cursor.fetchall()}
