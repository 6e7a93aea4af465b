"""Commands on orders are decided on what stands around them now, also when they have to be decided again."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from libs.runtime.store import FactStore
from services.order.domain.service_order import service_order
from services.order.main import SERVICE as ORDER
from services.order.projections import around
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears, lost
from tests.integration.http.measured import NEEDED as NEEDED
from tests.integration.http.measured import done, prepare, put, refusal, say
from tests.support.agreements import A_POLICY
from tests.support.workload import HOUR

pytestmark = pytest.mark.asyncio(loop_scope="module")

SILVER = {**A_POLICY, "name": "Silver", "clocks": {"response": {"targets": {"normal": "PT6H", "high": "PT3H"}}}}
MONDAY = "2026-03-02T07:00:00Z"
HEADER = {"service_date": "2026-03-03", "at": MONDAY}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def agreement(shared: Apps) -> str:
    prepared = await prepare(shared)
    async with shared.client("agreement", "service_manager") as client:
        await put(client, "sla-policies/SILVER", **SILVER)
    await hears(shared, ORDER, "agreement")
    return prepared


@pytest_asyncio.fixture(loop_scope="module")
async def manager(shared: Apps, agreement: str) -> Any:
    async with shared.client("order", "service_manager") as client:
        yield client


async def meanwhile(monkeypatch: pytest.MonkeyPatch, manager: httpx.AsyncClient, path: str, **command: Any) -> None:
    """Lets somebody change the policy of the order while the next command looks around for the first time."""
    looked, changes = around.agreement, [command]

    async def racing(store: FactStore, agreement_id: str | None) -> Any:
        found = await looked(store, agreement_id)
        if changes:
            await done(manager, f"{path}/change-sla-policy", "meanwhile", **changes.pop())
        return found

    monkeypatch.setattr(around, "agreement", racing)


async def clocks(manager: httpx.AsyncClient, path: str) -> list[tuple[str, str, str]]:
    shown = (await manager.get(path)).json()["sla"]
    return [(clock["policy"], clock["priority"], clock["budget"]) for clock in shown if clock["clock"] == "response"]


async def an_order(manager: httpx.AsyncClient, name: str, **header: Any) -> str:
    made = await done(manager, "/v1/orders", name, **HEADER, **header)
    return f"/v1/orders/{made['id']}"


async def urgent(manager: httpx.AsyncClient, path: str) -> httpx.Response:
    tag = (await manager.get(path)).headers["etag"]
    return await manager.patch(path, json={"priority": "high"}, headers={"if-match": tag})


async def test_an_order_that_is_measured_meanwhile_is_decided_with_its_calendar(
    manager: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await an_order(manager, "measured meanwhile", project="P-1")
    await meanwhile(monkeypatch, manager, path, sla_policy="GOLD", at=MONDAY)
    assert (await say(manager, f"{path}/report-arrival", "here", worker="W-1")).status_code == httpx.codes.OK
    assert await clocks(manager, path) == [("GOLD", "normal", "PT4H")]
    assert (await manager.get(path)).json()["sla"][0]["state"] == "stopped"


async def test_a_priority_never_brings_back_a_policy_that_was_changed_meanwhile(
    manager: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names a version, so it is refused; said again it counts for the new policy."""
    path = await an_order(manager, "two at once", project="P-1")
    await done(manager, f"{path}/change-sla-policy", "first", sla_policy="GOLD", at=MONDAY)
    await meanwhile(monkeypatch, manager, path, sla_policy="SILVER", at=MONDAY)
    assert refusal(await urgent(manager, path)) == (412, "version_conflict", "")
    assert (await urgent(manager, path)).status_code == httpx.codes.OK
    assert await clocks(manager, path) == [("SILVER", "high", "PT3H")]


async def test_a_command_loads_its_order_once(
    manager: httpx.AsyncClient, shared: Apps, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, loaded, load = await an_order(manager, "loaded", project="P-1"), list[str](), FactStore.load

    async def counted(store: FactStore, decider: Any, stream_id: str) -> Any:
        loaded.extend([stream_id] if decider is service_order else [])
        return await load(store, decider, stream_id)

    monkeypatch.setattr(FactStore, "load", counted)
    await done(manager, f"{path}/lines", "line", **HOUR)
    async with shared.client("order", "technician") as technician:
        await done(technician, f"{path}/report-arrival", "here")
        await done(technician, f"{path}/sign-off", "done")
    await done(manager, f"{path}/post", "post")
    assert loaded == [path.rpartition("/")[2]] * 4


async def test_without_the_copy_of_its_policy_an_order_keeps_its_targets_and_is_asked_for_later(
    manager: httpx.AsyncClient, shared: Apps, agreement: str, postgres_url: str
) -> None:
    path = await an_order(manager, "policy lost", agreement=agreement)
    async with lost(postgres_url, shared.stores["order"], "sla_policy", "GOLD"):
        refused = await urgent(manager, path)
        assert refusal(refused) == (503, "not_yet_heard", "")
        assert refused.json()["detail"] == "Version 1 of the SLA policy GOLD has not arrived here yet."
        assert refused.headers["retry-after"] == "1"
        unmade = await say(manager, "/v1/orders", "policy lost, too", agreement=agreement, **HEADER)
        assert refusal(unmade) == (503, "not_yet_heard", "")
        assert unmade.json()["detail"] == "The SLA policy GOLD has not arrived here yet."
        await done(manager, f"{path}/report-travel", "needs no policy", worker="W-1")
    assert await clocks(manager, path) == [("GOLD", "normal", "PT4H")]
    assert (await urgent(manager, path)).status_code == httpx.codes.OK
    assert (await clocks(manager, path))[0] == ("GOLD", "high", "PT1H")


async def test_without_the_copy_of_the_default_policy_no_order_is_left_unmeasured(
    manager: httpx.AsyncClient, shared: Apps, postgres_url: str
) -> None:
    await put(manager, "order-parameters", default_sla_policy="SILVER")
    async with lost(postgres_url, shared.stores["order"], "sla_policy", "SILVER"):
        unmade = await say(manager, "/v1/orders", "default", project="P-1", **HEADER)
        assert refusal(unmade) == (503, "not_yet_heard", "")
    again = await done(manager, "/v1/orders", "default", project="P-1", **HEADER)
    assert await clocks(manager, f"/v1/orders/{again['id']}") == [("SILVER", "normal", "PT6H")]
    early = await done(manager, "/v1/orders", "early", project="P-1", **HEADER | {"at": "2025-12-31T07:00:00Z"})
    assert await clocks(manager, f"/v1/orders/{early['id']}") == []  # before the policy's first day


async def test_without_the_copy_of_its_calendar_a_clock_is_neither_shown_nor_moved(
    manager: httpx.AsyncClient, shared: Apps, agreement: str, postgres_url: str
) -> None:
    path = await an_order(manager, "calendar lost", agreement=agreement)
    async with lost(postgres_url, shared.stores["order"], "calendar", "OFFICE"):
        for answer in (await manager.get(path), await say(manager, f"{path}/stop-sla-recording", "lost")):
            assert refusal(answer) == (503, "not_yet_heard", "")
            assert answer.json()["detail"] == "The calendar OFFICE has not arrived here yet."
    await done(manager, f"{path}/stop-sla-recording", "lost")
