"""The outermost layer: a request has an id, its answer the headers of safety, its time is measured, a fault is told."""

import logging
import re
import secrets
from collections.abc import MutableMapping
from time import perf_counter
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.runtime import tracing
from libs.runtime.http.problems import INTERNAL
from libs.runtime.metrics import REQUESTS

log = logging.getLogger(__name__)

_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_SAFE = {"x-content-type-options": "nosniff", "cache-control": "no-store", "referrer-policy": "no-referrer"}


class Frame:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application answer. A fault is answered with 500 and no detail, logged under the request's id, and
        raised again: the server logs it once more and closes the connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, _request_id(scope))
        scope.setdefault("state", {})["request_id"] = answer.request_id
        with tracing.span("request", "server", _traceparent(scope)) as span:
            await self._answered(scope, receive, answer, span)

    async def _answered(self, scope: Scope, receive: Receive, answer: "_Answer", span: tracing.Span) -> None:
        began = perf_counter()
        try:
            await self.app(scope, receive, answer.send)
        except Exception as fault:
            log.error("a request failed", exc_info=fault, extra={"about": _about(scope, answer)})
            if not answer.status:
                await INTERNAL.answer()(scope, receive, answer.send)
            raise
        finally:
            method, template, status = _method(scope), _template(scope), str(answer.status or "none")
            REQUESTS.labels(method, template, status).observe(perf_counter() - began)
            span.says(f"{method} {template}", http_route=template, http_response_status=status)


class _Answer:
    """The answer on its way out; `status` is 0 until it starts."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self.request_id, self.status = send, request_id, 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.update({**_SAFE, "x-request-id": self.request_id})
        await self._send(message)


def _request_id(scope: Scope) -> str:
    """The caller's own id when it is harmless, else a new one."""
    given = [value for name, value in scope["headers"] if name == b"x-request-id"]
    if len(given) == 1 and _ID.fullmatch(given[0]):
        return str(given[0], "ascii")
    return secrets.token_hex(16)


def _traceparent(scope: Scope) -> str:
    """The trace that the caller has begun, if it is one."""
    given = [value for name, value in scope["headers"] if name == b"traceparent"]
    return tracing.valid(given[0].decode("latin-1")) if len(given) == 1 else ""


def _about(scope: Scope, answer: _Answer) -> MutableMapping[str, Any]:
    return {"request_id": answer.request_id, "method": _method(scope), "route": _template(scope)}


def _template(scope: Scope) -> str:
    """The route's template; never the path itself, which anyone may choose."""
    return str(getattr(scope.get("route"), "path_format", "none"))


def _method(scope: Scope) -> str:
    method = str(scope["method"])
    return method if method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS") else "other"
