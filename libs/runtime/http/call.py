"""Commands: the one place where a command becomes an answer, once for every idempotency key. Source: contracts 5."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from libs.kernel.decider import Rejected
from libs.runtime import tracing
from libs.runtime.auth.caller import Owner
from libs.runtime.faults import AlreadyExists, InProgress, KeyReused, NotFound, VersionConflict
from libs.runtime.http.answers import json_bytes
from libs.runtime.http.incoming import Call, call_of
from libs.runtime.http.positions import Position
from libs.runtime.http.preconditions import Tag
from libs.runtime.http.problems import problem_of
from libs.runtime.jointly import Work, execute_jointly
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, AnyDecider, Outcome, Stream
from libs.runtime.streams import Request as StoreRequest

log = logging.getLogger(__name__)

_BEGUN: set[asyncio.Future[Outcome]] = set()
"""The loop itself holds on to no task."""


@dataclass(frozen=True)
class Resource:
    """How the outside sees one kind of stream. `path` is that of the collection; `shows` gives what a command answers
    beside id and version; `owner` says whose it is, for callers who are held to their own: without it they see none."""

    path: str
    decider: AnyDecider
    shows: Callable[[Any], Mapping[str, Any]]
    owner: Callable[[Any], Owner] | None = None


class Replayed(Exception):
    """The request was answered before: what is left to do is to give that answer again."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def answer(call: Call, resource: Resource, stream_id: str, command: Any, status: int = 200) -> Response:
    """Decides the command, which may be `Made`, and answers {"id", "version", ...} with ETag and Position, and Location
    on 201.

    Raises what the decider and the store raise, NotFound when the stream is not the caller's, and InProgress.
    """

    async def execute() -> Outcome:
        request = replace(request_of(call, stream_id), sees=_sees(call, resource))
        answering = _answering(resource, status)
        return await call.front.store.execute(resource.decider, stream_id, command, request, answering)

    return _response(call, await ended(call, execute))


async def answer_jointly(
    call: Call, store: FactStore, resource: Resource, stream_id: str, work: Work, status: int = 200
) -> Response:
    """The same for what is decided over several streams in one append; the answer is that of the stream named.

    Raises what `work` and the store raise, NotFound when the stream is not the caller's, and InProgress.
    """

    async def execute() -> Outcome:
        request = replace(request_of(call, stream_id), sees=_sees(call, resource))
        return await execute_jointly(store, stream_id, work, request, _answering(resource, status))

    return _response(call, await ended(call, execute))


async def ended(call: Call, execute: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """The outcome of what the call asks for. What was begun is ended even when the client leaves; it then finds the
    answer under its key. InProgress while the same key is worked on in this process."""
    work = asyncio.ensure_future(_execute(call, execute))
    _BEGUN.add(work)
    work.add_done_callback(_BEGUN.discard)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        work.add_done_callback(_tell)
        raise


def _tell(work: asyncio.Future[Outcome]) -> None:
    """A fault that no client waits for any more is told to the log."""
    fault = None if work.cancelled() else work.exception()
    if isinstance(fault, Exception) and problem_of(fault) is None:
        log.error("a command failed after its client had left", exc_info=fault)


async def answered(call: Call) -> Outcome | None:
    """The outcome of an earlier request with the same key. KeyReused when that asked something else."""
    if call.key is None:
        return None
    found = await call.front.store.answered(call.caller.actor, call.key)
    if found is None:
        return None
    if found[0] != call.fingerprint:
        raise KeyReused
    return replace(found[1], replayed=True)


async def _execute(call: Call, execute: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """Executes unless the same key is under way here. What it met may be its own answer, given by another process."""
    name = (call.caller.actor, call.key or "")
    if call.key and name in call.front.under_way:
        raise InProgress
    if call.key:
        call.front.under_way.add(name)
    try:
        with tracing.span("decide and append", parent=call.traceparent):
            return await execute()
    except (Rejected, VersionConflict, AlreadyExists):
        outcome = await answered(call)
        if outcome is None:
            raise
        return outcome
    finally:
        call.front.under_way.discard(name)


def _sees(call: Call, resource: Resource) -> Callable[[Any], None] | None:
    """NotFound when the stream is not the caller's: for him it does not exist, at whatever version it stands."""
    if call.caller.relation == "all":
        return None
    owner = resource.owner
    if owner is None:
        raise NotFound
    return lambda state: call.caller.must_see(owner(state))


def _answering(resource: Resource, status: int) -> Callable[[Stream], Answer]:
    def answering(stream: Stream) -> Answer:
        shown = {"id": stream.stream_id, "version": stream.version, **resource.shows(stream.state)}
        return Answer(status, json_bytes(shown))

    return answering


def request_of(call: Call, stream_id: str) -> StoreRequest:
    """What the store is told of the call and of what must hold of the stream."""
    tag = call.precondition.tag
    return StoreRequest(
        actor=call.caller.actor,
        correlation_id=call.request_id,
        key=call.key,
        fingerprint=call.fingerprint,
        causation_id=call.request_id,
        at=call.at,
        expected_version=tag.version_of(stream_id) if tag else None,
        absent=call.precondition.absent,
        traceparent=tracing.here() or call.traceparent,
    )


def _response(call: Call, outcome: Outcome) -> Response:
    position = Position.of(call.front.service, outcome.stream_id, outcome.position)
    headers = {"etag": str(Tag.of(outcome.stream_id, outcome.version)), "position": str(position)}
    if outcome.status == 201:
        headers["location"] = _location(call, outcome.stream_id)
    if outcome.replayed:
        headers["idempotency-replayed"] = "true"
    return Response(outcome.body, outcome.status, headers, "application/json")


def _location(call: Call, stream_id: str) -> str:
    """Where the stream is seen: the path that was PUT, or the collection's path with the id."""
    before, within, _ = call.path.partition(f"/{stream_id}")
    return call.path if call.method == "PUT" else f"{before if within else call.path}/{stream_id}"


async def _fresh(call: Call) -> Call:
    """The call, unless its key was answered: Replayed, before the route does anything for it."""
    outcome = await answered(call)
    if outcome is not None:
        raise Replayed(_response(call, outcome))
    return call


async def _call(request: Request) -> Call:
    return await _fresh(call_of(request))


CallDep = Annotated[Call, Depends(_call)]
"""A command. PUT, PATCH and DELETE must name a version, or If-None-Match: *; a POST its key. A key that was answered
gets that answer again, byte for byte; KeyReused when it was for another request."""


async def _incoming(request: Request) -> Call:
    return call_of(request)


IncomingDep = Annotated[Call, Depends(_incoming)]
"""A command of whose earlier answer the endpoint itself takes care."""
