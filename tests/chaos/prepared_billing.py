"""What subscriptions are billed by, put before the load begins: projects, taxes, accounts, a calendar of months, a workflow."""

from collections.abc import Mapping
from typing import Any

from tests.chaos.prepared import person
from tests.chaos.system import System
from tests.support.workload import put_records

NAME = "subscription_billing"
ACCOUNTS: Mapping[str, str] = {
    "customer": "400000",
    "invoiced_revenue": "700000",
    "tax": "451000",
    "accrued_revenue_subscription": "701000",
    "wip_subscription": "490000",
}
_BILLED = {
    "name": "Billed",
    "type": "time_and_material",
    "customer": "C-1",
    "currency": "EUR",
    "line_property": "CHARGE",
}
RECORDS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("companies/main", {"name": "Fieldfact", "accounting_currency": "EUR", "time_zone": "UTC"}),
    ("customers/C-2", {"name": "Landlord"}),
    ("line-properties/CHARGE", {"name": "Charged", "chargeable": True}),
    ("tax-codes/VAT", {"name": "VAT", "rates": {"2021-01-01": "21"}}),
    ("tax-groups/HOME", {"name": "Home", "codes": ["VAT"]}),
    ("item-tax-groups/CARE", {"name": "Care", "codes": ["VAT"]}),
    ("contracts/SHARED", {"name": "Shared", "currency": "EUR", "funding": {"C-1": "60", "C-2": "40"}}),
    ("categories/CARE", {"name": "Care", "type": "fee", "tax_group": "CARE"}),
    ("projects/B-1", {**_BILLED, "tax_group": "HOME"}),
    ("projects/B-2", {**_BILLED, "contract": "SHARED"}),
    *((f"posting-profiles/{kind}", {"posting_type": kind, "account": account}) for kind, account in ACCOUNTS.items()),
)
"""B-1 is paid by its customer, with tax; B-2 by two, at 60 and 40 percent."""
DAYS = {"from": "2026-01-01", "to": "2027-12-31"}


async def prepare_billing(system: System, headers: Mapping[str, str]) -> None:
    """Puts everything; returns when the billing service has heard it."""
    async with person(system, headers, "reference") as reference:
        heard = await put_records(reference.client, RECORDS)
    async with person(system, headers, NAME) as billing:
        await billing.sees("/v1/subscriptions", heard)
        fresh = {"if-none-match": "*"}
        await billing.sets("PUT", "/v1/period-codes/MONTH", {"name": "Month", "unit": "month"}, fresh)
        await billing.sets("POST", "/v1/period-codes/MONTH/generate-periods", {"days": DAYS})
        await billing.sets("PUT", "/v1/subscription-parameters", {"proposal_workflow": True}, fresh)
