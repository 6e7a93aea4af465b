"""The application of a service: routes behind the front, problems as answers, health and readiness beside them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, get_type_hints

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from libs.runtime.auth.policy import PolicyDoesNotFit
from libs.runtime.http.answers import json_answer
from libs.runtime.http.call import Replayed
from libs.runtime.http.frame import Frame
from libs.runtime.http.front import Front
from libs.runtime.http.limits import Limits
from libs.runtime.http.openapi import PROBLEMS, DescribedApp
from libs.runtime.http.problems import EXPECTED, problem_of
from libs.runtime.http.route import Route

VERSION = "1"


def create_app(title: str, routers: Sequence[APIRouter], front: Front) -> FastAPI:
    """The application. PolicyDoesNotFit or TypeError when a route is not behind the front, has no line in the policy,
    answers anything but a Response, or a line has no route: then the process must not start."""
    _check(routers, front)
    app = DescribedApp(
        title=title,
        version=VERSION,
        docs_url="/docs" if front.docs else None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        responses=PROBLEMS,
    )
    app.state.front = front
    for router in routers:
        app.include_router(router)
    app.add_api_route("/healthz", _healthy, include_in_schema=False)
    app.add_api_route("/readyz", _readiness(front), include_in_schema=False)
    app.add_exception_handler(Replayed, _again)
    for kind in EXPECTED:
        app.add_exception_handler(kind, _answer)
    app.add_middleware(Limits)
    app.add_middleware(Frame)
    return app


def _check(routers: Sequence[APIRouter], front: Front) -> None:
    lines = set[str]()
    for router in routers:
        for route in router.routes:
            if not isinstance(route, Route):
                raise PolicyDoesNotFit(f"{getattr(route, 'path', route)} is not behind the front: use routes()")
            _check_answer(route)
            lines |= route.lines
    front.policy.check(lines)


def _check_answer(route: Route) -> None:
    """FastAPI would write what is no Response with floats: every endpoint says what it answers."""
    told = get_type_hints(route.endpoint).get("return")
    if not (isinstance(told, type) and issubclass(told, Response)):
        raise TypeError(f"{route.path} must be annotated to answer a Response")


async def _answer(_: Request, fault: Exception) -> Response:
    problem = problem_of(fault)
    if problem is None:
        raise fault
    return problem.answer()


async def _again(_: Request, replayed: Exception) -> Response:
    if not isinstance(replayed, Replayed):
        raise replayed
    return replayed.response


async def _healthy() -> Response:
    return json_answer({"status": "alive"})


def _readiness(front: Front) -> Callable[[], Awaitable[Any]]:
    async def readiness() -> Response:
        degraded = sorted(await front.ready())
        return json_answer({"status": "degraded" if degraded else "ready", "degraded": degraded})

    return readiness
