"""What runs of billing take, what they leave, and what nobody is billed for, over HTTP on a real store."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from libs.runtime import clock
from libs.runtime.store import FactStore
from services.subscription_billing.application import runs
from tests.integration.http.billing import (
    INVOICES,
    MARCH,
    RUN,
    caught_up,
    items,
    posted,
    prepare_billing,
    ran,
    subscribed,
)
from tests.integration.http.conftest import Apps
from tests.integration.http.subscribed import NAME, done, put_again, refusal, say
from tests.integration.http.subscribed import NEEDED as NEEDED


@pytest.fixture
async def manager(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    await prepare_billing(apps)
    async with apps.client(NAME, "service_manager") as client:
        yield client


async def test_one_proposal_for_each_subscription(manager: httpx.AsyncClient, apps: Apps) -> None:
    """INV-04: separately, when it is asked so."""
    for name in ("one", "two", "three"):
        await subscribed(manager, name)
    await ran(apps, manager, "fee-runs", "march", **RUN)
    made = await ran(apps, manager, "proposal-runs", "march", **INVOICES | {"grouped_by": "subscription"})
    assert (made["proposals"], made["lines"]) == (3, 3)


async def test_a_run_takes_what_fits_all_that_was_named(manager: httpx.AsyncClient, apps: Apps) -> None:
    """INV-02, INV-03: by project, contract, payer, group, subscription, kind and project date."""
    one, _ = await subscribed(manager, "one"), await subscribed(manager, "two")
    days = {"from": "2026-03-01", "to": "2026-04-30"}
    await ran(apps, manager, "fee-runs", "spring", **RUN | {"days": days})
    named: dict[str, Any] = {
        "project_dates": MARCH,
        "project": "BILLED",
        "contract": "CT-1",
        "customer": "C-1",
        "group": "CARE",
        "subscription": one,
        "kinds": ["regular"],
    }
    others = {"project": "SHARED", "contract": "CT-2", "customer": "C-2", "group": "TYPED", "kinds": ["price_change"]}
    for name, value in others.items():
        made = await ran(apps, manager, "proposal-runs", f"other {name}", **INVOICES | named | {name: value})
        assert (name, made["proposals"]) == (name, 0)
    made = await ran(apps, manager, "proposal-runs", "all of it", **INVOICES | named)
    assert (made["proposals"], made["lines"]) == (1, 1)


async def test_an_immediate_cancellation_takes_off_what_was_billed_for_later_days(
    manager: httpx.AsyncClient, apps: Apps
) -> None:
    """LIF-04, LG-CN-01: the last day counts as used; what nobody has invoiced and is wholly unused is deleted."""
    subscription = await subscribed(manager, "one")
    spring = {"from": "2026-01-01", "to": "2026-03-31"}
    run = await ran(apps, manager, "fee-runs", "spring", **RUN | {"days": spring})
    fees = {fee["first"]: fee["id"] for fee in await items(manager, "fees", run=run["id"])}
    january = [fees["2026-01-01"], fees["2026-02-01"]]
    proposal = await done(manager, "/v1/invoice-proposals", "two", **INVOICES | {"fees": january})
    await posted(manager, proposal["id"])
    await done(manager, f"/v1/subscriptions/{subscription}/cancel", "now", on="2026-02-14", mode="immediate")
    await ran(apps, manager, "proposal-runs", "nothing", **INVOICES | {"project": "SHARED"})
    await caught_up(apps)
    found = await items(manager, "fees", subscription=subscription)
    assert {(fee["first"], fee["amount"], fee["standing"]) for fee in found} == {
        ("2026-01-01", "310.00", "invoiced"),
        ("2026-02-01", "310.00", "invoiced"),
        ("2026-02-15", "-155.00", "open"),
        ("2026-03-01", "310.00", "deleted"),
    }


async def test_a_subscription_beyond_the_bounds_is_parked_until_somebody_releases_it(
    manager: httpx.AsyncClient, apps: Apps
) -> None:
    """FEE-16, reliability (safety bounds), I22: the others are billed."""
    late = await subscribed(manager, "late", starts_on="2025-01-01")
    usual = await subscribed(manager, "usual", starts_on="2026-03-01")
    await put_again(manager, "period-codes/MONTH", name="Months", unit="month")
    await done(
        manager, "/v1/period-codes/MONTH/generate-periods", "far", days={"from": "2028-01-01", "to": "2028-12-31"}
    )
    asked = RUN | {"kind": "non_regular", "days": {"from": "2025-01-01", "to": "2028-02-29"}}
    await done(manager, f"/v1/subscriptions/{usual}/set-term", "short", starts_on="2026-03-01", ends_on="2026-04-30")
    run = await ran(apps, manager, "fee-runs", "years", **asked)
    assert (run["subscriptions"], run["created"], run["parked"]) == (2, 2, 1)
    path = f"/v1/subscriptions/{late}"
    assert (await manager.get(path)).json()["parked"] == "beyond_months"
    again = await ran(apps, manager, "fee-runs", "again", **asked)
    assert again["skipped"] == [{"reason": "subscription_parked", "count": 1}]
    await done(manager, f"{path}/release-parked", "looked", reason="It is right")
    await caught_up(apps)
    assert len(await items(manager, "fees", subscription=late)) == 38
    assert (await manager.get(path)).json()["parked"] is None


async def test_a_run_says_no_before_it_begins(manager: httpx.AsyncClient, apps: Apps) -> None:
    """FEE-01, PER-04, PER-05, ACC-11, subscription-billing 8.3."""
    far = {"from": "2031-01-01", "to": "2031-01-31"}
    stub = {"from": "2026-03-02", "to": "2026-03-31"}
    refused = {
        "periods_not_generated": await say(manager, "/v1/fee-runs", "far", **RUN | {"days": far}),
        "period_mismatch": await say(manager, "/v1/fee-runs", "stub", **RUN | {"days": stub}),
        "unknown_reference": await say(manager, "/v1/fee-runs", "none", **RUN | {"code": "NONE"}),
        "ledger_period_closed": await say(
            manager, "/v1/accrual-runs", "closed", code="MONTH", posting_date="2024-06-30"
        ),
    }
    assert {code: refusal(answer)[1] for code, answer in refused.items()} == {code: code for code in refused}


async def test_nothing_is_posted_on_a_closed_day_and_no_number_is_lost(manager: httpx.AsyncClient, apps: Apps) -> None:
    """INV-12, ACC-11: a refused posting draws no number."""
    await subscribed(manager, "one")
    run = await ran(apps, manager, "fee-runs", "march", **RUN)
    (fee,) = await items(manager, "fees", run=run["id"])
    made = await done(manager, "/v1/invoice-proposals", "march", **INVOICES | {"fees": [fee["id"]]})
    path = f"/v1/invoice-proposals/{made['id']}/post"
    assert refusal(await say(manager, path, "closed", issued_on="2024-12-31"))[1] == "ledger_period_closed"
    assert (await posted(manager, made["id"]))["number"] == "INV-2026-000001"


async def test_a_run_that_fails_keeps_no_other_from_going_on(
    manager: httpx.AsyncClient, apps: Apps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reliability F9: the fault is told once all others have gone on."""
    await subscribed(manager, "one")
    broken = await done(manager, "/v1/fee-runs", "broken", **RUN)
    other = await done(manager, "/v1/proposal-runs", "other", **INVOICES)
    await caught_up(apps)

    async def fails(_store: FactStore, run_id: str) -> bool:
        raise RuntimeError(f"{run_id} fails")

    monkeypatch.setattr(runs, "ADVANCES", {**runs.ADVANCES, "fee_run": fails})
    with pytest.raises(RuntimeError, match=broken["id"]):
        await runs.go_on(apps.stores[NAME], clock.now())
    monkeypatch.undo()
    states = {(await manager.get(f"/v1/proposal-runs/{other['id']}")).json()["state"]}
    assert states == {"completed"}
    assert (await manager.get(f"/v1/fee-runs/{broken['id']}")).json()["state"] == "running"


async def test_a_document_is_in_one_currency(manager: httpx.AsyncClient, apps: Apps) -> None:
    """INV-04, data MNY-016: said of a proposal that is begun and of one that stands; nothing of it is recorded."""
    await subscribed(manager, "euros")
    dollars = await subscribed(manager, "dollars", currency="USD", base_price={"amount": "310.00", "currency": "USD"})
    run = await ran(apps, manager, "fee-runs", "march", **RUN)
    fees = {fee["subscription"] == dollars: fee["id"] for fee in await items(manager, "fees", run=run["id"])}
    mixed = await say(manager, "/v1/invoice-proposals", "both", **INVOICES | {"fees": [fees[False], fees[True]]})
    made = await done(manager, "/v1/invoice-proposals", "euros", **INVOICES | {"fees": [fees[False]]})
    path = f"/v1/invoice-proposals/{made['id']}"
    standing = (await manager.get(path)).json()
    added = await say(manager, f"{path}/lines", "dollars", fee=fees[True])
    for answer, pointer in ((mixed, "/fees"), (added, "/fee")):
        assert refusal(answer) == (422, "currency_mismatch", pointer)
        assert answer.json()["error_code"] == "currency_mixed"
    assert (await manager.get(path)).json() == standing
    assert (await manager.get(f"/v1/fees/{fees[True]}")).json()["version"] == 1


async def test_another_total_than_the_proposal_has_is_neither_approved_nor_posted(
    manager: httpx.AsyncClient, apps: Apps
) -> None:
    """Data MNY-017: the total is the one that the proposal shows, before tax; a refusal appends nothing."""
    await put_again(manager, "subscription-parameters", proposal_workflow=True)
    await subscribed(manager, "one")
    await subscribed(manager, "two")
    run = await ran(apps, manager, "fee-runs", "march", **RUN)
    fees = [fee["id"] for fee in await items(manager, "fees", run=run["id"])]
    made = await done(manager, "/v1/invoice-proposals", "march", **INVOICES | {"fees": fees})
    path = f"/v1/invoice-proposals/{made['id']}"
    await done(manager, f"{path}/submit", "now")
    seen, other = (await manager.get(path)).json()["total"], {"amount": "750.20", "currency": "EUR"}
    assert seen == {"amount": "620.00", "currency": "EUR"}
    for step in ("approve", "post"):
        before = await recorded(apps)
        refused = await say(manager, f"{path}/{step}", "other", total=other)
        assert refusal(refused) == (422, "total_mismatch", "/total")
        assert await recorded(apps) == before
        await done(manager, f"{path}/{step}", "seen", total=seen)
    again = await say(manager, f"{path}/post", "once more", total=other)
    assert refusal(again)[1] == "total_mismatch"
    (invoice,) = await _invoices(apps, manager)
    assert (invoice["number"], invoice["net"]) == ("INV-2026-000001", "620.00")


async def recorded(apps: Apps) -> int:
    """How many facts the service has recorded."""
    return len(await apps.stores[NAME].recorder.read_log(0, 1000))


async def _invoices(apps: Apps, client: httpx.AsyncClient) -> Any:
    await caught_up(apps)
    return await items(client, "invoices")


NO_DISCOUNTS: tuple[tuple[dict[str, Any], tuple[int, str, str]], ...] = (
    ({"discount_percentage": "-5"}, (422, "percent_range", "/discount_percentage")),
    ({"discount_percentage": "0"}, (422, "percent_range", "/discount_percentage")),
    ({"discount_percentage": "100.01"}, (422, "percent_range", "/discount_percentage")),
    ({"discount_percentage": "1e1"}, (422, "invalid_number", "/discount_percentage")),
    ({"discount_percentage": "10", "percentage": "-10"}, (422, "one_of_two", "")),
    ({"discount_percentage": None}, (422, "one_of_two", "")),
    ({}, (422, "one_of_two", "")),
)


async def test_a_price_is_lowered_by_a_discount(manager: httpx.AsyncClient, apps: Apps) -> None:
    """PCH-03, PCH-04, data MNY-020: never below zero, which would be a hidden surcharge; all of the fee at most."""
    await subscribed(manager, "one")
    run = await ran(apps, manager, "fee-runs", "march", **RUN)
    (fee,) = await items(manager, "fees", run=run["id"])
    path = f"/v1/fees/{fee['id']}"
    for number, (said, answer) in enumerate(NO_DISCOUNTS):
        assert refusal(await say(manager, f"{path}/change-price", f"no {number}", **said)) == answer, said
    await done(manager, f"{path}/change-price", "a tenth", discount_percentage="12.5")
    assert (await manager.get(path)).json()["changed_by"] == "-12.5"
    await done(manager, f"{path}/change-price", "the rest", percentage="12.5")
    await done(manager, f"{path}/change-price", "all", discount_percentage="100")
    assert (await manager.get(path)).json()["net"]["amount"] == "0.00"
