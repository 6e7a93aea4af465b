"""What tests of billing stand on: a project that is charged for, its contract, taxes and accounts; runs done at once."""

from typing import Any

import httpx

from libs.runtime import clock
from services.subscription_billing.application.runs import go_on
from services.subscription_billing.main import SERVICE as BILLING
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears
from tests.integration.http.subscribed import NAME, done, opened, prepare, put

ACCOUNTS = {
    "customer": "400000",
    "invoiced_revenue": "700000",
    "tax": "451000",
    "accrued_revenue_subscription": "701000",
    "wip_subscription": "490000",
}
RECORDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("customers/C-2", {"name": "Landlord"}),
    ("line-properties/CHARGE", {"name": "Charged", "chargeable": True}),
    ("tax-codes/VAT", {"name": "VAT", "rates": {"2021-01-01": "21"}}),
    ("tax-groups/HOME", {"name": "Home", "codes": ["VAT"]}),
    ("item-tax-groups/SERVICE", {"name": "Service", "codes": ["VAT"]}),
    ("contracts/CT-1", {"name": "Care", "currency": "EUR", "funding": {"C-1": "100"}, "tax_group": "HOME"}),
    ("contracts/CT-2", {"name": "Shared", "currency": "EUR", "funding": {"C-1": "60", "C-2": "40"}}),
    ("categories/SUBFEE", {"name": "Subscription", "type": "fee", "tax_group": "SERVICE"}),
    (
        "ledger-periods/2024",
        {"starts_on": "2024-01-01", "ends_on": "2024-12-31", "closed": True},
    ),
)
PROJECT = {"type": "time_and_material", "customer": "C-1", "currency": "EUR", "line_property": "CHARGE"}
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


RUN: dict[str, Any] = {"kind": "regular", "code": "MONTH", "days": MARCH}
QUARTER: dict[str, Any] = {"kind": "regular", "code": "QUARTER", "days": {"from": "2026-01-01", "to": "2026-03-31"}}
INVOICES: dict[str, Any] = {"method": "invoices", "invoice_date": "2026-03-05"}


async def prepare_billing(apps: Apps) -> None:
    """Everything is recorded and heard; the groups CARE, which does not accrue, and EARNED, which does by months."""
    await prepare(apps)
    async with apps.client("reference", "service_manager") as reference:
        for path, body in RECORDS:
            await put(reference, path, **body)
        for project, contract in (("BILLED", "CT-1"), ("SHARED", "CT-2")):
            await put(reference, f"projects/{project}", name=project, contract=contract, **PROJECT)
        for kind, account in ACCOUNTS.items():
            await put(reference, f"posting-profiles/{kind}", posting_type=kind, account=account)
    await hears(apps, BILLING, "reference")
    async with apps.client(NAME, "service_manager") as client:
        quarter = {"from": "2025-01-01", "to": "2027-12-31"}
        await put(client, "period-codes/QUARTER", name="Quarter", unit="quarter")
        await done(client, "/v1/period-codes/QUARTER/generate-periods", "first", days=quarter)
        await put(
            client,
            "subscription-groups/EARNED",
            name="Earned",
            invoicing_code="QUARTER",
            accrue_revenue=True,
            accrual_code="MONTH",
            number_sequence="EARN",
        )


async def subscribed(client: httpx.AsyncClient, name: str, **said: Any) -> str:
    """The id of an active subscription at 310 euros a month, on the project that is charged for."""
    given: dict[str, Any] = {
        "project": "BILLED",
        "category": "SUBFEE",
        "base_price": {"amount": "310.00", "currency": "EUR"},
    }
    path = await opened(client, name, **given | said)
    await done(client, f"{path}/activate", name)
    return path.rpartition("/")[2]


async def ran(apps: Apps, client: httpx.AsyncClient, runs: str, key: str, **asked: Any) -> Any:
    """A run as it stands when it is over."""
    await caught_up(apps)
    run = await done(client, f"/v1/{runs}", key, **asked)
    for _ in range(20):
        await caught_up(apps)
        await go_on(apps.stores[NAME], clock.now())
        found = (await client.get(f"/v1/{runs}/{run['id']}")).json()
        if found["state"] == "completed":
            await caught_up(apps)
            return found
    raise AssertionError(f"{runs} do not end")


async def caught_up(apps: Apps) -> None:
    """The service's views have seen all of its facts."""
    await hears(apps, BILLING, NAME)


async def items(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    """A page of a list."""
    answer = await client.get(f"/v1/{path}", params=query)
    assert answer.status_code == httpx.codes.OK, answer.text
    return answer.json()["items"]


async def posted(client: httpx.AsyncClient, proposal: str, key: str = "post", **said: Any) -> Any:
    """The document that a proposal became."""
    answer = await done(client, f"/v1/invoice-proposals/{proposal}/post", f"{key} {proposal}", **said)
    return (await client.get(f"/v1/invoices/{answer['document']['id']}")).json()
