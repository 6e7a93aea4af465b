"""What stands between a caller and a store: requests, streams as they stand, decisions and their outcomes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from libs.events.fact import Fact
from libs.events.registry import UnknownFact
from libs.kernel.decider import Decider, Rejected
from libs.runtime.faults import AlreadyExists, StreamAhead, VersionConflict
from libs.runtime.recorder import StoredFact

AnyDecider = Decider[Any, Any, Any]


@dataclass(frozen=True)
class Request:
    """Who asks, and what ties the command to its answer. `at` is when it happened; None stands for now.

    `expected_version` comes from If-Match and forbids the retry on conflict; `absent` from If-None-Match: *. `sees` is
    given the state before anything is said of it, and raises NotFound when the stream is not the caller's.
    """

    actor: str
    correlation_id: str
    key: str | None = None
    fingerprint: str = ""
    causation_id: str = ""
    at: datetime | None = None
    expected_version: int | None = None
    absent: bool = False
    traceparent: str = ""
    sees: Callable[[Any], None] | None = None


@dataclass(frozen=True)
class Stream:
    """A stream as it stands: its version, its state, when its first fact happened, and the version of the snapshot
    that it was loaded from."""

    stream_id: str
    version: int
    state: Any
    began_at: datetime | None = None
    kept: int = 0


@dataclass(frozen=True)
class Made:
    """Stands for a command that is made of the stream as it stands and of what must be looked up for it: made anew on
    every try, so that what was read is never older than the state that it is decided on."""

    make: Callable[[Stream], Awaitable[Any]]


async def made(command: Any, stream: Stream) -> Any:
    """The command itself. Raises what making it raises."""
    return await command.make(stream) if isinstance(command, Made) else command


@dataclass(frozen=True)
class Answer:
    """What a command answers: an HTTP status and the body's bytes."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Outcome:
    """A command's answer and where its last fact stands. `replayed` tells an answer given before."""

    stream_id: str
    version: int
    position: int
    status: int
    body: bytes
    replayed: bool = False


Answering = Callable[[Stream], Answer]


@dataclass(frozen=True)
class Decision:
    """Facts decided for one stream: they follow `stream`, and `after` is the stream with them."""

    stream: Stream
    after: Stream
    facts: Sequence[StoredFact] = field(default_factory=tuple)


class Decodable(Protocol):
    """A fact as it was read."""

    def decoded(self) -> Fact:
        """The fact itself. UnknownFact for a name that this version does not know."""


def folded(decider: AnyDecider, stream_id: str, facts: Sequence[StoredFact]) -> Stream:
    """The stream that `facts`, from its first on, give."""
    began_at = facts[0].occurred_at if facts else None
    return following(decider, Stream(stream_id, 0, decider.initial, began_at), facts)


def following(decider: AnyDecider, stream: Stream, facts: Sequence[Decodable]) -> Stream:
    """The stream with these facts after it. StreamAhead when one is unknown."""
    if not facts:
        return stream
    try:
        state = decider.fold((fact.decoded() for fact in facts), stream.state)
    except UnknownFact as unknown:
        raise StreamAhead(str(unknown)) from unknown
    return replace(stream, version=stream.version + len(facts), state=state)


def meta_of(request: Request, at: datetime) -> dict[str, Any]:
    """What is stored beside a fact: when it happened, who asked, and what it belongs to."""
    meta = {
        "occurred_at": at.astimezone(UTC).isoformat(),
        "correlation_id": request.correlation_id,
        "causation_id": request.causation_id,
        "actor": request.actor,
    }
    return meta | ({"traceparent": request.traceparent} if request.traceparent else {})


def check(stream: Stream, request: Request) -> None:
    """Raises NotFound, Rejected, VersionConflict or AlreadyExists where the request does not fit the stream."""
    if request.sees is not None:
        request.sees(stream.state)
    check_time(stream, request)
    check_version(stream, request)


def check_version(stream: Stream, request: Request) -> None:
    """The stream stands where the request says. Raises VersionConflict or AlreadyExists."""
    if request.absent and stream.version:
        raise AlreadyExists
    if request.expected_version is not None and stream.version != request.expected_version:
        raise VersionConflict(stream.version)


def check_time(stream: Stream, request: Request) -> None:
    """Nothing that a person tells happened before its stream began. Source: contracts 5."""
    if stream.began_at is not None and request.at is not None and request.at < stream.began_at:
        raise Rejected.state("time_goes_back", f"It began at {stream.began_at.isoformat()}, later than this.")
