"""SLA policies, groups and calendars over HTTP: versions, what is in force, and what is refused."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.agreement.main import SERVICE as AGREEMENT
from services.reference.main import SERVICE as REFERENCE
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears
from tests.support.agreements import A_POLICY, CALENDAR

NEEDED = (REFERENCE, AGREEMENT)
NEW = {"if-none-match": "*"}
GOLD = "/v1/sla-policies/GOLD"


@pytest.fixture
async def reference(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    """A service manager at the reference service."""
    async with apps.client("reference", "service_manager") as client:
        yield client


@pytest.fixture
async def manager(apps: Apps, reference: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A service manager at the agreement service, which has heard of the calendar."""
    path, body = CALENDAR
    assert (await reference.put(f"/v1/{path}", json=body, headers=NEW)).status_code == httpx.codes.CREATED
    await hears(apps, AGREEMENT, "reference")
    async with apps.client("agreement", "service_manager") as client:
        yield client


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    problem = answer.json()
    return answer.status_code, problem["error_code"], problem.get("errors", [{}])[0].get("pointer", "")


async def test_a_policy_in_versions(manager: httpx.AsyncClient) -> None:
    first = await manager.put(GOLD, json=A_POLICY, headers=NEW)
    assert (first.status_code, first.json()["version"], first.json()["state"]) == (201, 1, "defined")
    later = A_POLICY | {"effective_on": "2026-07-01", "name": "Gold plus"}
    second = await manager.put(GOLD, json=later, headers={"if-match": first.headers["etag"]})
    assert (second.status_code, second.json()["version"], second.json()["number"]) == (200, 2, "GOLD")
    shown = await manager.get(GOLD)
    assert shown.headers["etag"] == second.headers["etag"]
    assert [(one["version"], one["name"]) for one in shown.json()["versions"]] == [(1, "Gold"), (2, "Gold plus")]
    assert shown.json()["versions"][0]["clocks"]["resolution"]["targets"] == {"normal": {"working_days": 2}}
    in_force = [
        (await manager.get(GOLD, params={"on": day})).json()["versions"]
        for day in ("2025-12-31", "2026-06-30", "2026-07-01")
    ]
    assert [[one["version"] for one in found] for found in in_force] == [[], [1], [2]]


async def test_a_put_says_what_it_replaces(manager: httpx.AsyncClient) -> None:
    assert refusal(await manager.put(GOLD, json=A_POLICY)) == (428, "if_match_required", "")
    first = await manager.put(GOLD, json=A_POLICY, headers=NEW)
    assert refusal(await manager.put(GOLD, json=A_POLICY, headers=NEW)) == (412, "already_exists", "")
    tag = {"if-match": first.headers["etag"]}
    assert (await manager.put(GOLD, json=A_POLICY, headers=tag)).status_code == httpx.codes.OK
    assert refusal(await manager.put(GOLD, json=A_POLICY, headers=tag))[:2] == (412, "version_conflict")
    assert (await manager.get("/v1/sla-policies/NONE")).status_code == httpx.codes.NOT_FOUND


def clocks(response: Any = "PT4H", resolution: Any = "PT8H", **of_response: Any) -> dict[str, Any]:
    whole = {"targets": {"normal": response}, **of_response}
    return {"clocks": {"response": whole, "resolution": {"targets": {"normal": resolution}}}}


AT = "/clocks/response"


BAD_POLICIES: tuple[tuple[dict[str, Any], str, str], ...] = (
    (clocks("PT0S"), "sla_target_range", f"{AT}/targets/normal"),
    (clocks("PT525601M", "PT525600M"), "sla_target_range", f"{AT}/targets/normal"),
    (clocks({"working_days": 0}), "sla_target_range", f"{AT}/targets/normal"),
    (clocks("PT4H", "PT1H"), "sla_target_order", f"{AT}/targets"),
    (clocks({"working_days": 2, "hours": 4}), "invalid_duration", f"{AT}/targets/normal"),
    (clocks(240), "invalid_duration", f"{AT}/targets/normal"),
    (clocks("4h"), "invalid_duration", f"{AT}/targets/normal"),
    (clocks(at_risk=[{"percent": "80"}, {"percent": "80.00"}]), "at_risk_repeated", f"{AT}/at_risk"),
    (clocks(at_risk=[{"percent": "100"}]), "percent_range", f"{AT}/at_risk/0"),
    (clocks(at_risk=[{"percent": "80", "before": "PT1H"}]), "invalid_value", f"{AT}/at_risk/0"),
    (clocks(at_risk=[{"percent": "80", "by": "hand"}]), "unknown_field", f"{AT}/at_risk/0/by"),
    (clocks(at_risk=[{"before": "PT4H"}]), "at_risk_range", f"{AT}/at_risk/0"),
    (clocks(targets={"high": "PT1H"}), "missing", f"{AT}/targets/normal"),
    (clocks(targets={"urgent": "PT1H"}), "invalid_value", f"{AT}/targets/urgent"),
    (clocks(hours=4), "unknown_field", f"{AT}/hours"),
    ({"clocks": {}}, "missing", "/clocks"),
    ({"never_pauses": ["repair"]}, "unknown_clock", "/never_pauses/0"),
    ({"calendar": "NONE"}, "unknown_reference", "/calendar"),
    ({"calendar": None}, "calendar_required", "/calendar"),
    ({"cut_off": "24:00"}, "invalid_time", "/cut_off"),
    ({"version": 7}, "unknown_field", "/version"),
    ({"calendar_applies_to": "start_only"}, "working_days_start_only", "/calendar_applies_to"),
    ({"calendar_applies_to": "start"}, "invalid_value", "/calendar_applies_to"),
)


async def test_a_policy_that_cannot_be_kept_is_refused(manager: httpx.AsyncClient, apps: Apps) -> None:
    """PER-009, PER-011, PER-012."""
    answers = [await manager.put(GOLD, json=A_POLICY | change, headers=NEW) for change, _, _ in BAD_POLICIES]
    assert [refusal(answer) for answer in answers] == [(422, code, pointer) for _, code, pointer in BAD_POLICIES]
    assert await apps.stores["agreement"].recorder.read_log(0, 1) == []


async def test_groups_name_a_policy_that_may_be_chosen(manager: httpx.AsyncClient) -> None:
    group = {"description": "Gold", "sla_policy": "GOLD"}
    path = "/v1/agreement-groups/GOLD"
    assert refusal(await manager.put(path, json=group, headers=NEW)) == (422, "unknown_reference", "/sla_policy")
    policy = await manager.put(GOLD, json=A_POLICY, headers=NEW)
    first = await manager.put(path, json=group, headers=NEW)
    assert (first.status_code, first.json()["number"], first.json()["state"]) == (201, "GOLD", "recorded")
    off = A_POLICY | {"active": False}
    await manager.put(GOLD, json=off, headers={"if-match": policy.headers["etag"]})
    other = await manager.put("/v1/agreement-groups/SILVER", json=group, headers=NEW)
    assert refusal(other) == (422, "inactive_reference", "/sla_policy")
    renamed = group | {"description": "Gold customers"}
    second = await manager.put(path, json=renamed, headers={"if-match": first.headers["etag"]})
    assert second.status_code == httpx.codes.OK
    assert (await manager.get(path)).json() == {"id": first.json()["id"], "version": 2, "group": "GOLD", **renamed}


async def test_policies_and_groups_are_listed_by_key(manager: httpx.AsyncClient, apps: Apps) -> None:
    tags = dict[str, str]()
    for key in ("B", "A", "C"):
        policy = await manager.put(f"/v1/sla-policies/{key}", json=A_POLICY, headers=NEW)
        tags[key] = policy.headers["etag"]
        await manager.put(f"/v1/agreement-groups/{key}", json={"description": key}, headers=NEW)
    again = A_POLICY | {"name": "Again"}
    await manager.put("/v1/sla-policies/C", json=again, headers={"if-match": tags["C"]})
    await hears(apps, AGREEMENT, "agreement")
    for path, key in (("/v1/sla-policies", "policy"), ("/v1/agreement-groups", "group")):
        page = (await manager.get(path, params={"limit": "2"})).json()
        rest = (await manager.get(path, params={"limit": "2", "cursor": page["next"]})).json()
        assert [item[key] for item in (*page["items"], *rest["items"])] == ["A", "B", "C"]
        assert rest["next"] is None
    (last,) = [item for item in (await manager.get("/v1/sla-policies")).json()["items"] if item["policy"] == "C"]
    assert (last["version"], last["name"]) == (2, "Again")


BAD_CALENDARS: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"time_zone": "Mars/Olympus"}, "unknown_time_zone", "/time_zone"),
    ({"weekly": {"mon": [["22:00", "06:00"]]}}, "calendar_wraps", "/weekly/mon"),
    ({"weekly": {"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}}, "calendar_overlap", "/weekly/mon"),
    ({"weekly": {}}, "calendar_empty", "/weekly"),
    ({"weekly": {"mon": []}, "exceptions": {"2026-12-25": []}}, "calendar_empty", "/weekly"),
    ({"weekly": {"monday": [["08:00", "12:00"]]}}, "invalid_value", "/weekly/monday"),
    ({"exceptions": {"2026-02-30": []}}, "invalid_date", "/exceptions/2026-02-30"),
)


async def test_a_calendar_that_cannot_be_is_refused(reference: httpx.AsyncClient, apps: Apps) -> None:
    """DTM-023, PER-007, PER-008."""
    path, body = CALENDAR
    answers = [
        await reference.put(f"/v1/{path}", json={**body, **change}, headers=NEW) for change, _, _ in BAD_CALENDARS
    ]
    assert [refusal(answer)[:2] for answer in answers] == [(422, code) for _, code, _ in BAD_CALENDARS]
    for answer, (_, _, pointer) in zip(answers, BAD_CALENDARS, strict=True):
        assert refusal(answer)[2].startswith(pointer)
    assert await apps.stores["reference"].recorder.read_log(0, 1) == []


async def test_a_calendar_in_versions(reference: httpx.AsyncClient) -> None:
    path, body = CALENDAR
    first = await reference.put(f"/v1/{path}", json=body, headers=NEW)
    later = {**body, "valid_from": "2026-07-01"}
    second = await reference.put(f"/v1/{path}", json=later, headers={"if-match": first.headers["etag"]})
    assert (first.json()["version"], second.json()["version"]) == (1, 2)
    assert (await reference.get(f"/v1/{path}")).json() == {
        "id": first.json()["id"],
        "version": 2,
        "calendar": "OFFICE",
        **later,
    }
