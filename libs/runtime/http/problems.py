"""Problem documents: how every refusal and every fault looks from outside. Nothing of the input is repeated."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from libs.kernel.decider import Rejected
from libs.runtime.faults import (
    AlreadyExists,
    InProgress,
    KeyReused,
    NotFound,
    NotYetHeard,
    StreamAhead,
    Unavailable,
    VersionConflict,
)
from libs.runtime.http.validation import Broken, broken_fields

MEDIA_TYPE = "application/problem+json"
SOON = {"retry-after": "1"}


@dataclass(frozen=True)
class Problem:
    """One problem document. `error_code` is part of the contract; `members` stand beside the standard ones."""

    status: int
    error_code: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> Response:
        """The problem as an answer. Source: RFC 9457."""
        document = {
            "type": f"urn:fieldfact:problem:{self.error_code}",
            "title": self.error_code.replace("_", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "error_code": self.error_code,
            **self.members,
        }
        return Response(json.dumps(document), self.status, dict(self.headers), MEDIA_TYPE)


class Refused(Exception):
    """The door says no: the request cannot be read, or does not belong here."""

    def __init__(
        self, status: int, error_code: str, detail: str, *, pointer: str | None = None, **headers: str
    ) -> None:
        super().__init__(error_code)
        members = {"errors": [Broken(error_code, detail, pointer=pointer).document()]} if pointer is not None else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.problem = Problem(status, error_code, detail, members, named)


NOT_FOUND = Problem(404, "not_found", "There is no such thing.")
"""One body for what does not exist and for what belongs to others. Source: security 6.4."""

INTERNAL = Problem(500, "internal", "The service failed; the fault is in its log under the request id.")


def problem_of(fault: Exception) -> Problem | None:
    """The problem that an exception stands for; None when it is a fault of ours."""
    for kind in type(fault).__mro__:
        if kind in _PROBLEMS:
            return _PROBLEMS[kind](fault)
    return None


def _rejected(rejected: Rejected) -> Problem:
    if rejected.reason == "not_found":
        return NOT_FOUND
    members: dict[str, Any] = {"reason": rejected.reason}
    if rejected.present_state:
        members |= {"state": rejected.present_state, "allowed": list(rejected.allowed)}
    if rejected.field:
        members["errors"] = [Broken(rejected.error_code, rejected.sentence, pointer=rejected.field).document()]
    return Problem(409 if rejected.kind == "state" else 422, rejected.error_code, rejected.sentence, members)


def _conflict(conflict: VersionConflict) -> Problem:
    if conflict.present == 0:
        return NOT_FOUND
    now = {"current_version": conflict.present}
    return Problem(412, "version_conflict", "It has changed since the version that the request names.", now)


def _invalid(invalid: RequestValidationError) -> Problem:
    broken = broken_fields(invalid.errors())
    errors = {"errors": [one.document() for one in broken]}
    return Problem(422, broken[0].error_code, "Some fields cannot be accepted as they are.", errors)


def _routed(fault: HTTPException) -> Problem:
    if fault.status_code == 404:
        return NOT_FOUND
    if fault.status_code == 405:
        return Problem(405, "method_not_allowed", "The path has no such method.", headers=fault.headers or {})
    return Problem(fault.status_code, "malformed", "The request cannot be read.", headers=fault.headers or {})


def _unavailable(fault: Unavailable) -> Problem:
    return Problem(503, "unavailable", "The service cannot work just now.", headers=_again(fault))


def _not_yet_heard(fault: NotYetHeard) -> Problem:
    return Problem(503, "not_yet_heard", str(fault), headers=_again(fault))


def _again(fault: Unavailable) -> Mapping[str, str]:
    return {"retry-after": str(fault.retry_after)}


_PROBLEMS: Mapping[type, Callable[[Any], Problem]] = {
    Refused: lambda refused: refused.problem,
    Rejected: _rejected,
    VersionConflict: _conflict,
    AlreadyExists: lambda _: Problem(412, "already_exists", "It is there already."),
    KeyReused: lambda _: Problem(
        422, "idempotency_key_reused", "The idempotency key was used before for another request."
    ),
    InProgress: lambda _: Problem(409, "in_progress", "The same request is being worked on.", headers=SOON),
    NotFound: lambda _: NOT_FOUND,
    Unavailable: _unavailable,
    NotYetHeard: _not_yet_heard,
    StreamAhead: lambda _: Problem(
        503, "stream_ahead", "It was written by a newer version of this service.", headers={"retry-after": "30"}
    ),
    RequestValidationError: _invalid,
    HTTPException: _routed,
    ClientDisconnect: lambda _: Problem(400, "client_gone", "The client left before its request was whole."),
}

EXPECTED = tuple(_PROBLEMS)
"""The exceptions that are answers."""
