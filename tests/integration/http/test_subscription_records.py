"""Period codes, groups, price rows and parameters over HTTP, on a real store."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.subscription_billing.main import SERVICE as BILLING
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears
from tests.integration.http.subscribed import NAME, done, opened, prepare, put, put_again, refusal, say
from tests.integration.http.subscribed import NEEDED as NEEDED

EUR = {"amount": "10.00", "currency": "EUR"}


@pytest.fixture
async def manager(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    await prepare(apps)
    async with apps.client(NAME, "service_manager") as client:
        yield client


async def test_a_code_is_defined_and_its_periods_are_generated_and_split(
    manager: httpx.AsyncClient, apps: Apps
) -> None:
    """PER-01, PER-03, PER-05."""
    code = {"name": "From the 31st", "unit": "month", "alignment": "anchored", "anchor": "2024-01-31"}
    answer = await put(manager, "period-codes/M31", **code)
    assert answer.json() | {"number": "M31", "state": "defined", "version": 1} == answer.json()
    days = {"from": "2024-01-31", "to": "2024-04-29"}
    path = "/v1/period-codes/M31"
    await done(manager, f"{path}/generate-periods", "once", days=days)
    early = await say(manager, f"{path}/split-period", "early", on="2024-04-10")
    assert early.status_code == httpx.codes.SERVICE_UNAVAILABLE, "a fee that was not heard of could be overlooked"
    await hears(apps, BILLING, NAME)
    await done(manager, f"{path}/split-period", "once", on="2024-04-10")
    shown = (await manager.get(path)).json()
    assert shown["anchor"] == "2024-01-31"
    assert [(period["from"], period["to"]) for period in shown["periods"]] == [
        ("2024-01-31", "2024-02-28"),
        ("2024-02-29", "2024-03-30"),
        ("2024-03-31", "2024-04-09"),
        ("2024-04-10", "2024-04-29"),
    ]
    gap = await say(manager, f"{path}/generate-periods", "gap", days={"from": "2025-01-01", "to": "2025-01-01"})
    assert refusal(gap) == (422, "period_gap", "/days")
    other = await put_again(manager, "period-codes/M31", **code | {"anchor": "2024-01-30"})
    assert refusal(other) == (409, "periods_generated", "")


BAD_DAYS: tuple[tuple[Any, str], ...] = (
    ({"from": "2026-02-01", "to": "2026-01-31"}, "period_reversed"),
    ({"from": "2026-02-30", "to": "2026-03-31"}, "invalid_date"),
    ({"from": "2026-02-01", "to": None}, "invalid_date"),
    ({"from": "2026-02-01"}, "missing"),
    ({"from": "2026-02-01", "to": "2026-02-02", "zone": "UTC"}, "unknown_field"),
    ("2026-02", "invalid_value"),
)


async def test_days_are_a_first_and_a_last_one(manager: httpx.AsyncClient) -> None:
    """Contracts 3."""
    path = "/v1/period-codes/MONTH/generate-periods"
    answers = [await say(manager, path, "bad", days=days) for days, _ in BAD_DAYS]
    assert [refusal(answer) for answer in answers] == [(422, code, "/days") for _, code in BAD_DAYS]


async def test_a_group_is_put_revised_and_retired(manager: httpx.AsyncClient, apps: Apps) -> None:
    """SGR-01, SGR-03, SGR-04."""
    yearly = {"name": "Yearly", "invoicing_code": "YEAR", "accrue_revenue": True}
    await put(manager, "subscription-groups/YEARLY", **yearly)
    await hears(apps, BILLING, NAME)
    shown = (await manager.get("/v1/subscription-groups/YEARLY")).json()
    assert (shown["accrual_code"], shown["state"]) == ("YEAR", "standing")
    by_week = await put_again(manager, "subscription-groups/YEARLY", **yearly | {"accrual_code": "WEEK"})
    assert refusal(by_week) == (422, "accrual_code_incompatible", "/accrual_code")
    by_month = await put_again(manager, "subscription-groups/YEARLY", **yearly | {"accrual_code": "MONTH"})
    assert by_month.status_code == httpx.codes.OK, by_month.text
    await hears(apps, BILLING, NAME)
    unknown = await put_again(manager, "subscription-groups/YEARLY", **yearly | {"invoicing_code": "NONE"})
    assert refusal(unknown) == (422, "unknown_reference", "/invoicing_code")
    await done(manager, "/v1/subscription-groups/CARE/retire", "once", reason="No longer offered")
    assert (await manager.get("/v1/subscription-groups/CARE")).json()["state"] == "retired"
    nobody = await say(manager, "/v1/subscriptions", "late", name="X", group="CARE", project="P-1", category="FEE")
    assert refusal(nobody) == (422, "inactive_reference", "/group")


async def test_a_week_accrues_by_weeks_where_the_parameters_say_so(manager: httpx.AsyncClient) -> None:
    """SGR-03, [?B1]."""
    weekly = {"name": "Weekly", "invoicing_code": "WEEK", "accrue_revenue": True}
    refused = await manager.put("/v1/subscription-groups/WEEKLY", json=weekly, headers={"if-none-match": "*"})
    assert refusal(refused) == (422, "accrual_code_incompatible", "/accrual_code")
    await put(manager, "subscription-parameters", week_accrues_by_week=True)
    await put(manager, "subscription-groups/WEEKLY", **weekly)
    shown = (await manager.get("/v1/subscription-parameters")).json()
    assert (shown["week_accrues_by_week"], shown["rounding_period"], shown["max_periods_per_run"]) == (True, "last", 36)


async def test_a_price_row_decides_the_price_of_what_is_opened_later(manager: httpx.AsyncClient, apps: Apps) -> None:
    """SPR-01 to SPR-04, SPR-06, SPR-A: the narrower row wins, and what is open keeps its price."""
    first = await opened(manager, "first")
    row = {"code": "MONTH", "effective_on": "2025-01-01", "project": "P-1"}
    await put(manager, "subscription-prices/NARROW", **row, price={"amount": "550.00", "currency": "EUR"})
    for key, other in (("YEARLY", {"code": "YEAR"}), ("LATER", {"effective_on": "2099-01-01"})):
        await put(manager, f"subscription-prices/{key}", **row | other, price={"amount": "9.00", "currency": "EUR"})
    await put(manager, "subscription-prices/USD", **row, price={"amount": "9.00", "currency": "USD"})
    await hears(apps, BILLING, NAME)
    second = await opened(manager, "second")
    await done(manager, "/v1/subscription-prices/NARROW/withdraw", "once", reason="Entered twice")
    await hears(apps, BILLING, NAME)
    third = await opened(manager, "third")
    prices = [(await manager.get(path)).json()["base_price"]["amount"] for path in (first, second, third)]
    assert prices == ["500.00", "550.00", "500.00"]


async def test_what_a_price_row_names_exists(manager: httpx.AsyncClient) -> None:
    """SPR-01, SPR-04."""
    row: dict[str, Any] = {"code": "MONTH", "effective_on": "2026-01-01", "price": EUR}
    bad: tuple[tuple[dict[str, Any], tuple[int, str, str]], ...] = (
        ({"code": "NONE"}, (422, "unknown_reference", "/code")),
        ({"project": "NONE"}, (422, "unknown_reference", "/project")),
        ({"price_group": "NONE"}, (422, "unknown_reference", "/price_group")),
        ({"category": "NONE"}, (422, "unknown_reference", "/category")),
        ({"subscription": "6f1c2a60-1111-4222-8333-666666666666"}, (422, "unknown_reference", "/subscription")),
        ({"project": "P-1", "price_group": "DEALERS"}, (422, "two_scopes", "/price_group")),
        ({"price": EUR | {"amount": "-0.01"}}, (422, "amount_negative", "/price")),
        ({"price": EUR | {"amount": "0.001"}}, (422, "too_many_decimals", "/price")),
    )
    headers = {"if-none-match": "*"}
    answers = [
        await manager.put("/v1/subscription-prices/BAD", json=row | change, headers=headers) for change, _ in bad
    ]
    assert [refusal(answer) for answer in answers] == [expected for _, expected in bad]
    await put(manager, "subscription-prices/GROUP", **row, price_group="DEALERS")


async def test_records_are_listed_page_by_page(manager: httpx.AsyncClient) -> None:
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        page = (
            await manager.get("/v1/period-codes", params={"limit": 1, **({"cursor": cursor} if cursor else {})})
        ).json()
        seen += [item["code"] for item in page["items"]]
        cursor = page["next"]
    assert (seen, cursor) == (["MONTH", "WEEK", "YEAR"], None)
    groups = (await manager.get("/v1/subscription-groups")).json()["items"]
    assert [(item["group"], item["version"], item["state"]) for item in groups] == [
        ("CARE", 1, "standing"),
        ("TYPED", 1, "standing"),
    ]
    assert [item["row"] for item in (await manager.get("/v1/subscription-prices")).json()["items"]] == ["ALL"]
