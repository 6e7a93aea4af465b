"""One command on its way in: who asks, when it happened, under which key, and what must hold."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from libs.events.types import Instant
from libs.kernel.ids import requested_id
from libs.runtime import clock, tracing
from libs.runtime.auth.caller import Caller
from libs.runtime.http.front import Front, front_before
from libs.runtime.http.json import fingerprint
from libs.runtime.http.preconditions import Precondition, idempotency_key, precondition

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


@dataclass(frozen=True)
class Call:
    """One command on its way in. `at` is when it happened: what the body says, or the instant of its arrival."""

    front: Front
    caller: Caller
    method: str
    path: str
    at: datetime
    fingerprint: str
    request_id: str
    key: str | None
    precondition: Precondition
    traceparent: str = ""

    @property
    def creates(self) -> bool:
        """Whether the request says If-None-Match: *."""
        return self.precondition.absent

    @property
    def new_id(self) -> str:
        """The id of what this call makes when it has no natural key: the caller's own key names it."""
        if self.key is None:
            raise ValueError("only a POST, which carries a key, can name what it makes")
        return requested_id(self.caller.actor, self.key)


def _happened_at(body: Any) -> datetime:
    """The body's own `at`; the body's model has judged, or will judge, whether it may stand there."""
    given = body.get("at") if isinstance(body, dict) else None
    try:
        return _INSTANT.validate_python(given) if given is not None else clock.now()
    except ValidationError:
        return clock.now()


def call_of(request: Request) -> Call:
    """The call that a request is. Refused when its key or its precondition is missing or malformed."""
    headers, body = request.headers, getattr(request.state, "body", None)
    required = request.method in ("PUT", "PATCH", "DELETE")
    return Call(
        front=front_before(request),
        caller=request.state.caller,
        method=request.method,
        path=request.url.path,
        at=_happened_at(body),
        fingerprint=fingerprint(request.method, request.url.path, body),
        request_id=request.state.request_id,
        key=idempotency_key(headers.getlist("idempotency-key"), required=request.method == "POST"),
        precondition=precondition(headers.getlist("if-match"), headers.getlist("if-none-match"), required=required),
        traceparent=tracing.here() or tracing.valid(headers.get("traceparent", "")),
    )
