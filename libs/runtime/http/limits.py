"""How much and what a request may be, judged before anything of it is believed. Source: security 6.6."""

import re
from collections.abc import Callable, Iterator

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.runtime.http.problems import Problem, Refused

MOST_BODY = 1024 * 1024
MOST_HEADERS = 16 * 1024
LONGEST_URI = 8 * 1024
"""Bytes. The server must take more than these, so that the answer is ours: see libs.runtime.serving."""

NO_SUCH_KIND = "A body is application/json, for imports also text/csv, in UTF-8 and not compressed."

_ONCE = (b"authorization", b"content-type", b"content-length", b"host")
_KIND = re.compile(rb'(application/json|text/csv)(\s*;\s*charset="?utf-8"?)?\s*', re.IGNORECASE)
_TOO_LARGE = Problem(413, "payload_too_large", f"A body has at most {MOST_BODY} bytes.")


class Limits:
    """ASGI middleware that answers what is too large, doubled or of a foreign kind, and counts what is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers itself, or lets the application answer. Reading past the limit raises Refused there."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        problem = next(_problems(scope), None)
        if problem is not None:
            await problem.answer()(scope, receive, send)
            return
        await self.app(scope, _counted(receive), send)


def _problems(scope: Scope) -> Iterator[Problem]:
    for check in _CHECKS:
        if (problem := check(scope)) is not None:
            yield problem


def _headers(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _uri(scope: Scope) -> Problem | None:
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) < LONGEST_URI:
        return None
    return Problem(414, "uri_too_long", f"A URI has less than {LONGEST_URI} bytes.")


def _all_headers(scope: Scope) -> Problem | None:
    if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) <= MOST_HEADERS:
        return None
    return Problem(431, "headers_too_large", f"All headers together have at most {MOST_HEADERS} bytes.")


def _once(scope: Scope) -> Problem | None:
    if all(len(_headers(scope, name)) <= 1 for name in _ONCE):
        return None
    return Problem(400, "duplicate_header", "A header that stands once stands twice.")


def _origin(scope: Scope) -> Problem | None:
    """Pages of other origins have no business here: there is no answer that a browser may share with them."""
    host = next(iter(_headers(scope, b"host")), b"")
    if all(origin in (b"http://" + host, b"https://" + host) for origin in _headers(scope, b"origin")):
        return None
    return Problem(403, "cors", "Pages of another origin may not ask here.")


def _media_type(scope: Scope) -> Problem | None:
    length = next(iter(_headers(scope, b"content-length")), b"0")
    has_body = length != b"0" or bool(_headers(scope, b"transfer-encoding"))
    if not has_body and scope["method"] not in ("POST", "PUT", "PATCH"):
        return None
    kind = next(iter(_headers(scope, b"content-type")), b"")
    if _KIND.fullmatch(kind) and not _headers(scope, b"content-encoding"):
        return None
    return Problem(415, "unsupported_media_type", NO_SUCH_KIND)


def _declared_length(scope: Scope) -> Problem | None:
    declared = next(iter(_headers(scope, b"content-length")), b"0")
    if declared.isdigit() and int(declared[:20]) <= MOST_BODY:
        return None
    return _TOO_LARGE


_CHECKS: tuple[Callable[[Scope], Problem | None], ...] = (
    _uri,
    _all_headers,
    _once,
    _origin,
    _declared_length,
    _media_type,
)


def _counted(receive: Receive) -> Receive:
    total = 0

    async def counting() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > MOST_BODY:
            raise Refused(_TOO_LARGE.status, _TOO_LARGE.error_code, _TOO_LARGE.detail)
        return message

    return counting
