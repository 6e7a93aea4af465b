"""What may no longer change once fees exist, over HTTP on a real store; and two who want the same at once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.integration.http.billing import MARCH, caught_up, items, posted, prepare_billing, ran, subscribed
from tests.integration.http.conftest import Apps
from tests.integration.http.subscribed import NAME, SAYS, done, put_again, refusal, say
from tests.integration.http.subscribed import NEEDED as NEEDED

RUN: dict[str, Any] = {"kind": "regular", "code": "MONTH", "days": MARCH}


@pytest.fixture
async def manager(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    await prepare_billing(apps)
    async with apps.client(NAME, "service_manager") as client:
        yield client


async def test_a_fee_holds_its_period_and_what_its_subscription_is(manager: httpx.AsyncClient, apps: Apps) -> None:
    """PER-03, SUB-08, SUB-09, LIF-02: and the next fee begins after it (SUB-04)."""
    path = f"/v1/subscriptions/{await subscribed(manager, 'one')}"
    await caught_up(apps)
    assert (await ran(apps, manager, "fee-runs", "march", **RUN))["created"] == 1
    await caught_up(apps)
    split = "/v1/period-codes/MONTH/split-period"
    assert refusal(await say(manager, split, "march", on="2026-03-10")) == (409, "period_has_fees", "")
    await done(manager, split, "april", on="2026-04-10")
    assert refusal(await say(manager, f"{path}/delete", "late")) == (409, "has_fees", "")
    dollars = await say(manager, f"{path}/change-currency", "late", currency="USD")
    assert refusal(dollars) == (409, "currency_frozen", "")
    earlier = await say(manager, f"{path}/set-term", "earlier", starts_on=None, ends_on="2026-03-30")
    assert refusal(earlier) == (409, "already_billed", "")
    await done(manager, f"{path}/set-term", "exact", starts_on="2026-03-01", ends_on="2026-03-31")
    shown = (await manager.get(path)).json()
    assert (shown["start_date"], shown["latest_end"], shown["next_start"]) == ("2026-03-01", "2026-03-31", "2026-04-01")
    (listed,) = (await manager.get("/v1/subscriptions")).json()["items"]
    assert (listed["start_date"], listed["latest_end"]) == ("2026-03-01", "2026-03-31")


async def test_after_the_first_invoice_a_group_keeps_its_invoicing_code(manager: httpx.AsyncClient, apps: Apps) -> None:
    """SGR-05: a fee that is not invoiced does not hold it; the parameter lets it go."""
    path = f"/v1/subscriptions/{await subscribed(manager, 'one')}"
    group = (await manager.get(path)).json()["group"]
    await caught_up(apps)
    run = await ran(apps, manager, "fee-runs", "march", **RUN)
    await caught_up(apps)
    terms = {"name": "Changed", "invoicing_code": "QUARTER"}
    back = {"name": "Back", "invoicing_code": "MONTH"}
    for body in (terms, back):
        free = await put_again(manager, f"subscription-groups/{group}", **body)
        assert free.status_code == httpx.codes.OK, free.text
        await caught_up(apps)
    (fee,) = await items(manager, "fees", run=run["id"])
    asked = {"method": "invoices", "invoice_date": "2026-03-05", "fees": [fee["id"]]}
    proposal = await done(manager, "/v1/invoice-proposals", "march", **asked)
    await posted(manager, proposal["id"])
    await caught_up(apps)
    locked = await put_again(manager, f"subscription-groups/{group}", **terms)
    assert refusal(locked) == (409, "frequency_locked", "")
    await put_again(manager, "subscription-parameters", frequency_locked_after_invoice=False)
    await caught_up(apps)
    unlocked = await put_again(manager, f"subscription-groups/{group}", **terms)
    assert unlocked.status_code == httpx.codes.OK, unlocked.text


async def test_of_two_who_type_the_same_number_at_once_one_gets_it(manager: httpx.AsyncClient) -> None:
    """SUB-01, contracts 4: the others came later, or a moment earlier than what stands."""
    asked = SAYS | {"group": "TYPED", "number": "HALL-1"}
    answers = await asyncio.gather(*(say(manager, "/v1/subscriptions", f"{each}", **asked) for each in range(5)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [httpx.codes.CREATED, *[httpx.codes.CONFLICT] * 4]
    assert {refusal(answer)[1] for answer in answers if answer.is_error} <= {"number_taken", "time_goes_back"}


async def test_of_two_who_cancel_at_once_one_does(manager: httpx.AsyncClient) -> None:
    """STM-025."""
    path = f"/v1/subscriptions/{await subscribed(manager, 'one')}/cancel"
    body = {"on": "2026-03-02", "mode": "immediate"}
    answers = await asyncio.gather(*(say(manager, path, f"{each}", **body) for each in range(4)))
    assert sorted(answer.status_code for answer in answers) == [httpx.codes.OK, *[httpx.codes.CONFLICT] * 3]
