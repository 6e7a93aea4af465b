"""What timers do for billing over HTTP, on a real store: what cannot go on waits alone."""

from typing import Any

import httpx
import pytest

from libs.kernel.decider import Rejected
from libs.runtime import clock
from services.subscription_billing.application import runs
from services.subscription_billing.application.waking import wake
from tests.integration.http.billing import MARCH, caught_up, items, posted, prepare_billing, ran, subscribed
from tests.integration.http.conftest import Apps
from tests.integration.http.subscribed import NAME, done, put
from tests.integration.http.subscribed import NEEDED as NEEDED

INVOICE: dict[str, Any] = {"method": "invoices", "invoice_date": "2026-03-05"}
AT_ONCE = {"on": "2026-02-28", "mode": "immediate"}


async def test_a_run_that_cannot_go_on_keeps_no_other_waiting(apps: Apps) -> None:
    """Reliability F9: nobody knows yet in which currency the books are, so nothing is earned; fees are billed."""
    async with apps.client(NAME, "service_manager") as client:
        await put(client, "period-codes/MONTH", name="Month", unit="month")
        await done(
            client, "/v1/period-codes/MONTH/generate-periods", "first", days={"from": "2026-01-01", "to": "2026-12-31"}
        )
        stuck = await done(client, "/v1/accrual-runs", "stuck", code="MONTH", posting_date="2026-01-31")
        fees = await done(client, "/v1/fee-runs", "march", kind="regular", code="MONTH", days=MARCH)
        assert stuck["number"] < fees["number"]
        await caught_up(apps)
        with pytest.raises(Rejected, match="company"):
            await wake(apps.stores[NAME], clock.now())
        assert (await client.get(f"/v1/accrual-runs/{stuck['id']}")).json()["state"] == "running"
        assert (await client.get(f"/v1/fee-runs/{fees['id']}")).json()["state"] == "completed"


async def test_cancellations_that_wait_keep_no_other_waiting(apps: Apps, monkeypatch: pytest.MonkeyPatch) -> None:
    """LIF-04: a fee of the first is being invoiced, so it waits; there is room for one, and that is the second."""
    monkeypatch.setattr(runs, "MOST", 1)
    await prepare_billing(apps)
    async with apps.client(NAME, "service_manager") as client:
        first, second = sorted([await subscribed(client, "one"), await subscribed(client, "two")])
        await ran(apps, client, "fee-runs", "march", kind="regular", code="MONTH", days=MARCH)
        (fee,) = await items(client, "fees", subscription=first)
        proposal = await done(client, "/v1/invoice-proposals", "waiting", **INVOICE, fees=[fee["id"]])
        for subscription in (first, second):
            await done(client, f"/v1/subscriptions/{subscription}/cancel", "now", **AT_ONCE)
        await _until_settled(apps)
        assert [await _standings(client, one) for one in (first, second)] == [["on_proposal"], ["deleted"]]
        await done(client, f"/v1/invoice-proposals/{proposal['id']}/cancel", "given up")
        await _until_settled(apps)
        assert await _standings(client, first) == ["deleted"]


async def test_a_fee_of_which_one_share_is_invoiced_is_reduced(apps: Apps) -> None:
    """LIF-04, INV-05: 60 percent are invoiced, so the fee cannot simply go."""
    await prepare_billing(apps)
    async with apps.client(NAME, "service_manager") as client:
        subscription, fee = await _billed(apps, client, project="SHARED")
        proposal = await done(client, "/v1/invoice-proposals", "part", **INVOICE, fees=[fee], customer="C-1")
        await posted(client, proposal["id"])
        await done(client, f"/v1/subscriptions/{subscription}/cancel", "now", **AT_ONCE)
        await _until_settled(apps)
        assert await _standings(client, subscription) == ["invoiced", "open", "open", "open"]
        assert (await client.get(f"/v1/fees/{fee}")).json()["net"]["amount"] == "0.00"


async def test_a_cancellation_waits_for_a_fee_that_is_on_its_way_back(apps: Apps) -> None:
    """LIF-04, CRN-01, CRN-07."""
    await prepare_billing(apps)
    async with apps.client(NAME, "service_manager") as client:
        subscription, fee = await _billed(apps, client)
        proposal = await done(client, "/v1/invoice-proposals", "whole", **INVOICE, fees=[fee])
        await posted(client, proposal["id"])
        await done(client, f"/v1/fees/{fee}/select-for-credit", "back")
        await done(client, f"/v1/subscriptions/{subscription}/cancel", "now", **AT_ONCE)
        await _until_settled(apps)
        assert await _standings(client, subscription) == ["selected_for_credit"]
        await done(client, f"/v1/fees/{fee}/unselect-for-credit", "stays")
        await _until_settled(apps)
        assert await _standings(client, subscription) == ["invoiced", "open"]


async def _billed(apps: Apps, client: httpx.AsyncClient, **said: str) -> tuple[str, str]:
    """A subscription and its fee of March."""
    subscription = await subscribed(client, "one", **said)
    await ran(apps, client, "fee-runs", "march", kind="regular", code="MONTH", days=MARCH)
    fee, *_ = await items(client, "fees", subscription=subscription)
    return subscription, fee["id"]


async def _until_settled(apps: Apps) -> None:
    await caught_up(apps)
    while await wake(apps.stores[NAME], clock.now()):
        await caught_up(apps)


async def _standings(client: httpx.AsyncClient, subscription: str) -> list[str]:
    return sorted(fee["standing"] for fee in await items(client, "fees", subscription=subscription))
