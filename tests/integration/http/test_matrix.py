"""The authorisation matrix: every route of every service with every role, read from the policy file."""

import re
import tomllib
from collections.abc import Iterator, Mapping

import httpx

from libs.runtime.auth.caller import ROLES
from libs.runtime.auth.policy import FILE
from tests.integration.http.conftest import Apps

POLICY: Mapping[str, Mapping[str, Mapping[str, str]]] = tomllib.loads(FILE.read_text())
SOMEWHERE = {
    "order": "6f1c2a60-1111-4222-8333-444444444444",
    "agreement": "6f1c2a60-1111-4222-8333-555555555555",
    "subscription": "6f1c2a60-1111-4222-8333-666666666666",
    "fee": "6f1c2a60-1111-4222-8333-777777777701",
    "proposal": "6f1c2a60-1111-4222-8333-777777777702",
    "invoice": "6f1c2a60-1111-4222-8333-777777777703",
    "schedule": "6f1c2a60-1111-4222-8333-777777777704",
    "voucher": "6f1c2a60-1111-4222-8333-777777777705",
    "run": "6f1c2a60-1111-4222-8333-777777777706",
    "line": "1",
    "key": "K-1",
    "number": "INV-2026-000001",
    "kind": "customers",
    "entry": "1",
    "code": "R-1",
}


def cells() -> Iterator[tuple[str, str, str, bool]]:
    """Service, route, role, and whether the policy lets the role in."""
    for service, lines in POLICY.items():
        for route, grants in lines.items():
            for role in sorted(ROLES):
                yield service, route, role, role in grants


async def _ask(client: httpx.AsyncClient, route: str) -> httpx.Response:
    method, path = route.split(" ")
    headers = {"idempotency-key": "matrix"} if method == "POST" else {"if-none-match": "*"} if method == "PUT" else {}
    body: dict[str, str] | None = None if method == "GET" else {}
    where = re.sub(r"\{(\w+)\}", lambda found: SOMEWHERE[found[1]], path)
    return await client.request(method, where, headers=headers, json=body)


async def test_every_cell_of_the_matrix(apps: Apps) -> None:
    wrong: list[str] = []
    for service, route, role, allowed in cells():
        async with apps.client(service, role) as client:
            answer = await _ask(client, route)
        refused = answer.status_code == httpx.codes.FORBIDDEN and answer.json()["error_code"] == "role"
        passed = answer.status_code not in (401, 403) and answer.status_code < 500
        if not (passed if allowed else refused):
            wrong.append(f"{service}: {role} on {route}: {answer.status_code} {answer.text}")
    assert wrong == []
    assert len(list(cells())) > 250


async def test_no_route_answers_without_a_token(apps: Apps) -> None:
    answers = set()
    for service, lines in POLICY.items():
        async with apps.client(service) as client:
            for route in lines:
                answer = await _ask(client, route)
                answers.add((answer.status_code, answer.json()["error_code"]))
    assert answers == {(401, "token_missing")}


async def test_health_and_documents_need_no_token(apps: Apps) -> None:
    for service in POLICY:
        async with apps.client(service) as client:
            open_to_all = ("/healthz", "/readyz", "/openapi.json", "/docs")
            assert [(await client.get(path)).status_code for path in open_to_all] == [200, 200, 200, 200]
            assert (await client.get("/metrics")).status_code == httpx.codes.NOT_FOUND
