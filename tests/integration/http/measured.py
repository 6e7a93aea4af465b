"""Orders on an agreement with an SLA, at three services that have heard of each other."""

from typing import Any

import httpx

from services.agreement.main import SERVICE as AGREEMENT
from services.order.main import SERVICE as ORDER
from services.reference.main import SERVICE as REFERENCE
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears
from tests.support.agreements import A_POLICY, CALENDAR
from tests.support.workload import RECORDS

NEEDED = (REFERENCE, AGREEMENT, ORDER)
NEW = {"if-none-match": "*"}
LINE = {"type": "hour", "category": "LABOUR", "quantity": "3", "worker": "W-1"}


async def say(client: httpx.AsyncClient, path: str, key: str, **body: Any) -> httpx.Response:
    """A command under a key of its own path."""
    return await client.post(path, json=body, headers={"idempotency-key": f"{path} {key}"})


async def done(client: httpx.AsyncClient, path: str, key: str, **body: Any) -> Any:
    """What a command answers that is not refused."""
    answer = await say(client, path, key, **body)
    assert answer.is_success, answer.text
    return answer.json()


async def put(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    """What is put, and was not there."""
    answer = await client.put(f"/v1/{path}", json=body, headers=NEW)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer


async def put_again(client: httpx.AsyncClient, path: str, **body: Any) -> None:
    """What is put in the place of what is there."""
    tag = (await client.get(f"/v1/{path}")).headers["etag"]
    answer = await client.put(f"/v1/{path}", json=body, headers={"if-match": tag})
    assert answer.status_code == httpx.codes.OK, answer.text


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and first pointer of a problem."""
    problem = answer.json()
    assert (problem["type"], problem["status"]) == (
        f"urn:fieldfact:problem:{problem['error_code']}",
        answer.status_code,
    )
    return answer.status_code, problem["error_code"], problem.get("errors", [{}])[0].get("pointer", "")


async def an_agreement(apps: Apps, policy: str = "GOLD") -> str:
    """The id of an active agreement of 2026 whose orders this policy measures; not yet heard by others."""
    async with apps.client("agreement", "service_manager") as client:
        header = {"project": "P-1", "group": "PLAIN", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
        made = await done(client, "/v1/agreements", f"agreement {policy}", sla_policy=policy, **header)
        path = f"/v1/agreements/{made['id']}"
        for line in (LINE, LINE | {"quantity": "1"}):
            await done(client, f"{path}/lines", f"line {line['quantity']}", **line)
        await done(client, f"{path}/activate", "once")
    return str(made["id"])


async def prepare(apps: Apps) -> str:
    """Records, calendar OFFICE, policy GOLD and an agreement, heard by all; answers the agreement's id."""
    async with apps.client("reference", "service_manager") as reference:
        for path, body in (*RECORDS, CALENDAR):
            await put(reference, path, **body)
    await hears(apps, AGREEMENT, "reference")
    async with apps.client("agreement", "service_manager") as client:
        await put(client, "sla-policies/GOLD", **A_POLICY)
        await put(client, "agreement-groups/PLAIN", description="Plain")
    agreement = await an_agreement(apps)
    await hears(apps, ORDER, "reference")
    await hears(apps, ORDER, "agreement")
    return agreement
