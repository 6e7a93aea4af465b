"""The reports on subscription billing as lists: pages, CSV, and what may be selected."""

from typing import Any

import httpx

from libs.kernel.ids import natural_id
from tests.component.reporting.billed import REPORTS, items, quarter
from tests.component.reporting.conftest import Asked
from tests.domain.reporting import a_subscription as a
from tests.domain.reporting.an_order import AGREEMENT


async def test_pages_join(reports_after: Asked) -> None:
    """SRP-02, SRP-03, SRP-04: every list goes on behind its cursor."""
    more = [(natural_id("fee", str(number)), a.fee("1.00", "2.00")) for number in range(2)]
    paths = (
        *("subscription-transactions", "subscription-fees", "accrual-lines", "deferred-revenue", "invoice-journal"),
        *("trial-balance", "subscription-totals", "subscription-margins"),
    )
    async with reports_after(quarter(*more, *a.REVERSAL)) as client:
        for path in paths:
            asked = {"by": "customer"} if path == "subscription-totals" else {}
            whole, found, cursor = await items(client, path, **asked), list[Any](), None
            assert whole
            while not found or cursor is not None:
                query = httpx.QueryParams({"limit": 1, **asked, **({"cursor": cursor} if cursor else {})})
                answer = (await client.get(f"{REPORTS}/{path}", params=query)).json()
                found, cursor = found + answer["items"], answer["next"]
            assert found == whole, path


async def test_the_same_as_csv(reports_after: Asked) -> None:
    """SRP-01, SRP-04: amounts are numbers, what JSON says beside the items stands in headers."""
    async with reports_after(quarter()) as client:
        answers = {
            path: await client.get(f"{REPORTS}/{path}", headers={"accept": "text/csv"})
            for path in ("deferred-revenue", "subscription-totals", "subscription-margins", "subscription-fees")
        }
    assert answers["deferred-revenue"].text.splitlines() == [
        "month,subscription_group,currency,opening,billed,recognised,credited,closing",
        "2026-09-01,SUPPORT,EUR,0.00,9000.00,0.00,0.00,9000.00",
        "2026-10-01,SUPPORT,EUR,9000.00,0.00,3000.00,0.00,6000.00",
    ]
    assert (
        answers["subscription-totals"]
        .text.splitlines()[1]
        .startswith(f"{a.SUBSCRIPTION},SUB-1,EUR,0,0.00,0,0.00,1,9000.00")
    )
    assert answers["subscription-margins"].text.splitlines()[1].endswith("earned,EUR,3000.00,0.00,0.00,3000.00,100.00")
    assert ",9000.00,3000.00,6000.00,2026-10-31,open" in answers["subscription-fees"].text
    assert all("subscription_billing." in answer.headers["position"] for answer in answers.values())


FITS: dict[str, Any] = {
    "subscription": a.SUBSCRIPTION,
    "number": "SUB-1",
    "group": "SUPPORT",
    "project": "P-77",
    "customer": "C-1001",
    "category": "SUB",
    "agreement": AGREEMENT,
    "currency": "EUR",
    "period_code": "QUARTERS",
    "kind": "regular",
    "status": "invoiced",
    "inquiry": "invoiced",
    "chargeable": "true",
    "accrual_state": "open",
    "from": "2026-12-31",
    "to": "2026-10-01",
    "project_date_from": "2026-10-01",
    "project_date_to": "2026-10-01",
}
FITS_NOTHING: dict[str, Any] = {
    "subscription": a.QUARTER,
    "number": "SUB-2",
    "group": "OTHER",
    "project": "P-1",
    "customer": "C-1",
    "category": "X",
    "agreement": a.QUARTER,
    "currency": "USD",
    "period_code": "X",
    "kind": "non_regular",
    "status": "credited",
    "inquiry": "chargeable",
    "chargeable": "false",
    "accrual_state": "none",
    "from": "2027-01-01",
    "to": "2026-09-30",
    "project_date_from": "2026-10-02",
    "project_date_to": "2026-09-30",
    "run": a.QUARTER,
}


async def test_filters_select(reports_after: Asked) -> None:
    """SRP-01, SRP-02: each by itself, and one that fits nothing."""
    async with reports_after(quarter()) as client:
        found = {name: len(await items(client, "subscription-fees", **{name: value})) for name, value in FITS.items()}
        none = {
            name: len(await items(client, "subscription-fees", **{name: value})) for name, value in FITS_NOTHING.items()
        }
        refused = await client.get(f"{REPORTS}/subscription-fees", params={"from": "2026-02-01", "to": "2026-01-01"})
    assert found == dict.fromkeys(FITS, 1)
    assert none == dict.fromkeys(FITS_NOTHING, 0)
    assert (refused.status_code, refused.json()["error_code"]) == (422, "period_reversed")
