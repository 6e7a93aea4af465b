"""An order on its whole way over HTTP, on one database: stages, reasons, visits, SLA, sign-off, and every clear no."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.order.main import SERVICE as ORDER
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears
from tests.integration.http.measured import NEEDED as NEEDED
from tests.integration.http.measured import NEW, done, prepare, put, put_again, refusal, say

pytestmark = pytest.mark.asyncio(loop_scope="module")

STAGES: list[dict[str, Any]] = [
    {"stage": "PLANNED", "description": "Planned"},
    {"stage": "ON-SITE", "description": "On site", "parent": "PLANNED"},
    {"stage": "WAITING", "description": "Waiting for parts", "parent": "ON-SITE", "stops_clock": True},
    {"stage": "HOLD", "description": "On hold", "parent": "PLANNED", "requires_reason": True},
    {"stage": "DONE", "description": "Done", "parent": "ON-SITE", "allows_modify": False},
]
PARAMETERS = {
    "allow_without_agreement": True,
    "reason_on_cancel": True,
    "reason_on_exceeding": False,
    "default_sla_policy": None,
}
DAY = "2026-03-02"
"""A Monday; the office in Brussels opens at 07:00 in UTC."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def agreement(shared: Apps) -> str:
    """The agreement, with the stages, reasons and parameters of orders set up over HTTP."""
    prepared = await prepare(shared)
    async with shared.client("order", "service_manager") as manager:
        await put(manager, "stage-graph", stages=STAGES)
        for code in ("PARTS", "WAIVED"):
            await put(manager, f"stage-reasons/{code}", description=code.title())
        await put(manager, "stage-reasons/OLD", description="Old", active=False)
        await put(manager, "order-parameters", **PARAMETERS)
    return prepared


@pytest_asyncio.fixture(loop_scope="module")
async def manager(shared: Apps, agreement: str) -> AsyncIterator[httpx.AsyncClient]:
    async with shared.client("order", "service_manager") as client:
        yield client


async def an_order(manager: httpx.AsyncClient, agreement: str, name: str, **header: Any) -> str:
    """The path of an order on the agreement, with its first line, from the opening of the office on."""
    given = {"agreement": agreement, "agreement_lines": [1], "service_date": "2026-03-03", "at": f"{DAY}T07:00:00Z"}
    made = await done(manager, "/v1/orders", name, **given | header)
    return f"/v1/orders/{made['id']}"


async def clock(manager: httpx.AsyncClient, path: str, name: str = "resolution") -> dict[str, Any]:
    (found,) = [each for each in (await manager.get(path)).json()["sla"] if each["clock"] == name]
    return dict(found)


Steps = tuple[tuple[str, str, dict[str, Any]], ...]
WAY: Steps = (
    ("move-to-next-stage", "07:10", {"stage": "ON-SITE"}),
    ("report-travel", "07:15", {"worker": "W-1"}),
    ("report-arrival", "08:00", {"worker": "W-1"}),
    ("report-work", "08:05", {"worker": "W-1", "step": "started"}),
    ("move-to-next-stage", "08:30", {"stage": "WAITING", "reason": "PARTS"}),
    ("move-to-previous-stage", "09:00", {}),
    ("stop-sla-recording", "09:10", {"clock": "resolution"}),
    ("start-sla-recording", "09:20", {}),
    ("report-work", "09:30", {"worker": "W-1", "step": "ended"}),
    ("reasons", "09:31", {"code": "PARTS", "note": "Seal replaced"}),
    ("reasons/2/remove", "09:32", {}),
    ("sign-off", "09:40", {}),
    ("withdraw-sign-off", "09:50", {"reason": "A line was forgotten"}),
    ("lines", "09:51", {"type": "fee", "category": "FEE", "quantity": "1"}),
    ("lines/2/override-price", "09:52", {"unit_price": "60.00", "reason": "Agreed"}),
    ("lines", "09:53", {"type": "fee", "category": "FEE", "quantity": "9"}),
    ("lines/3/cancel", "09:54", {}),
    ("sign-off", "10:00", {}),
    ("post", "10:10", {}),
    ("lines/1/adjust", "10:20", {"quantity": "2", "reason": "Two hours"}),
    ("move-to-next-stage", "10:30", {"stage": "DONE"}),
)


async def test_an_order_goes_all_its_way(manager: httpx.AsyncClient, agreement: str) -> None:
    path = await an_order(manager, agreement, "whole")
    for number, (step, at, body) in enumerate(WAY):
        await done(manager, f"{path}/{step}", str(number), at=f"{DAY}T{at}:00Z", **body)
    shown = (await manager.get(path)).json()
    assert (shown["state"], shown["progress"], shown["stage"]) == ("posted", "posted", "DONE")
    assert shown["visits"] == [{"visit": 1, "worker": "W-1", "step": "ended", "at": f"{DAY}T09:30:00Z"}]
    assert shown["reasons"] == [{"entry": 1, "kind": "stage", "code": "PARTS", "stage": "WAITING", "note": None}]
    assert [line["state"] for line in shown["lines"]] == ["posted", "posted", "canceled"]
    assert shown["totals"]["sales"] == {"amount": "210.00", "currency": "EUR"}
    response, resolution = await clock(manager, path, "response"), await clock(manager, path)
    assert (response["state"], response["verdict"], response["elapsed_seconds"]) == ("stopped", "met", 3600)
    assert response["consumption"] == "25.00"
    assert (resolution["state"], resolution["verdict"], resolution["verdict_at"]) == (
        "stopped",
        "met",
        f"{DAY}T10:00:00Z",
    )
    assert (
        resolution["elapsed_seconds"] == 3 * 3600 - 30 * 60 - 10 * 60 - 10 * 60
    )  # waited, stopped by hand, signed off


NOES: tuple[tuple[str, dict[str, Any], tuple[int, str, str]], ...] = (
    ("move-to-next-stage", {}, (422, "stage_choice", "/stage")),
    ("move-to-next-stage", {"stage": "DONE"}, (422, "stage_choice", "/stage")),
    ("move-to-next-stage", {"stage": "HOLD"}, (422, "reason_required", "/reason")),
    ("move-to-next-stage", {"stage": "HOLD", "reason": "NONE"}, (422, "unknown_reference", "/reason")),
    ("move-to-next-stage", {"stage": "HOLD", "reason": "OLD"}, (422, "unknown_reference", "/reason")),
    ("move-to-next-stage", {"stage": "ON-SITE", "to": "DONE"}, (422, "unknown_field", "/to")),
    ("move-to-next-stage", {"stage": "ON-SITE", "at": "2026-03-01T00:00:00Z"}, (409, "time_goes_back", "")),
    ("move-to-previous-stage", {}, (409, "no_previous_stage", "")),
    ("reasons", {}, (422, "missing", "/code")),
    ("reasons", {"code": "NONE"}, (422, "unknown_reference", "/code")),
    ("reasons/7/remove", {}, (409, "unknown_reason", "")),
    ("report-travel", {"worker": "W-9"}, (422, "unknown_reference", "/worker")),
    ("report-work", {"worker": "W-1", "step": "started"}, (409, "no_visit", "")),
    ("report-work", {"worker": "W-1", "step": "begun"}, (422, "invalid_value", "/step")),
    ("report-arrival", {"worker": ""}, (422, "blank", "/worker")),
    ("start-sla-recording", {}, (409, "sla_not_paused", "")),
    ("stop-sla-recording", {"clock": "repair"}, (422, "unknown_clock", "/clock")),
    ("stop-sla-recording", {"sla_reason": "NONE"}, (422, "unknown_reference", "/sla_reason")),
    ("cancel-sla", {}, (422, "reason_required", "/reason")),
    ("change-sla-policy", {"sla_policy": "NONE"}, (422, "unknown_reference", "/sla_policy")),
    ("sign-off", {"lines": [9]}, (409, "unknown_line", "")),
    ("sign-off", {"lines": []}, (422, "too_few_items", "/lines")),
    ("withdraw-sign-off", {}, (409, "nothing_to_withdraw", "")),
    ("post", {}, (409, "nothing_to_post", "")),
    ("lines/1/adjust", {"quantity": "1", "reason": "Less"}, (409, "line_not_posted", "")),
    ("lines/1/override-price", {"reason": "Nothing"}, (422, "missing", "")),
    ("lines/9/cancel", {}, (409, "unknown_line", "")),
    ("lines/x/cancel", {}, (422, "invalid_number", "")),
)


async def test_what_does_not_apply_is_refused_with_its_reason_and_changes_nothing(
    manager: httpx.AsyncClient, agreement: str
) -> None:
    path = await an_order(manager, agreement, "refused")
    before = await manager.get(path)
    answers = [await say(manager, f"{path}/{step}", str(number), **body) for number, (step, body, _) in enumerate(NOES)]
    found = [(step, body, refusal(answer)) for (step, body, _), answer in zip(NOES, answers, strict=True)]
    assert [each for each, wanted in zip(found, NOES, strict=True) if each != wanted] == []
    assert (await manager.get(path)).headers["etag"] == before.headers["etag"]
    missing = "/v1/orders/6f1c2a60-1111-4222-8333-444444444444"
    for step in ("move-to-next-stage", "report-arrival", "sign-off", "post", "cancel-sla"):
        body = {"worker": "W-1"} if step == "report-arrival" else {}
        assert refusal(await say(manager, f"{missing}/{step}", "missing", **body)) == (404, "not_found", "")


async def test_what_has_ended_refuses_what_comes_after(manager: httpx.AsyncClient, agreement: str) -> None:
    path = await an_order(manager, agreement, "ended")
    await done(manager, f"{path}/stop-sla-recording", "stop")
    assert refusal(await say(manager, f"{path}/stop-sla-recording", "twice")) == (409, "sla_already_paused", "")
    await done(manager, f"{path}/report-travel", "on the way", worker="W-1")
    assert refusal(await say(manager, f"{path}/report-travel", "twice", worker="W-1")) == (409, "visit_open", "")
    started = await say(manager, f"{path}/report-work", "too early", worker="W-1", step="started")
    assert refusal(started) == (409, "visit_step", "")
    await done(manager, f"{path}/cancel-sla", "cancel", reason="WAIVED")
    assert refusal(await say(manager, f"{path}/start-sla-recording", "over")) == (409, "sla_ended", "")
    assert refusal(await say(manager, f"{path}/change-sla-policy", "over")) == (409, "sla_ended", "")
    await done(manager, f"{path}/cancel", "cancel")
    posted = await say(manager, f"{path}/post", "canceled")
    assert refusal(posted) == (409, "illegal_transition", "")
    assert posted.json()["allowed"] == ["move-to-next-stage", "move-to-previous-stage", "give-reason", "remove-reason"]
    await done(manager, f"{path}/reasons", "reason", code="PARTS")  # the log goes on


async def test_a_stage_forbids_what_it_does_not_allow(manager: httpx.AsyncClient, agreement: str) -> None:
    path = await an_order(manager, agreement, "forbidden")
    for stage in ("ON-SITE", "DONE"):
        await done(manager, f"{path}/move-to-next-stage", stage, stage=stage)
    for step in ("sign-off", "withdraw-sign-off", "lines/1/override-price"):
        body = {"unit_price": "1", "reason": "Cheap"} if "price" in step else {}
        assert refusal(await say(manager, f"{path}/{step}", "no", **body)) == (409, "stage_forbids_modify", "")
    assert refusal(await say(manager, f"{path}/move-to-next-stage", "no")) == (409, "no_next_stage", "")


async def test_a_technician_reports_for_himself_on_his_own_orders(
    manager: httpx.AsyncClient, shared: Apps, agreement: str
) -> None:
    path = await an_order(manager, agreement, "technician")
    async with shared.client("order", "technician") as technician:
        other = await say(technician, f"{path}/report-arrival", "for another", worker="W-2")
        assert refusal(other) == (403, "forbidden", "")
        await done(technician, f"{path}/report-arrival", "here")
        assert refusal(await say(technician, f"{path}/cancel-sla", "no", reason="WAIVED"))[:2] == (403, "role")
    async with shared.client("order", "technician", worker_id="W-9") as foreign:
        assert refusal(await say(foreign, f"{path}/report-arrival", "foreign")) == (404, "not_found", "")


async def test_lines_of_the_agreement_are_taken_once(manager: httpx.AsyncClient, agreement: str) -> None:
    header = {"agreement": agreement, "service_date": "2026-03-03"}
    for lines, code in (([1, 2, 1], "duplicate_line"), ([1, 9], "unknown_line")):
        refused = await say(manager, "/v1/orders", f"lines {lines}", agreement_lines=lines, **header)
        assert refusal(refused) == (422, code, "/agreement_lines")
    path = await an_order(manager, agreement, "both lines", agreement_lines=[2, 1])
    assert [line["quantity"] for line in (await manager.get(path)).json()["lines"]] == ["1", "3"]


async def test_the_setup_is_shown_as_it_was_put(manager: httpx.AsyncClient) -> None:
    shown = (await manager.get("/v1/stage-graph")).json()["stages"]
    assert [stage["stage"] for stage in shown] == [stage["stage"] for stage in STAGES]
    assert [stage for stage in STAGES if not any(stage.items() <= each.items() for each in shown)] == []
    reason = (await manager.get("/v1/stage-reasons/OLD")).json()
    assert {name: reason[name] for name in ("code", "description", "active")} == {
        "code": "OLD",
        "description": "Old",
        "active": False,
    }
    parameters = (await manager.get("/v1/order-parameters")).json()
    assert {name: parameters[name] for name in PARAMETERS} == PARAMETERS
    assert (await manager.get("/v1/stage-reasons/NONE")).status_code == httpx.codes.NOT_FOUND


BAD_SETUP: tuple[tuple[str, dict[str, Any], tuple[int, str, str]], ...] = (
    ("stage-graph", {"stages": [*STAGES, STAGES[1]]}, (422, "duplicate_key", "/stages")),
    ("stage-graph", {"stages": STAGES[1:]}, (422, "stage_graph", "/stages")),
    ("stage-graph", {"stages": [STAGES[0] | {"colour": "red"}]}, (422, "unknown_field", "/stages/0/colour")),
    ("stage-graph", {"stages": [STAGES[0] | {"stops_clock": True}]}, (422, "clock_never_runs", "/stages")),
    ("stage-graph", {"stages": [*STAGES[:2], STAGES[2] | {"parent": "PLANNED"}]}, (409, "stage_parent_stays", "")),
    ("stage-reasons/OLD", {"description": " "}, (422, "blank", "/description")),
    ("order-parameters", {"default_sla_policy": "NONE"}, (422, "unknown_reference", "/default_sla_policy")),
)


async def test_a_setup_that_cannot_be_is_refused(manager: httpx.AsyncClient) -> None:
    found = []
    for path, body, _ in BAD_SETUP:
        tag = (await manager.get(f"/v1/{path}")).headers["etag"]
        found.append((path, body, refusal(await manager.put(f"/v1/{path}", json=body, headers={"if-match": tag}))))
    assert found == list(BAD_SETUP)
    assert refusal(await manager.put("/v1/stage-graph", json={"stages": STAGES})) == (428, "if_match_required", "")
    again = await manager.put("/v1/stage-graph", json={"stages": STAGES}, headers=NEW)
    assert refusal(again) == (412, "already_exists", "")


async def test_a_stage_in_use_is_kept_and_one_that_is_entered_meanwhile_is_left_again(
    manager: httpx.AsyncClient, shared: Apps, agreement: str
) -> None:
    """STG-12: what the list of orders has heard decides; the order that it had not heard of yet finds back."""
    path = await an_order(manager, agreement, "hold")
    await done(manager, f"{path}/move-to-next-stage", "hold", stage="HOLD", reason="PARTS")
    await hears(shared, ORDER, "order")
    kept = [stage for stage in STAGES if stage["stage"] != "HOLD"]
    tag = (await manager.get("/v1/stage-graph")).headers["etag"]
    in_use = await manager.put("/v1/stage-graph", json={"stages": kept}, headers={"if-match": tag})
    assert refusal(in_use) == (409, "stage_in_use", "")
    await done(manager, f"{path}/move-to-previous-stage", "back")
    await hears(shared, ORDER, "order")
    await done(manager, f"{path}/move-to-next-stage", "meanwhile", stage="HOLD", reason="PARTS")
    await put_again(manager, "stage-graph", stages=kept)
    assert refusal(await say(manager, f"{path}/move-to-next-stage", "gone")) == (409, "no_next_stage", "")
    await done(manager, f"{path}/move-to-previous-stage", "out")
    assert (await manager.get(path)).json()["stage"] == "PLANNED"
