"""Run schedules over HTTP, on a real store: put, listed, retired, and what their timers ask."""

from datetime import UTC, datetime
from typing import Any

import httpx

from libs.kernel.ids import natural_id
from services.subscription_billing.application.waking import wake
from tests.integration.http.billing import caught_up, items, prepare_billing, subscribed
from tests.integration.http.conftest import Apps
from tests.integration.http.subscribed import NAME, done, put, put_again, refusal
from tests.integration.http.subscribed import NEEDED as NEEDED

FEES: dict[str, Any] = {
    "kind": "fee_run",
    "frequency": "monthly",
    "day_of_month": 31,
    "starts_on": "2026-01-01",
    "code": "MONTH",
    "group": "CARE",
}
PROPOSALS: dict[str, Any] = {
    "kind": "proposal_run",
    "frequency": "weekly",
    "weekday": "tue",
    "starts_on": "2026-01-01",
    "method": "invoices",
    "grouped_by": "subscription",
}
REVENUE: dict[str, Any] = {"kind": "accrual_run", "frequency": "daily", "starts_on": "2024-12-31", "code": "MONTH"}
LATE_IN_MARCH = datetime(2026, 3, 30, 22, 30, tzinfo=UTC)
"""In Brussels, where the company is, the last day of the month has begun."""


async def test_a_due_day_is_asked_once_where_the_company_is_and_its_run_does_what_a_persons_does(apps: Apps) -> None:
    """FEE-16, INV-02, ACC-08, PER-07: months of standstill give one run each, which takes what they left."""
    await prepare_billing(apps)
    async with apps.client(NAME, "service_manager") as client:
        await subscribed(client, "one", starts_on="2026-02-01")
        for key, schedule in (("FEES", FEES), ("PROPOSALS", PROPOSALS), ("REVENUE", REVENUE)):
            await put(client, f"run-schedules/{key}", **schedule)
        await _woken(apps, LATE_IN_MARCH)
        for key, kind in (("FEES", "fee_run"), ("PROPOSALS", "proposal_run"), ("REVENUE", "accrual_run")):
            run = natural_id("scheduled_run", key, "2026-03-31")
            shown = (await client.get(f"/v1/run-schedules/{key}")).json()
            assert shown["last_asked"] == {"day": "2026-03-31", "kind": kind, "run": run}
            assert shown["last_refused"] is None
            assert (await client.get(f"/v1/{kind.replace('_', '-')}s/{run}")).json()["state"] == "completed"
        fees = await items(client, "fees", run=natural_id("scheduled_run", "FEES", "2026-03-31"))
        assert sorted((fee["first"], fee["last"]) for fee in fees) == [
            ("2026-02-01", "2026-02-28"),
            ("2026-03-01", "2026-03-31"),
        ]
        again = await _woken(apps, LATE_IN_MARCH)
        assert again == 0
        assert [len(await items(client, runs)) for runs in ("fee-runs", "proposal-runs", "accrual-runs")] == [1, 1, 1]


async def test_what_cannot_be_asked_is_told_once_and_stops_no_other(apps: Apps) -> None:
    """PER-05, ACC-11: the ledger is closed and periods are not generated, and the schedule behind them asks."""
    await prepare_billing(apps)
    async with apps.client(NAME, "service_manager") as client:
        await put(client, "period-codes/BARE", name="Never generated", unit="month")
        await put(client, "run-schedules/A-BARE", **FEES | {"code": "BARE", "group": "CARE"})
        await put(client, "run-schedules/B-CLOSED", **REVENUE)
        await put(client, "run-schedules/C-FREE", **REVENUE | {"frequency": "weekly", "weekday": "wed"})
        in_the_closed_year = datetime(2024, 12, 31, 12, tzinfo=UTC)
        for _ in range(2):
            await _woken(apps, in_the_closed_year)
        closed = {"day": "2024-12-31", "kind": "accrual_run", "reason": "ledger_period_closed"}
        assert await _told(client, "B-CLOSED") == (2, None, closed)
        for _ in range(2):
            await _woken(apps, LATE_IN_MARCH)
        bare = {"day": "2026-03-31", "kind": "fee_run", "reason": "periods_not_generated"}
        assert await _told(client, "A-BARE") == (2, None, bare)
        asked = {"day": "2026-03-25", "kind": "accrual_run", "run": natural_id("scheduled_run", "C-FREE", "2026-03-25")}
        assert await _told(client, "C-FREE") == (2, asked, None)
        days = {"from": "2026-01-01", "to": "2026-12-31"}
        await done(client, "/v1/period-codes/BARE/generate-periods", "mended", days=days)
        await _woken(apps, LATE_IN_MARCH)
        assert await _told(client, "A-BARE") == (2, None, bare)
        await _woken(apps, datetime(2026, 4, 30, 12, tzinfo=UTC))
        version, last_asked, _ = await _told(client, "A-BARE")
        assert (version, last_asked["day"]) == (3, "2026-04-30")


async def test_a_schedule_is_put_listed_and_retired(apps: Apps) -> None:
    """What is retired asks nothing, and comes back with what it had told."""
    await prepare_billing(apps)
    async with apps.client(NAME, "service_manager") as client:
        await put(client, "run-schedules/FEES", **FEES)
        await put(client, "run-schedules/PROPOSALS", **PROPOSALS)
        assert (await put_again(client, "run-schedules/FEES", **FEES | {"active": False})).status_code == 200
        assert (await client.get("/v1/run-schedules/FEES")).json()["state"] == "retired"
        stale = await client.put("/v1/run-schedules/FEES", json=FEES, headers={"if-none-match": "*"})
        assert stale.status_code == httpx.codes.PRECONDITION_FAILED
        assert (await client.get("/v1/run-schedules/NONE")).status_code == httpx.codes.NOT_FOUND
        await _woken(apps, LATE_IN_MARCH)
        assert await _told(client, "FEES") == (2, None, None)
        (first,) = await items(client, "run-schedules", limit=1)
        assert (first["schedule"], first["state"], first["version"]) == ("FEES", "retired", 2)
        page = (await client.get("/v1/run-schedules", params={"limit": 1})).json()
        (second,) = await items(client, "run-schedules", limit=1, cursor=page["next"])
        assert (second["schedule"], second["state"], second["kind"]) == ("PROPOSALS", "active", "proposal_run")


async def test_nobody_schedules_what_he_may_not_ask_for_himself(apps: Apps) -> None:
    """A clerk asks for fees and proposals, and not for revenue."""
    await prepare_billing(apps)
    async with apps.client(NAME, "subscription_clerk") as clerk, apps.client(NAME, "service_manager") as manager:
        await put(clerk, "run-schedules/FEES", **FEES)
        mine = await clerk.put("/v1/run-schedules/REVENUE", json=REVENUE, headers={"if-none-match": "*"})
        assert (mine.status_code, mine.json()["error_code"]) == (403, "role")
        await put(manager, "run-schedules/REVENUE", **REVENUE)
        other = await put_again(clerk, "run-schedules/REVENUE", **PROPOSALS)
        assert refusal(other)[:2] == (409, "kind_fixed")


async def _woken(apps: Apps, at: datetime) -> int:
    """How much there was to do the last time, after everything that was to be done."""
    await caught_up(apps)
    found = 0
    for _ in range(20):
        found = await wake(apps.stores[NAME], at)
        await caught_up(apps)
        if not found:
            break
    return found


async def _told(client: httpx.AsyncClient, key: str) -> tuple[int, Any, Any]:
    shown = await client.get(f"/v1/run-schedules/{key}")
    assert shown.status_code == httpx.codes.OK, shown.text
    told = shown.json()
    return told["version"], told["last_asked"], told["last_refused"]
