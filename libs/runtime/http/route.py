"""Routes: the token, the policy, the query, what the caller waits for and the body, in this order, before the rest."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from libs.runtime.http.front import front_before
from libs.runtime.http.json import parse
from libs.runtime.http.limits import NO_SUCH_KIND
from libs.runtime.http.openapi import described
from libs.runtime.http.positions import read_positions, wait_until_heard
from libs.runtime.http.problems import Refused
from libs.runtime.http.table import text_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
WITH_BODY = {"POST", "PUT", "PATCH"}
LONGEST_SECONDS = 10.0
"""How long a request may take, its body included. Source: security 6.6."""


class StrictRequest(Request):
    """A request whose JSON is read by our parser, once."""

    _parsed: Any = None
    _is_parsed = False

    async def json(self) -> Any:
        """The body. Refused as libs.runtime.http.json says, and with payload_too_large."""
        if not self._is_parsed:
            self._parsed, self._is_parsed = parse(await self.body()), True
        return self._parsed

    @property
    def is_csv(self) -> bool:
        """Whether the body says it is CSV; Limits lets JSON and CSV pass only."""
        return self.headers.get("content-type", "").lower().startswith("text/csv")


class Route(APIRoute):
    """A route behind the front. Its policy line is its method and its path, as in "POST /v1/orders/{order}/post".

    It takes CSV when its description says so; the body is then the file's text.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **described_by: Any) -> None:
        own = described_by.pop("openapi_extra", None) or {}
        methods = frozenset(described_by.get("methods") or ())
        super().__init__(path, endpoint, openapi_extra={**described(methods), **own}, **described_by)
        self.takes_csv = "text/csv" in own.get("requestBody", {}).get("content", {})

    @property
    def lines(self) -> set[str]:
        """The policy lines that this route needs: one for each method."""
        return {f"{method} {self.path_format}" for method in self.methods or ()}

    async def _body(self, request: StrictRequest) -> Any:
        """What the body holds. Refused with unsupported_media_type (415) for CSV where it is not taken."""
        if not request.is_csv:
            return await request.json()
        if not self.takes_csv:
            raise Refused(415, "unsupported_media_type", NO_SUCH_KIND)
        return text_of(await request.body())

    def get_route_handler(self) -> Handler:
        """The handler: refused before the endpoint, or its answer."""
        endpoint, path, known = super().get_route_handler(), self.path_format, _known_parameters(self.dependant)

        async def admitted(plain: Request) -> Response:
            request, front = StrictRequest(plain.scope, plain.receive), front_before(plain)
            request.state.caller = await front.admit(request, f"{request.method} {path}")
            if known is not None and set(request.query_params) - known:
                raise Refused(422, "unknown_parameter", "The query holds what this route does not know.")
            if waits_for := request.headers.getlist("not-older-than"):
                await wait_until_heard(front.marks, read_positions(waits_for))
            if request.method in WITH_BODY:
                request.state.body = await self._body(request)
            return await endpoint(request)

        async def handle(plain: Request) -> Response:
            return await _in_time(admitted(plain))

        return handle


async def _in_time(answering: Coroutine[Any, Any, Response]) -> Response:
    """The answer, or a refusal with took_too_long (503). A command goes on: its answer is then found under its key."""
    limit = asyncio.timeout(LONGEST_SECONDS)
    try:
        async with limit:
            return await answering
    except TimeoutError as late:
        if not limit.expired():
            raise
        raise Refused(
            503, "took_too_long", "It takes too long; ask again, in the same words.", retry_after="1"
        ) from late


def _known_parameters(dependant: Dependant) -> set[str] | None:
    """The names that a query may hold; None when a model says so itself."""
    names = set[str]()
    for field in dependant.query_params:
        if isinstance(field.field_info.annotation, type) and issubclass(field.field_info.annotation, BaseModel):
            return None
        names.add(field.alias)
    for inner in dependant.dependencies:
        further = _known_parameters(inner)
        if further is None:
            return None
        names |= further
    return names


def routes(prefix: str = "/v1", tag: str | None = None) -> APIRouter:
    """A router for a service's routes. Their paths are whole: it is not included under a further prefix."""
    return APIRouter(prefix=prefix, tags=[tag] if tag else None, route_class=Route)
