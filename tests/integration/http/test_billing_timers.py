"""What timers do for runs over HTTP, on a real store: one that cannot go on waits alone."""

import pytest

from libs.kernel.decider import Rejected
from libs.runtime import clock
from services.subscription_billing.application.waking import wake
from tests.integration.http.billing import MARCH, caught_up
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
