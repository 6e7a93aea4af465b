"""The agreement API on a real store: agreements from draft to termination, who sees them, and what is refused."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.agreement.main import SERVICE as AGREEMENT
from services.reference.main import SERVICE as REFERENCE
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears
from tests.support.agreements import A_POLICY, CALENDAR
from tests.support.workload import RECORDS

NEEDED = (REFERENCE, AGREEMENT)
HEADER = {"project": "P-1", "group": "GOLD", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
HOUR = {"type": "hour", "category": "LABOUR", "quantity": "3", "worker": "W-1"}


async def put(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    answer = await client.put(f"/v1/{path}", json=body, headers={"if-none-match": "*"})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer


@pytest.fixture
async def manager(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    """A service manager at the agreement service, which has heard the reference records; two groups and two policies."""
    async with apps.client("reference", "service_manager") as reference:
        for path, body in (*RECORDS, CALENDAR):
            await put(reference, path, **body)
        await put(reference, "projects/TIME", name="Time", type="time", currency="EUR")
        await put(reference, "projects/OWN", name="Own", type="internal", currency="EUR")
    await hears(apps, AGREEMENT, "reference")
    async with apps.client("agreement", "service_manager") as client:
        await put(client, "sla-policies/GOLD", **A_POLICY)
        await put(client, "sla-policies/OLD", **A_POLICY | {"active": False})
        await put(client, "agreement-groups/GOLD", description="Gold", sla_policy="GOLD")
        await put(client, "agreement-groups/PLAIN", description="Plain")
        yield client


async def say(client: httpx.AsyncClient, path: str, key: str, **body: Any) -> httpx.Response:
    return await client.post(path, json=body, headers={"idempotency-key": f"{path} {key}"})


async def an_agreement(client: httpx.AsyncClient, key: str = "agreement", **header: Any) -> str:
    """The path of a draft with one line."""
    created = await say(client, "/v1/agreements", key, **HEADER | header)
    assert created.status_code == httpx.codes.CREATED, created.text
    path = str(created.headers["location"])
    assert (await say(client, f"{path}/lines", "line", **HOUR)).status_code == httpx.codes.CREATED
    return path


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    problem = answer.json()
    return answer.status_code, problem["error_code"], problem.get("errors", [{}])[0].get("pointer", "")


async def test_an_agreement_from_draft_to_termination(manager: httpx.AsyncClient) -> None:
    path = await an_agreement(manager)
    shown = (await manager.get(path, params={"on": "2026-03-01"})).json()
    assert (shown["number"], shown["state"], shown["customer"]) == ("AG-000001", "draft", "C-1")
    assert (shown["group"], shown["sla_policy"], shown["sla_from"]) == ("GOLD", "GOLD", "agreement_group")
    assert shown["lines"][0] | HOUR | {"starts_on": "2026-01-01", "stopped": False} == shown["lines"][0]
    steps: list[tuple[str, dict[str, str], str]] = [
        ("activate", {}, "active"),
        ("suspend", {"reason": "Unpaid"}, "suspended"),
        ("resume", {}, "active"),
        ("renew", {"to": "2027-12-31"}, "active"),
        ("amend", {"effective_on": "2026-07-01", "group": "PLAIN", "reason": "Agreed"}, "active"),
        ("lines/1/stop", {}, "active"),
        ("lines/1/restart", {}, "active"),
        ("lines/1/remove", {}, "active"),
        ("terminate", {"on": "2026-09-30", "reason": "Plant closed"}, "terminated"),
    ]
    for version, (step, body, state) in enumerate(steps, 3):
        answer = await say(manager, f"{path}/{step}", "once", **body)
        assert answer.status_code == httpx.codes.OK, answer.text
        assert answer.json() == {"id": path.split("/")[-1], "version": version, "number": "AG-000001", "state": state}
    shown = (await manager.get(path, params={"on": "2026-07-01"})).json()
    assert (shown["group"], shown["sla_policy"], shown["ends_on"], shown["lines"]) == ("PLAIN", None, "2026-09-30", [])
    assert [terms["effective_on"] for terms in shown["terms"]] == ["2026-01-01", "2026-07-01"]


async def test_the_header_and_the_lines_are_patched(manager: httpx.AsyncClient) -> None:
    path = await an_agreement(manager)
    for where, change in ((path, {"contact": "Ms Peeters"}), (f"{path}/lines/1", {"quantity": "4", "worker": None})):
        tag = (await manager.get(path)).headers["etag"]
        assert refusal(await manager.patch(where, json=change)) == (428, "if_match_required", "")
        answer = await manager.patch(where, json=change, headers={"if-match": tag})
        assert answer.status_code == httpx.codes.OK, answer.text
        assert refusal(await manager.patch(where, json=change, headers={"if-match": tag}))[:2] == (
            412,
            "version_conflict",
        )
    shown = (await manager.get(path)).json()
    assert (shown["contact"], shown["lines"][0]["quantity"], shown["lines"][0]["worker"]) == ("Ms Peeters", "4", None)


Refusals = tuple[tuple[dict[str, Any], tuple[int, str, str]], ...]
BAD_AGREEMENTS: Refusals = (
    ({"project": "P-9"}, (422, "unknown_reference", "/project")),
    ({"project": "TIME"}, (422, "project_type", "/project")),
    ({"group": "NONE"}, (422, "unknown_reference", "/group")),
    ({"sla_policy": "NONE"}, (422, "unknown_reference", "/sla_policy")),
    ({"sla_policy": "OLD"}, (422, "inactive_reference", "/sla_policy")),
    ({"responsible": "W-9"}, (422, "unknown_reference", "/responsible")),
    ({"ends_on": "2025-12-31"}, (422, "period_reversed", "/ends_on")),
    ({"starts_on": "1900-01-01", "ends_on": "2100-01-01"}, (422, "period_too_long", "")),
    ({"ends_on": "2076-01-01"}, (422, "period_too_long", "/ends_on")),
    ({"starts_on": "2026-02-30"}, (422, "invalid_date", "/starts_on")),
    ({"customer": "C-1"}, (422, "unknown_field", "/customer")),
)


async def test_bad_input_is_refused_and_nothing_is_stored(manager: httpx.AsyncClient, apps: Apps) -> None:
    before = await apps.stores["agreement"].recorder.read_log(0, 100)
    answers = [await say(manager, "/v1/agreements", "bad", **HEADER | change) for change, _ in BAD_AGREEMENTS]
    assert [refusal(answer) for answer in answers] == [expected for _, expected in BAD_AGREEMENTS]
    assert await apps.stores["agreement"].recorder.read_log(0, 100) == before


async def test_a_customer_who_is_gone_has_no_agreements(manager: httpx.AsyncClient, apps: Apps) -> None:
    """IDS-019."""
    async with apps.client("reference", "service_manager") as reference:
        tag = (await reference.get("/v1/customers/C-1")).headers["etag"]
        gone = {"name": "Brewery", "active": False}
        assert (await reference.put("/v1/customers/C-1", json=gone, headers={"if-match": tag})).is_success
    await hears(apps, AGREEMENT, "reference")
    refused = await say(manager, "/v1/agreements", "gone", **HEADER)
    assert refusal(refused) == (422, "unknown_reference", "/project")


BAD_LINES: Refusals = (
    ({"unit_price": "75.00"}, (422, "unknown_field", "/unit_price")),
    ({"category": "FEE"}, (422, "category_type", "/category")),
    ({"category": None}, (422, "missing", "/category")),
    ({"quantity": "0"}, (422, "invalid_number", "/quantity")),
    ({"ends_on": "2027-01-01"}, (422, "outside_agreement", "/ends_on")),
)


async def test_a_bad_line_is_refused(manager: httpx.AsyncClient) -> None:
    """AGL-04, AGL-06, AGL-07."""
    path = await an_agreement(manager)
    answers = [await say(manager, f"{path}/lines", "bad", **HOUR | change) for change, _ in BAD_LINES]
    assert [refusal(answer) for answer in answers] == [expected for _, expected in BAD_LINES]


async def test_what_the_state_refuses_names_the_state_and_what_it_allows(manager: httpx.AsyncClient) -> None:
    """STM-014, STM-015, STM-016, STM-019."""
    path = await an_agreement(manager)
    await say(manager, f"{path}/activate", "once")

    async def refused(step: str, key: str, **body: str) -> tuple[int, str, str, bool]:
        answer = await say(manager, f"{path}/{step}", key, **body)
        problem = answer.json()
        return answer.status_code, problem["error_code"], problem["state"], "terminate" in problem["allowed"]

    early = {"on": "2025-12-31", "reason": "Too early"}
    assert await refused("terminate", "early", **early) == (409, "illegal_transition", "active", True)
    assert await refused("resume", "not suspended") == (409, "illegal_transition", "active", True)
    end = {"on": "2026-06-30", "reason": "Plant closed"}
    assert (await say(manager, f"{path}/terminate", "once", **end)).is_success
    assert await refused("terminate", "twice", **end) == (409, "illegal_transition", "terminated", False)
    assert await refused("renew", "late", to="2027-12-31") == (409, "illegal_transition", "terminated", False)
    assert await refused("lines", "late", **HOUR) == (409, "illegal_transition", "terminated", False)
    assert (await manager.get(path)).json()["version"] == 4


async def test_an_agreement_without_end_or_without_customer(manager: httpx.AsyncClient) -> None:
    endless = await an_agreement(manager, "endless", ends_on=None)
    await say(manager, f"{endless}/activate", "once")
    assert refusal(await say(manager, f"{endless}/renew", "once", to="2027-01-01"))[:2] == (409, "open_ended")
    inside = await an_agreement(manager, "inside", project="OWN")
    assert refusal(await say(manager, f"{inside}/activate", "once"))[:2] == (409, "customer_required")


async def numbers(client: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await client.get("/v1/agreements", params=query)
    assert answer.status_code == httpx.codes.OK, answer.text
    return [item["number"] for item in answer.json()["items"]]


@pytest.fixture
async def three(manager: httpx.AsyncClient, apps: Apps) -> None:
    """AG-000001 moves from GOLD to PLAIN in July and ends in September; AG-000002 is suspended; AG-000003 is a draft."""
    first, second = await an_agreement(manager, "1"), await an_agreement(manager, "2", responsible="W-1")
    await an_agreement(manager, "3", project="OWN", group="PLAIN")
    for path in (first, second):
        await say(manager, f"{path}/activate", "once")
    amended = {"effective_on": "2026-07-01", "group": "PLAIN", "reason": "Agreed"}
    assert (await say(manager, f"{first}/amend", "once", **amended)).is_success
    assert (await say(manager, f"{first}/terminate", "once", on="2026-09-30", reason="Plant closed")).is_success
    assert (await say(manager, f"{second}/suspend", "once")).is_success
    await hears(apps, AGREEMENT, "agreement")


AG_1, AG_2, AG_3 = "AG-000001", "AG-000002", "AG-000003"


@pytest.mark.usefixtures("three")
async def test_the_list_finds_agreements_by_page_and_shows_the_terms_of_the_day(manager: httpx.AsyncClient) -> None:
    expected: list[tuple[dict[str, str], list[str]]] = [
        ({}, [AG_1, AG_2, AG_3]),
        ({"number": AG_2}, [AG_2]),
        ({"project": "OWN"}, [AG_3]),
        ({"customer": "C-1"}, [AG_1, AG_2]),
        ({"state": "suspended"}, [AG_2]),
        ({"state": "terminated", "customer": "C-1"}, [AG_1]),
        ({"active_on": "2026-09-30"}, [AG_1]),
        ({"active_on": "2026-10-01"}, []),
        ({"active_on": "2025-12-31"}, []),
        ({"active_on": "2026-06-30", "group": "GOLD"}, [AG_1]),
        ({"active_on": "2026-07-01", "group": "GOLD"}, []),
        ({"active_on": "2026-07-01", "group": "PLAIN"}, [AG_1]),
    ]
    found = [await numbers(manager, **query) for query, _ in expected]
    assert found == [wanted for _, wanted in expected]

    page = (await manager.get("/v1/agreements", params={"limit": "2"})).json()
    rest = (await manager.get("/v1/agreements", params={"limit": "2", "cursor": page["next"]})).json()
    assert [item["number"] for item in (*page["items"], *rest["items"])] == [AG_1, AG_2, AG_3]
    assert rest["next"] is None
    (row,) = (await manager.get("/v1/agreements", params={"active_on": "2026-03-01"})).json()["items"]
    assert {name: row[name] for name in ("state", "group", "sla_policy", "sla_from", "ends_on")} == {
        "state": "terminated",
        "group": "GOLD",
        "sla_policy": "GOLD",
        "sla_from": "agreement_group",
        "ends_on": "2026-09-30",
    }


@pytest.mark.usefixtures("three")
async def test_technicians_and_customers_see_their_own(manager: httpx.AsyncClient, apps: Apps) -> None:
    paths = {
        item["number"]: f"/v1/agreements/{item['id']}" for item in (await manager.get("/v1/agreements")).json()["items"]
    }
    for role, own in (("technician", [AG_1, AG_2, AG_3]), ("customer", [AG_1, AG_2])):
        async with apps.client("agreement", role) as client:
            assert await numbers(client) == own
            codes = {number: (await client.get(path)).status_code for number, path in paths.items()}
            assert codes == {number: 200 if number in own else 404 for number in paths}
            assert (await say(client, f"{paths[AG_1]}/suspend", "no")).status_code == httpx.codes.FORBIDDEN
        async with apps.client("agreement", role, worker_id="W-9", customer_id="C-9") as other:
            assert await numbers(other) == []
            assert (await other.get(paths[AG_1])).status_code == httpx.codes.NOT_FOUND


async def test_a_command_sent_twice_happens_once(manager: httpx.AsyncClient) -> None:
    path = await an_agreement(manager)
    first, again = [await say(manager, f"{path}/activate", "same") for _ in range(2)]
    assert (first.content, again.headers["idempotency-replayed"]) == (again.content, "true")
    missing = "/v1/agreements/6f1c2a60-1111-4222-8333-555555555555"
    assert (await say(manager, f"{missing}/activate", "missing")).status_code == httpx.codes.NOT_FOUND


async def test_a_question_that_waits_for_what_was_not_heard_is_refused(manager: httpx.AsyncClient) -> None:
    early = {"not-older-than": "reference.0.999"}
    assert refusal(await manager.get("/v1/agreements", headers=early)) == (503, "not_yet_heard", "")
