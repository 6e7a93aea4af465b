"""What is too large, doubled or of a foreign kind is answered before it is believed."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest

from libs.runtime.http.limits import LONGEST_URI, MOST_BODY, MOST_HEADERS
from libs.runtime.serving import serve
from tests.component.http.door import Door, code
from tests.support.eventually import eventually

JOB = {"customer": "C-1", "worker": "W-1"}


async def test_a_body_with_a_length_above_the_limit_is_not_read() -> None:
    read = list[int]()

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b" "

    headers = {"content-type": "application/json", "content-length": str(MOST_BODY + 1), "idempotency-key": "k"}
    answer = await Door().http.post("/v1/jobs", content=body(), headers=headers)
    assert code(answer) == (413, "payload_too_large")
    assert read == []


async def test_a_body_without_a_length_is_counted() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * (MOST_BODY // 2)

    headers = {"content-type": "application/json", "idempotency-key": "k"}
    answer = await Door().http.post("/v1/jobs", content=chunks(), headers=headers)
    assert code(answer) == (413, "payload_too_large")


async def test_a_body_of_the_limit_is_read() -> None:
    text = json.dumps(JOB)
    assert (await Door().posts("/v1/jobs", text + " " * (MOST_BODY - len(text)))).status_code == 201


@pytest.mark.parametrize(
    "kind",
    [
        *("text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"),
        *("application/jsonp", "application/json; charset=latin-1", "application/vnd.api+json", "text/json"),
    ],
)
async def test_a_body_of_another_kind(kind: str) -> None:
    assert code(await Door().posts("/v1/jobs", json.dumps(JOB), content_type=kind)) == (415, "unsupported_media_type")


async def test_a_body_without_a_kind_or_compressed() -> None:
    http = Door().http
    headers = {"idempotency-key": "k"}
    assert code(await http.post("/v1/jobs", content=b"{}", headers=headers)) == (415, "unsupported_media_type")
    answer = await Door().posts("/v1/jobs", json.dumps(JOB), content_encoding="gzip")
    assert code(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=UTF-8"]
)
async def test_json_by_its_names(kind: str) -> None:
    assert (await Door().posts("/v1/jobs", json.dumps(JOB), content_type=kind)).status_code == 201


@pytest.mark.parametrize("body", ["", "{", "[1"])
async def test_a_body_that_is_not_whole(body: str) -> None:
    assert code(await Door().posts("/v1/jobs", body)) == (400, "invalid_json")


async def test_too_many_items() -> None:
    answer = await Door().posts("/v1/values", json.dumps({"lines": [1] * 1001}))
    assert code(answer) == (422, "too_many_items")


async def test_a_long_uri() -> None:
    assert code(await Door().http.get("/v1/jobs?customer=" + "x" * LONGEST_URI)) == (414, "uri_too_long")
    assert code(await Door().http.get("/v1/" + "x" * LONGEST_URI)) == (414, "uri_too_long")


async def test_large_headers() -> None:
    answer = await Door().http.get("/v1/jobs", headers={"x-much": "x" * MOST_HEADERS})
    assert code(answer) == (431, "headers_too_large")


async def test_doubled_headers() -> None:
    door = Door()
    twice = [("authorization", door.http.headers["authorization"]), ("authorization", "Bearer other")]
    async with door.as_("mia", "service_manager") as http:
        del http.headers["authorization"]
        assert code(await http.get("/v1/jobs", headers=twice)) == (400, "duplicate_header")


@pytest.mark.parametrize("origin", ["null", "http://elsewhere.test", "http://jobs.test.elsewhere.test", ""])
async def test_a_page_of_another_origin(origin: str) -> None:
    assert code(await Door().http.get("/v1/jobs", headers={"origin": origin})) == (403, "cors")


async def test_a_page_of_our_own() -> None:
    assert (await Door().http.get("/v1/jobs", headers={"origin": "http://jobs.test"})).status_code == 200


async def test_every_answer_is_safe_to_hand_on_and_has_an_id() -> None:
    http = Door().http
    for answer in (await http.get("/healthz"), await http.get("/v1/jobs"), await http.get("/nowhere")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]
    assert (await http.get("/healthz", headers={"x-request-id": "mine-1"})).headers["x-request-id"] == "mine-1"
    assert (await http.get("/healthz", headers={"x-request-id": "a\tb"})).headers["x-request-id"] != "a\tb"


@pytest.fixture
async def served() -> AsyncIterator[httpx.AsyncClient]:
    """The service on a socket, behind the server that it has in production."""
    door = Door()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serving = asyncio.create_task(serve(door.app, "127.0.0.1", port))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=door.http.headers) as http:

        async def answers() -> bool:
            with suppress(httpx.TransportError):
                return (await http.get("/healthz")).status_code == 200
            return False

        await eventually(answers)
        yield http
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


async def test_the_server_lets_us_answer(served: httpx.AsyncClient) -> None:
    kind = {"content-type": "application/json", "idempotency-key": "k"}
    much = {f"x-{number}": "x" * 8 * 1024 for number in range(100)}
    assert code(await served.get("/v1/jobs", headers=much)) == (431, "headers_too_large")
    token = {"authorization": "Bearer " + "e" * 200 * 1024}
    assert code(await served.get("/v1/jobs", headers=token)) == (431, "headers_too_large")
    assert code(await served.get("/v1/jobs?customer=" + "x" * 63 * 1024)) == (414, "uri_too_long")
    assert code(await served.post("/v1/jobs", content=b" " * (MOST_BODY + 1), headers=kind)) == (
        413,
        "payload_too_large",
    )
    assert (await served.post("/v1/jobs", json=JOB, headers={"idempotency-key": "k"})).status_code == 201


async def test_the_server_counts_what_has_no_length(served: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 128 * 1024

    headers = {"content-type": "application/json", "idempotency-key": "k"}
    assert code(await served.post("/v1/jobs", content=chunks(), headers=headers)) == (413, "payload_too_large")


async def test_a_fault_is_answered_by_the_server_too(served: httpx.AsyncClient) -> None:
    answer = await served.get("/v1/broken")
    assert code(answer) == (500, "internal")
    assert "secret" not in answer.text
