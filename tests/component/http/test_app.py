"""The application starts only whole, says how it is, describes itself, and measures what it does."""

import httpx
import pytest
from fastapi import APIRouter
from starlette.responses import Response

from libs.runtime.auth.policy import Policy, PolicyDoesNotFit
from libs.runtime.faults import Unavailable
from libs.runtime.http.app import create_app
from libs.runtime.http.route import routes
from libs.runtime.metrics import metrics_app
from tests.component.http.door import LINES, Door, app_of, client_of, code, front
from tests.component.http.jobs import MemoryStore


def test_a_route_without_a_line_does_not_start() -> None:
    lines = {route: line for route, line in LINES.items() if route != "PATCH /v1/jobs/{job}"}
    with pytest.raises(PolicyDoesNotFit, match=r"routes without a line \['PATCH /v1/jobs/\{job\}'\]"):
        app_of(MemoryStore(), policy=Policy("order", lines))


def test_a_line_without_a_route_does_not_start() -> None:
    lines = {**LINES, "DELETE /v1/jobs/{job}": {"service_manager": "all"}}
    with pytest.raises(PolicyDoesNotFit, match=r"lines without a route \['DELETE /v1/jobs/\{job\}'\]"):
        app_of(MemoryStore(), policy=Policy("order", lines))


async def answers() -> Response:
    return Response()


async def answers_plainly() -> dict[str, str]:
    return {}


def test_a_route_beside_the_front_does_not_start() -> None:
    plain = APIRouter()
    plain.add_api_route("/v1/free", answers)
    nested = routes()
    nested.include_router(plain)
    for router in (plain, nested):
        with pytest.raises(PolicyDoesNotFit, match="not behind the front"):
            create_app("Free", [router], front(MemoryStore(), policy=Policy("order", {})))


def test_a_route_that_leaves_its_json_to_others_does_not_start() -> None:
    router = routes()
    router.add_api_route("/plain", answers_plainly)
    policy = Policy("order", {"GET /v1/plain": {"service_manager": "all"}})
    with pytest.raises(TypeError, match="/v1/plain must be annotated"):
        create_app("Plain", [router], front(MemoryStore(), policy=policy))


async def anonymous(path: str, **changed: object) -> httpx.Response:
    http = client_of(Door(**changed).app)
    del http.headers["authorization"]
    return await http.get(path)


async def test_health_and_readiness_need_no_token() -> None:
    assert (await anonymous("/healthz")).json() == {"status": "alive"}
    assert (await anonymous("/readyz")).json() == {"status": "ready", "degraded": []}


async def test_trouble_elsewhere_takes_nothing_out() -> None:
    async def troubled() -> set[str]:
        return {"relay", "views.reference"}

    answer = await anonymous("/readyz", ready=troubled)
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "degraded", "degraded": ["relay", "views.reference"]},
    )


async def test_without_its_database_it_is_not_ready() -> None:
    async def away() -> set[str]:
        raise Unavailable("the database does not answer")

    answer = await anonymous("/readyz", ready=away)
    assert code(answer) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_the_description_names_bodies_headers_and_the_token() -> None:
    document = (await anonymous("/openapi.json")).json()
    opened = document["paths"]["/v1/jobs"]["post"]
    schema = opened["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/JobBody"}
    assert document["components"]["schemas"]["JobBody"]["additionalProperties"] is False
    headers = {parameter["name"]: parameter["required"] for parameter in opened["parameters"]}
    assert headers == {"Not-Older-Than": False, "Idempotency-Key": True, "If-Match": False, "If-None-Match": False}
    assert opened["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert "application/problem+json" in opened["responses"]["default"]["content"]
    assert "422" not in opened["responses"]
    listed = {parameter["name"] for parameter in document["paths"]["/v1/jobs"]["get"]["parameters"]}
    assert listed == {"customer", "sort", "limit", "cursor", "Not-Older-Than"}


async def test_the_reading_page_is_for_development() -> None:
    assert code(await anonymous("/docs")) == (404, "not_found")
    assert (await anonymous("/docs", docs=True)).status_code == 200


async def test_requests_are_measured_by_route_and_never_by_path() -> None:
    door = Door()
    job = (await door.opens()).json()["id"]
    await door.http.get(f"/v1/jobs/{job}")
    await door.http.get("/v1/no-such-place")
    transport = httpx.ASGITransport(metrics_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://metrics.test") as metrics:
        told = (await metrics.get("/metrics")).text
    assert 'fieldfact_http_request_seconds_count{method="GET",route="/v1/jobs/{job}",status="200"}' in told
    assert 'fieldfact_http_request_seconds_count{method="GET",route="none",status="404"}' in told
    assert job not in told
    assert "no-such-place" not in told
    for name in ("append_seconds", "relay_lag_facts", "consumer_lag_seconds", "parked_streams"):
        assert f"fieldfact_{name}" in told


async def test_the_measures_are_not_on_the_port_of_the_api() -> None:
    assert code(await Door().http.get("/metrics")) == (404, "not_found")
