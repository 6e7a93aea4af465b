"""From the log of subscription billing to the reports: heard as stored, read by those who may."""

import pytest

from libs.kernel.decider import Decider
from libs.runtime.streams import Answer, Request
from services.reference.main import SERVICE as REFERENCE
from services.reporting.main import SERVICE as REPORTING
from services.subscription_billing.main import SERVICE as BILLING
from tests.domain.reporting import a_subscription as a
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears

NEEDED = (REFERENCE, BILLING, REPORTING)
LISTS = (
    *("subscription-transactions", "subscription-fees", "accrual-lines", "deferred-revenue", "invoice-journal"),
    *("trial-balance", "subscription-totals"),
)
SAYS: Decider[object, None, object] = Decider(None, lambda fact, _: [fact], lambda *_: None)
"""Stores what it is told."""


async def stored(apps: Apps) -> None:
    """The quarter of the worked example in the log of subscription billing, heard by reporting."""
    request = Request("tester", "story")
    for stream, fact in a.CHAIN:
        await apps.stores["subscription_billing"].execute(SAYS, stream, fact, request, lambda _: Answer(200, b"{}"))
    await hears(apps, REPORTING, "subscription_billing")


async def test_what_billing_stored_is_reported(apps: Apps) -> None:
    """SRP-01 to SRP-04: at the position that was heard, by whoever bills."""
    await stored(apps)
    async with apps.client("reporting", "subscription_clerk") as clerk:
        answers = {name: (await clerk.get(f"/v1/reports/{name}")).json() for name in LISTS}
    assert all(answer["items"] for answer in answers.values())
    last = answers["deferred-revenue"]["items"][-1]
    assert (last["month"], last["closing"]) == ("2026-10-01", {"amount": "6000.00", "currency": "EUR"})
    assert sum(answers["trial-balance"]["positions"]["subscription_billing"].values()) == len(a.CHAIN)


@pytest.mark.parametrize(
    ("role", "lists", "margins"),
    [
        ("service_manager", 200, 200),
        ("analyst", 200, 200),
        ("subscription_clerk", 200, 403),
        ("service", 200, 403),
        ("dispatcher", 403, 403),
        ("technician", 403, 403),
        ("customer", 403, 403),
    ],
)
async def test_who_reads_which(apps: Apps, role: str, lists: int, margins: int) -> None:
    """Source: security 6.3: margins are read as cost is."""
    async with apps.client("reporting", role) as client:
        found = {(await client.get(f"/v1/reports/{name}")).status_code for name in LISTS}
        margin = (await client.get("/v1/reports/subscription-margins")).status_code
    assert (found, margin) == ({lists}, margins)
