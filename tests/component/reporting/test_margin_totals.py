"""GET /v1/reports/margin-totals: groups, their buckets, and totals that are the sum of all groups."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import httpx
import pytest

from libs.kernel.ids import natural_id
from services.reporting.projections.margin import By
from tests.component.reporting.conftest import Asked
from tests.component.reporting.two_orders import OTHER, TOTALS_PATH
from tests.domain.reporting.an_order import AGREEMENT, ORDER, added, created
from tests.integration.reporting.told import Told

LAST_DAY = natural_id("order", "SO-000125")


def bucket(lines: int, cost: str, sales: str, margin: str, percent: str | None) -> dict[str, Any]:
    amounts = {"cost": cost, "sales": sales, "margin": margin}
    money = {name: {"amount": amount, "currency": "EUR"} for name, amount in amounts.items()}
    return {"lines": lines, **money, "margin_percent": percent}


THE_ORDER = {
    "expected": bucket(3, "648.50", "743.90", "95.40", "12.82"),
    "posted": bucket(1, "40.00", "0.00", "-40.00", None),
    "invoiced": bucket(1, "120.00", "225.00", "105.00", "46.67"),
    "total": bucket(5, "808.50", "968.90", "160.40", "16.55"),
}


async def totals_of(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    answer = await client.get(TOTALS_PATH, params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_order_with_its_buckets(reports_after: Asked, told: Told) -> None:
    async with reports_after(told) as client:
        answer = await totals_of(client, by="order", currency="EUR")
    assert answer["by"] == "order"
    assert answer["items"] == [{"key": ORDER, "name": "SO-000123", "currency": "EUR", **THE_ORDER}]
    assert answer["totals"] == [{"currency": "EUR", **THE_ORDER}]
    assert (answer["next"], answer["parked"], answer["as_of"]) == (None, False, None)
    assert set(answer["positions"]) == {"order", "invoicing", "reference", "agreement", "subscription_billing"}


KEYS: dict[By, list[tuple[str | None, str | None, str, int]]] = {
    "order": [(ORDER, "SO-000123", "EUR", 5), (OTHER, "SO-000124", "JPY", 1)],
    "project": [("P-77", None, "EUR", 5), ("P-78", None, "JPY", 1)],
    "customer": [(None, None, "JPY", 1), ("C-1001", "=Jansen", "EUR", 5)],
    "agreement": [(None, None, "JPY", 1), (AGREEMENT, None, "EUR", 5)],
    "worker": [(None, None, "EUR", 2), (None, None, "JPY", 1), ("W-1", "An", "EUR", 3)],
    "category": [
        (None, None, "EUR", 1),
        ("CALL-OUT", None, "EUR", 1),
        ("LABOUR", None, "EUR", 2),
        ("LABOUR", None, "JPY", 1),
        ("TRAVEL", None, "EUR", 1),
    ],
    "type": [
        ("expense", None, "EUR", 1),
        ("fee", None, "EUR", 1),
        ("hour", None, "EUR", 2),
        ("hour", None, "JPY", 1),
        ("item", None, "EUR", 1),
    ],
    "state": [
        ("expected", None, "EUR", 3),
        ("expected", None, "JPY", 1),
        ("invoiced", None, "EUR", 1),
        ("posted", None, "EUR", 1),
    ],
    "month": [("2026-03", None, "EUR", 5), ("2026-04", None, "JPY", 1)],
    "none": [(None, None, "EUR", 5), (None, None, "JPY", 1)],
}


async def test_every_way_to_group(reports_after: Asked, told: Told) -> None:
    assert set(KEYS) == set(get_args(By))
    async with reports_after(told) as client:
        answers = {by: await totals_of(client, by=by) for by in KEYS}
    found = {
        by: [(item["key"], item["name"], item["currency"], item["total"]["lines"]) for item in answer["items"]]
        for by, answer in answers.items()
    }
    assert found == KEYS
    for answer in answers.values():
        assert {each["currency"]: each["total"]["lines"] for each in answer["totals"]} == {"EUR": 5, "JPY": 1}


@pytest.mark.parametrize("by", ["order", "worker", "category", "month"])
async def test_pages_join_and_each_tells_the_totals_of_all(reports_after: Asked, told: Told, by: By) -> None:
    found, cursor = list[Any](), None
    async with reports_after(told) as client:
        whole = await totals_of(client, by=by)
        while not found or cursor is not None:
            answer = await totals_of(client, by=by, limit=1, **({"cursor": cursor} if cursor else {}))
            assert answer["totals"] == whole["totals"]
            assert len(answer["items"]) == 1
            found, cursor = found + answer["items"], answer["next"]
    assert found == whole["items"]


async def test_a_selection_holds_for_groups_and_totals_alike(reports_after: Asked, told: Told) -> None:
    async with reports_after(told) as client:
        answer = await totals_of(client, by="worker", basis="expected", currency="EUR")
    assert [item["total"]["cost"]["amount"] for item in answer["items"]] == ["30.50", "618.00"]
    assert [each["total"] for each in answer["totals"]] == [THE_ORDER["expected"]]
    nothing = answer["items"][0]["invoiced"]
    assert nothing == bucket(0, "0.00", "0.00", "0.00", None)


async def test_nothing_selected_adds_up_to_nothing(reports_after: Asked, told: Told) -> None:
    async with reports_after(told) as client:
        answer = await totals_of(client, by="order", customer="C-9999")
    assert (answer["items"], answer["totals"]) == ([], [])


async def test_the_last_day_of_a_month_belongs_to_it(reports_after: Asked) -> None:
    told = Told()
    last_day = created("SO-000125", service_date=date(2026, 4, 30))
    told.append(LAST_DAY, last_day, added(1, ("1", "1", "1.00", "3", "3.00")))
    async with reports_after(told) as client:
        (item,) = (await totals_of(client, by="month"))["items"]
    assert (item["key"], item["total"]["margin_percent"]) == ("2026-04", "66.67")


async def test_an_unknown_grouping_is_refused(reports_after: Asked, told: Told) -> None:
    async with reports_after(told) as client:
        answer = await client.get(TOTALS_PATH, params={"by": "colour"})
    assert (answer.status_code, answer.json()["error_code"]) == (422, "invalid_value")


async def test_csv_adds_up_to_the_totals(reports_after: Asked, told: Told) -> None:
    async with reports_after(told) as client:
        answer = await client.get(
            TOTALS_PATH, params={"by": "worker", "currency": "EUR"}, headers={"accept": "text/csv"}
        )
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["key"], row["name"], row["total_lines"]) for row in rows] == [("", "", "2"), ("W-1", "An", "3")]
    assert sum(Decimal(row["total_margin"]) for row in rows) == Decimal("160.40")
    assert [row["posted_margin_percent"] for row in rows] == ["", ""]
    assert "next-cursor" not in answer.headers
