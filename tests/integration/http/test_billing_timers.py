"""What timers do for billing over HTTP, on a real store: what cannot go on waits alone."""

import httpx
import pytest

from libs.kernel.decider import Rejected
from libs.runtime import clock
from services.subscription_billing.application import runs
from services.subscription_billing.application.waking import wake
from tests.integration.http.billing import MARCH, caught_up, items, prepare_billing, ran, subscribed
from tests.integration.http.conftest import Apps
from tests.integration.http.subscribed import NAME, done, put
from tests.integration.http.subscribed import NEEDED as NEEDED


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
        asked = {"method": "invoices", "invoice_date": "2026-03-05", "fees": [fee["id"]]}
        proposal = await done(client, "/v1/invoice-proposals", "waiting", **asked)
        for subscription in (first, second):
            await done(client, f"/v1/subscriptions/{subscription}/cancel", "now", on="2026-02-28", mode="immediate")
        await _until_settled(apps)
        assert [await _standings(client, one) for one in (first, second)] == [["on_proposal"], ["deleted"]]
        await done(client, f"/v1/invoice-proposals/{proposal['id']}/cancel", "given up")
        await _until_settled(apps)
        assert await _standings(client, first) == ["deleted"]


async def _until_settled(apps: Apps) -> None:
    await caught_up(apps)
    while await wake(apps.stores[NAME], clock.now()):
        await caught_up(apps)


async def _standings(client: httpx.AsyncClient, subscription: str) -> list[str]:
    return [fee["standing"] for fee in await items(client, "fees", subscription=subscription)]
