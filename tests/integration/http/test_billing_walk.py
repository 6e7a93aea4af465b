"""Billing over HTTP, on a real store: from a fee run to the invoice, its revenue, and its way back."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.integration.http.billing import (
    INVOICES,
    QUARTER,
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


async def balances(client: httpx.AsyncClient, vouchers: list[str]) -> dict[str, int]:
    """What stands on the accounts, in cents."""
    found: dict[str, int] = {}
    for voucher in vouchers:
        told = (await client.get(f"/v1/vouchers/{voucher}")).json()
        assert sum(round(float(entry["amount"]["amount"]) * 100) for entry in told["entries"]) == 0
        for entry in told["entries"]:
            cents = round(float(entry["amount"]["amount"]) * 100)
            found[entry["posting_type"]] = found.get(entry["posting_type"], 0) + cents
    return found


async def test_from_a_fee_run_to_the_invoice(manager: httpx.AsyncClient, apps: Apps) -> None:
    """FEE-01, FEE-17, INV-01, INV-12, INV-14, 5.9 (7) and (11): looked at first, done once, invoiced once."""
    one, two = await subscribed(manager, "one"), await subscribed(manager, "two")
    await caught_up(apps)
    preview = (await say(manager, "/v1/fee-runs/preview", "look", **RUN)).json()["items"]
    run = await ran(apps, manager, "fee-runs", "march", **RUN)
    assert (run["subscriptions"], run["created"], run["parked"], run["skipped"]) == (2, 2, 0, [])
    again = await ran(apps, manager, "fee-runs", "march again", **RUN)
    assert (again["subscriptions"], again["created"]) == (2, 0)
    fees = await items(manager, "fees", run=run["id"])
    assert sorted((fee["id"], fee["amount"]) for fee in fees) == sorted(
        (fee["id"], fee["amount"]["amount"]) for line in preview for fee in line["fees"]
    )
    assert {fee["subscription"] for fee in fees} == {one, two}
    made = await ran(apps, manager, "proposal-runs", "march", **INVOICES)
    assert (made["proposals"], made["lines"]) == (1, 2)
    (proposal,) = await items(manager, "invoice-proposals", run=made["id"])
    first = await say(manager, f"/v1/invoice-proposals/{proposal['id']}/post", "first")
    second = await say(manager, f"/v1/invoice-proposals/{proposal['id']}/post", "second")
    assert first.json() == second.json()
    document = first.json()["document"]
    assert document["number"] == "INV-2026-000001"
    invoice = (await manager.get(f"/v1/invoices/{document['id']}")).json()
    assert (invoice["net"]["amount"], invoice["tax"]["amount"], invoice["total"]["amount"]) == (
        "620.00",
        "130.20",
        "750.20",
    )
    assert await balances(manager, invoice["vouchers"]) == {
        "customer": 75020,
        "invoiced_revenue": -62000,
        "tax": -13020,
    }
    assert {fee["standing"] for fee in await items(manager, "fees", run=run["id"])} == {"on_proposal"}
    await caught_up(apps)
    assert {fee["standing"] for fee in await items(manager, "fees", run=run["id"])} == {"invoiced"}
    assert [each["number"] for each in await items(manager, "invoices")] == ["INV-2026-000001"]


async def test_revenue_is_earned_month_by_month_and_taken_back_by_the_credit_note(
    manager: httpx.AsyncClient, apps: Apps
) -> None:
    """ACC-01 to ACC-13, CRN-01 to CRN-05, 5.5, I32: and the days are billed again with the next cycle."""
    nine = {"amount": "9000.00", "currency": "EUR"}
    subscription = await subscribed(manager, "quarter", group="EARNED", base_price=nine)
    run = await ran(apps, manager, "fee-runs", "quarter", **QUARTER)
    (fee,) = await items(manager, "fees", run=run["id"])
    proposal = await done(manager, "/v1/invoice-proposals", "quarter", **INVOICES | {"fees": [fee["id"]]})
    invoice = await posted(manager, proposal["id"], issued_on="2026-01-02")
    asked = {"code": "MONTH", "posting_date": "2026-02-28"}
    await caught_up(apps)
    looked = (await say(manager, "/v1/accrual-runs/preview", "look", **asked)).json()["items"]
    assert [line["amount"]["amount"] for line in looked[0]["lines"]] == ["3000.00", "3000.00"]
    accrued = await ran(apps, manager, "accrual-runs", "february", **asked)
    assert (accrued["schedules"], accrued["posted"], accrued["amount"]["amount"]) == (1, 2, "6000.00")
    twice = await ran(apps, manager, "accrual-runs", "february again", **asked)
    assert twice["posted"] == 0
    schedule = invoice["lines"][0]["schedule"]
    path = f"/v1/recognition-schedules/{schedule}"
    await done(manager, f"{path}/lines/2/reverse", "by hand", on="2026-03-01")
    assert refusal(await say(manager, f"{path}/lines/3/accrue", "closed", on="2024-05-05"))[1] == "before_invoice"
    await done(manager, f"{path}/lines/2/accrue", "again", on="2026-03-01")
    await done(manager, f"/v1/fees/{fee['id']}/select-for-credit", "doubled", reason="Doubled")
    asked_back = {"method": "credit_notes", "invoice_date": "2026-03-10"}
    await caught_up(apps)
    back = await ran(apps, manager, "proposal-runs", "credits", **asked_back)
    assert back["lines"] == 1
    (credit,) = await items(manager, "invoice-proposals", run=back["id"])
    note = await posted(manager, credit["id"])
    assert (note["number"], note["total"]["amount"]) == ("CN-2026-000001", "-10890.00")
    await caught_up(apps)
    lines = await items(manager, "recognition-schedule-lines", fee=fee["id"])
    assert {line["state"] for line in lines} == {"dropped"}
    vouchers = await _vouchers(apps)
    assert set((await balances(manager, vouchers)).values()) == {0}
    second = await ran(apps, manager, "fee-runs", "quarter again", **QUARTER)
    (again,) = await items(manager, "fees", run=second["id"])
    assert (again["cycle"], again["id"] != fee["id"], again["subscription"]) == (2, True, subscription)


async def _vouchers(apps: Apps) -> list[str]:
    facts = await apps.stores[NAME].recorder.read_log(0, 1000)
    return [str(fact.originator_id) for fact in facts if fact.topic.endswith(".VoucherPosted.v1")]


async def test_under_the_manual_policy_revenue_is_reversed_first(manager: httpx.AsyncClient, apps: Apps) -> None:
    """CRN-04 (Manual): a guard of the proposal, not a reaction."""
    parameters = {"reverse_accruals_on_credit": "manual"}
    await put_again(manager, "subscription-parameters", **parameters)
    await subscribed(manager, "quarter", group="EARNED")
    run = await ran(apps, manager, "fee-runs", "quarter", **QUARTER)
    (fee,) = await items(manager, "fees", run=run["id"])
    proposal = await done(manager, "/v1/invoice-proposals", "quarter", **INVOICES | {"fees": [fee["id"]]})
    invoice = await posted(manager, proposal["id"], issued_on="2026-01-02")
    path = f"/v1/recognition-schedules/{invoice['lines'][0]['schedule']}"
    await done(manager, f"{path}/lines/1/accrue", "january", on="2026-01-31")
    await done(manager, f"/v1/fees/{fee['id']}/select-for-credit", "back")
    asked = {"method": "credit_notes", "invoice_date": "2026-03-10", "fees": [fee["id"]]}
    refused = await say(manager, "/v1/invoice-proposals", "too early", **asked)
    assert refusal(refused)[:2] == (409, "accruals_not_reversed")
    skipped = await ran(apps, manager, "proposal-runs", "too early", method="credit_notes", invoice_date="2026-03-10")
    assert (skipped["proposals"], skipped["skipped"]) == (0, [{"reason": "accruals_not_reversed", "count": 1}])
    await done(manager, f"{path}/lines/1/reverse", "january", on="2026-02-01")
    credit = await done(manager, "/v1/invoice-proposals", "now", **asked)
    assert (await posted(manager, credit["id"]))["number"] == "CN-2026-000001"


async def test_a_fee_that_was_reduced_is_given_back_whole_with_a_warning(
    manager: httpx.AsyncClient, apps: Apps
) -> None:
    """CRN-06, [?B32]: allowed, for the reduction may be given back as well; who selects is warned."""
    await subscribed(manager, "reduced")
    run = await ran(apps, manager, "fee-runs", "march", **RUN)
    (fee,) = await items(manager, "fees", run=run["id"])
    proposal = await done(manager, "/v1/invoice-proposals", "march", **INVOICES | {"fees": [fee["id"]]})
    await posted(manager, proposal["id"])
    path = f"/v1/fees/{fee['id']}"
    assert "warnings" not in await done(manager, f"{path}/select-for-credit", "whole")
    await done(manager, f"{path}/unselect-for-credit", "not yet")
    await done(manager, f"{path}/reduce-days", "two", days={"from": "2026-03-10", "to": "2026-03-11"})
    assert (await done(manager, f"{path}/select-for-credit", "less"))["warnings"] == ["net_negative"]


async def test_with_the_workflow_the_manager_approves_what_the_clerk_prepared(
    manager: httpx.AsyncClient, apps: Apps
) -> None:
    """INV-06, INV-07, contracts 6."""
    await put_again(manager, "subscription-parameters", proposal_workflow=True)
    await subscribed(manager, "one")
    await subscribed(manager, "two")
    run = await ran(apps, manager, "fee-runs", "march", **RUN)
    fees = [fee["id"] for fee in await items(manager, "fees", run=run["id"])]
    async with apps.client(NAME, "subscription_clerk") as clerk:
        made = await done(clerk, "/v1/invoice-proposals", "march", **INVOICES | {"fees": fees})
        path = f"/v1/invoice-proposals/{made['id']}"
        assert refusal(await say(clerk, f"{path}/post", "me"))[0] == httpx.codes.FORBIDDEN
        assert refusal(await say(clerk, f"{path}/lines/1/reprice", "me"))[0] == httpx.codes.FORBIDDEN
        await done(clerk, f"{path}/lines/1/remove", "one")
        await done(clerk, f"{path}/lines", "one", fee=fees[0])
        await done(clerk, f"{path}/submit", "now")
    assert refusal(await say(manager, f"{path}/post", "early"))[1] == "proposal_not_approved"
    await done(manager, f"{path}/reject", "no", reason="Too much")
    price = {"amount": "300.00", "currency": "EUR"}
    await done(manager, f"{path}/lines/3/reprice", "less", amount=price, reason="Agreed")
    await done(manager, f"{path}/submit", "again")
    await done(manager, f"{path}/approve", "yes")
    assert (await posted(manager, made["id"]))["net"]["amount"] == "610.00"


async def test_fees_are_adjusted_deleted_and_given_up(manager: httpx.AsyncClient, apps: Apps) -> None:
    """RED-01, RED-06, PCH-01, FEE-14, INV-06: each adjustment is a fee of its own."""
    subscription = await subscribed(manager, "one")
    days = {"from": "2026-03-01", "to": "2026-04-30"}
    run = await ran(apps, manager, "fee-runs", "spring", **RUN | {"days": days})
    fees = {fee["first"]: fee["id"] for fee in await items(manager, "fees", run=run["id"])}
    march, april = fees["2026-03-01"], fees["2026-04-01"]
    cut = {"from": "2026-03-22", "to": "2026-04-15"}
    await done(manager, f"/v1/subscriptions/{subscription}/reduce-days", "both", days=cut, reason="Closed")
    await done(manager, f"/v1/fees/{march}/change-price", "less", percentage="-50")
    refused = await say(manager, f"/v1/fees/{march}/change-price", "much", percentage="-51")
    assert refusal(refused)[1] == "net_negative"
    assert (await manager.get(f"/v1/fees/{march}")).json()["net"]["amount"] == "105.00"
    assert refusal(await say(manager, f"/v1/fees/{april}/delete", "no"))[1] == "fee_adjusted"
    await caught_up(apps)
    adjustments = await items(manager, "fees", adjusts=march)
    assert sorted(each["amount"] for each in adjustments) == ["-100.00", "-105.00"]
    made = await ran(apps, manager, "proposal-runs", "spring", **INVOICES)
    assert made["lines"] == 5
    (proposal,) = await items(manager, "invoice-proposals")
    assert (
        refusal(await say(manager, f"/v1/fees/{march}/change-price", "on it", percentage="1"))[1] == "fee_on_proposal"
    )
    await done(manager, f"/v1/invoice-proposals/{proposal['id']}/cancel", "no")
    await caught_up(apps)
    assert {fee["standing"] for fee in await items(manager, "fees", subscription=subscription)} == {"open"}
    other = await subscribed(manager, "two")
    second = await ran(apps, manager, "fee-runs", "march", **RUN)
    (fee,) = await items(manager, "fees", run=second["id"])
    await done(manager, f"/v1/fees/{fee['id']}/delete", "gone")
    third = await ran(apps, manager, "fee-runs", "march again", **RUN)
    (again,) = await items(manager, "fees", run=third["id"])
    assert (again["subscription"], again["cycle"]) == (other, 2)


async def test_funding_sources_are_invoiced_each_for_its_share(manager: httpx.AsyncClient, apps: Apps) -> None:
    """INV-04, INV-05, I33: 60 and 40 percent of 310.01; the second half of a fee is invoiced on its own."""
    odd = {"amount": "310.01", "currency": "EUR"}
    await subscribed(manager, "shared", project="SHARED", base_price=odd)
    await ran(apps, manager, "fee-runs", "march", **RUN)
    made = await ran(apps, manager, "proposal-runs", "march", **INVOICES)
    assert (made["proposals"], made["lines"]) == (2, 2)
    found = await items(manager, "invoice-proposals", run=made["id"])
    invoices = [await posted(manager, proposal["id"]) for proposal in found]
    assert {each["customer"]: each["net"]["amount"] for each in invoices} == {"C-1": "186.01", "C-2": "124.00"}
    assert [each["number"] for each in invoices] == ["INV-2026-000001", "INV-2026-000002"]
