"""GET /v1/reports/margin-lines: every column, every page, at every instant, as JSON and as CSV."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from libs.events.reference import CustomerRecorded
from libs.kernel.ids import natural_id
from tests.component.reporting.conftest import Asked
from tests.component.reporting.two_orders import FIRST, LINES_PATH, SECOND
from tests.domain.reporting.an_order import (
    AGREEMENT,
    HOUR,
    ORDER,
    THE_HOURS,
    added,
    created,
    invoice,
    posted,
    reversal,
)
from tests.integration.reporting.told import Told

EUR = {"currency": "EUR"}
THE_LINE = {
    "order": ORDER,
    "number": "SO-000123",
    "service_date": "2026-03-10",
    "progress": "in_process",
    "agreement": AGREEMENT,
    "project": "P-77",
    "project_name": None,
    "customer": "C-1001",
    "customer_name": "=Jansen",
    "line": 1,
    "type": "hour",
    "category": "LABOUR",
    "category_name": None,
    "worker": "W-1",
    "worker_name": "An",
    "item": None,
    "object": None,
    "task": None,
    "quantity": "3",
    "unit_cost": "40.00",
    "cost": {"amount": "120.00", **EUR},
    "unit_price": "75.00",
    "sales": {"amount": "225.00", **EUR},
    "margin": {"amount": "105.00", **EUR},
    "margin_percent": "46.67",
    "currency": "EUR",
    "chargeable": True,
    "state": "invoiced",
    "transaction": posted(THE_HOURS).transaction,
    "posted_on": "2026-03-12",
    "invoice": ["INV-1"],
    "invoiced_on": "2026-03-20",
    "invoiced_sales": {"amount": "225.00", **EUR},
    "planned": {
        "quantity": "3",
        "cost": {"amount": "120.00", **EUR},
        "sales": {"amount": "225.00", **EUR},
    },
}


async def test_a_line_as_it_looks(reports_after: Asked, told: Told) -> None:
    async with reports_after(told) as client:
        answer = (await client.get(LINES_PATH, params={"limit": 1})).json()
    assert answer["items"] == [THE_LINE]
    assert (answer["parked"], answer["as_of"]) == (False, None)
    heard = {source: max(partitions.values()) for source, partitions in answer["positions"].items()}
    assert heard == {"order": 10, "invoicing": 1, "reference": 2, "agreement": 0, "subscription_billing": 0}
    assert {len(partitions) for partitions in answer["positions"].values()} == {12}


@pytest.mark.parametrize("limit", [1, 2, 4, 6, 1000])
async def test_pages_join_without_a_seam(reports_after: Asked, told: Told, limit: int) -> None:
    found, cursor, pages = list[tuple[str, int]](), None, 0
    async with reports_after(told) as client:
        while pages == 0 or cursor is not None:
            answer = await client.get(LINES_PATH, params={"limit": limit} | ({"cursor": cursor} if cursor else {}))
            found += [(item["number"], item["line"]) for item in answer.json()["items"]]
            cursor, pages = answer.json()["next"], pages + 1
    assert found == FIRST + SECOND
    assert pages == -(-6 // limit)


async def test_as_of_an_instant_all_sides_are_of_that_instant(reports_after: Asked) -> None:
    told = Told()
    begun = told.append(ORDER, created(), THE_HOURS)
    told.append(natural_id("customer", "C-1001"), CustomerRecorded(customer="C-1001", name="Old"))
    before = told.append(ORDER, posted(THE_HOURS))
    told.append(ORDER, invoice("INV-1", (HOUR, "225.00")))
    told.append(natural_id("customer", "C-1001"), CustomerRecorded(customer="C-1001", name="New"))
    last = told.append(
        ORDER, reversal(posted(THE_HOURS), 2), posted(added(HOUR, ("2", "40", "80.00", "75", "150.00")), 2)
    )
    shown = []
    async with reports_after(told) as client:
        for instant in (begun, before, last - timedelta(microseconds=1), last):
            answer = (await client.get(LINES_PATH, params={"as_of": instant.isoformat()})).json()
            assert answer["as_of"] == instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
            shown += [(item["state"], item["sales"]["amount"], item["customer_name"]) for item in answer["items"]]
        unborn = (
            await client.get(LINES_PATH, params={"as_of": (begun - timedelta(microseconds=1)).isoformat()})
        ).json()
    assert shown == [
        ("expected", "225.00", None),
        ("posted", "225.00", "Old"),
        ("invoiced", "225.00", "New"),
        ("posted", "150.00", "New"),
    ]
    assert unborn["items"] == []


async def test_csv_has_numbers_as_numbers_and_no_formula(reports_after: Asked, told: Told) -> None:
    instant = datetime(2026, 12, 31, tzinfo=UTC)
    params: dict[str, str | int] = {"limit": 2, "as_of": instant.isoformat()}
    async with reports_after(told) as client:
        answer = await client.get(LINES_PATH, params=params, headers={"accept": "text/csv"})
        as_json = (await client.get(LINES_PATH, params=params)).json()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    hours, warranty = csv.DictReader(io.StringIO(answer.text))
    assert (hours["customer_name"], hours["cost"], hours["margin_percent"]) == ("'=Jansen", "120.00", "46.67")
    assert (warranty["margin"], warranty["margin_percent"], warranty["chargeable"]) == ("-40.00", "", "false")
    assert (hours["planned_sales"], hours["invoice"], hours["currency"]) == ("225.00", "INV-1", "EUR")
    assert answer.headers["next-cursor"] == as_json["next"]
    assert (answer.headers["parked"], answer.headers["as-of"]) == ("false", "2026-12-31T00:00:00Z")
    positions = [text.split(".") for text in answer.headers["position"].split(", ")]
    assert {(source, partition, int(position)) for source, partition, position in positions} == {
        (source, partition, position)
        for source, partitions in as_json["positions"].items()
        for partition, position in partitions.items()
    }
