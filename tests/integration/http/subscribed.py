"""What tests of subscriptions stand on: reference records, a calendar of months, groups and a price row."""

from typing import Any

import httpx

from services.agreement.main import SERVICE as AGREEMENT
from services.reference.main import SERVICE as REFERENCE
from services.subscription_billing.main import SERVICE as BILLING
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears
from tests.support.workload import RECORDS

NEEDED = (REFERENCE, AGREEMENT, BILLING)
NAME = "subscription_billing"
SAYS: dict[str, Any] = {"name": "Cooling care", "group": "CARE", "project": "P-1", "category": "FEE"}
"""A subscription in a group that draws numbers, at the price found: 500 euros a month."""
MORE_RECORDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("price-groups/DEALERS", {"name": "Dealers"}),
    ("companies/main", {"name": "Fieldfact", "accounting_currency": "EUR", "time_zone": "Europe/Brussels"}),
    ("projects/FIXED", {"name": "Fixed", "type": "fixed_price", "customer": "C-1", "currency": "EUR"}),
    (
        "projects/TOKYO",
        {
            "name": "Tokyo",
            "type": "time_and_material",
            "customer": "C-1",
            "currency": "JPY",
            "time_zone": "Asia/Tokyo",
        },
    ),
)


async def put(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    answer = await client.put(f"/v1/{path}", json=body, headers={"if-none-match": "*"})
    assert answer.status_code == httpx.codes.CREATED, f"{path}: {answer.text}"
    return answer


async def put_again(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    """Put over what stands."""
    tag = (await client.get(f"/v1/{path}")).headers["etag"]
    return await client.put(f"/v1/{path}", json=body, headers={"if-match": tag})


async def say(client: httpx.AsyncClient, path: str, key: str, **body: Any) -> httpx.Response:
    return await client.post(path, json=body, headers={"idempotency-key": f"{path} {key}"})


async def done(client: httpx.AsyncClient, path: str, key: str, **body: Any) -> Any:
    answer = await say(client, path, key, **body)
    assert answer.is_success, f"{path}: {answer.text}"
    return answer.json()


async def opened(client: httpx.AsyncClient, key: str = "subscription", **said: Any) -> str:
    """The path of a draft."""
    answer = await say(client, "/v1/subscriptions", key, **SAYS | said)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return str(answer.headers["location"])


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, the rule's own code, and the field to blame."""
    problem = answer.json()
    code = problem.get("reason") or problem["error_code"]
    return answer.status_code, code, problem.get("errors", [{}])[0].get("pointer", "")


async def prepare(apps: Apps) -> None:
    """Everything is recorded and heard: months and weeks of 2026, a group that draws numbers and one that does not."""
    async with apps.client("reference", "service_manager") as reference:
        for path, body in (*RECORDS, *MORE_RECORDS):
            await put(reference, path, **body)
    await hears(apps, AGREEMENT, "reference")
    await hears(apps, BILLING, "reference")
    async with apps.client(NAME, "service_manager") as client:
        for code, unit in (("MONTH", "month"), ("WEEK", "week"), ("YEAR", "year")):
            await put(client, f"period-codes/{code}", name=code.title(), unit=unit)
            days = {"from": "2025-01-01", "to": "2027-12-31"}
            await done(client, f"/v1/period-codes/{code}/generate-periods", "first", days=days)
        await put(client, "subscription-groups/CARE", name="Care", invoicing_code="MONTH", number_sequence="SUB")
        await put(client, "subscription-groups/TYPED", name="Typed", invoicing_code="MONTH")
        row = {"code": "MONTH", "effective_on": "2025-01-01", "price": {"amount": "500.00", "currency": "EUR"}}
        await put(client, "subscription-prices/ALL", **row)
    await hears(apps, BILLING, NAME)
