"""GET /v1/reports/margin-lines: every column, every selection, every page."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from libs.events.reference import CustomerRecorded, WorkerRecorded
from libs.kernel.ids import natural_id
from tests.component.reporting.conftest import Asked
from tests.domain.reporting.an_order import (
    AGREEMENT,
    EXPENSE,
    FEE,
    HOUR,
    ITEM,
    LINES,
    NOON,
    ORDER,
    THE_HOURS,
    THE_WARRANTY,
    WARRANTY,
    added,
    created,
    credit_note,
    invoice,
    posted,
    reversal,
)
from tests.integration.reporting.told import Told

PATH = "/v1/reports/margin-lines"
OTHER = natural_id("order", "SO-000124")
POSTED_ON, ISSUED_ON = date(2026, 3, 12), date(2026, 3, 20)
NAMES = (CustomerRecorded(customer="C-1001", name="=Jansen"), WorkerRecorded(worker="W-1", name="An"))


@pytest.fixture
def told() -> Told:
    """The worked example with hours posted, the chargeable ones invoiced, and another order for nobody in April."""
    told = Told()
    for fact in NAMES:
        told.append(natural_id("name", fact.wire()), fact)
    told.append(ORDER, created(), *LINES)
    told.append(ORDER, posted(THE_HOURS), posted(THE_WARRANTY), occurred_at=NOON)
    told.append(ORDER, invoice("INV-1", (HOUR, "225.00"), on=ISSUED_ON))
    free = added(1, ("0", "0", "0.00", "0", "0.00"), chargeable=False, worker=None)
    other = created(
        "SO-000124", service_date=date(2026, 4, 1), customer=None, agreement=None, project="P-78", currency="JPY"
    )
    told.append(OTHER, other, free)
    return told


async def lines_of(client: httpx.AsyncClient, **asked: Any) -> list[tuple[str, int]]:
    answer = await client.get(PATH, params=asked)
    assert answer.status_code == 200, answer.text
    return [(item["number"], item["line"]) for item in answer.json()["items"]]


FIRST = [("SO-000123", line) for line in (HOUR, WARRANTY, ITEM, EXPENSE, FEE)]
SECOND = [("SO-000124", 1)]
POSTED = [FIRST[0], FIRST[1]]


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
        answer = (await client.get(PATH, params={"limit": 1})).json()
    assert answer["items"] == [THE_LINE]
    assert (answer["parked"], answer["as_of"]) == (False, None)
    heard = {source: max(partitions.values()) for source, partitions in answer["positions"].items()}
    assert heard == {"order": 10, "invoicing": 1, "reference": 2}
    assert {len(partitions) for partitions in answer["positions"].values()} == {12}


SELECTIONS: list[tuple[dict[str, Any], list[tuple[str, int]]]] = [
    ({}, FIRST + SECOND),
    ({"basis": "all"}, FIRST + SECOND),
    ({"basis": "expected"}, FIRST[2:] + SECOND),
    ({"basis": "posted"}, [FIRST[1]]),
    ({"basis": "invoiced"}, [FIRST[0]]),
    ({"order": ORDER}, FIRST),
    ({"number": "SO-000124"}, SECOND),
    ({"agreement": AGREEMENT.upper()}, FIRST),
    ({"project": "P-78"}, SECOND),
    ({"customer": "C-1001"}, FIRST),
    ({"type": "fee"}, [FIRST[4]]),
    ({"worker": "W-1"}, [FIRST[0], FIRST[1], FIRST[3]]),
    ({"category": "TRAVEL"}, [FIRST[3]]),
    ({"currency": "JPY"}, SECOND),
    ({"include_non_chargeable": "false"}, [line for line in FIRST if line != FIRST[1]]),
    ({"skip_zero": "true"}, FIRST),
    ({"order_date_from": "2026-03-11"}, SECOND),
    ({"order_date_from": "2026-03-10", "order_date_to": "2026-03-10"}, FIRST),
    ({"order_date_to": "2026-03-09"}, []),
    ({"posting_date_from": "2026-03-12", "posting_date_to": "2026-03-12"}, POSTED),
    ({"posting_date_from": "2026-03-13"}, []),
    ({"posting_date_to": "2026-03-11"}, []),
    ({"invoice_date_from": "2026-03-20", "invoice_date_to": "2026-03-20"}, [FIRST[0]]),
    ({"invoice_date_from": "2026-03-21"}, []),
    ({"invoice_date_to": "2026-03-19"}, []),
    ({"worker": "W-1", "basis": "posted", "customer": "C-1001"}, [FIRST[1]]),
    ({"customer": "C-9999"}, []),
]  # fmt: skip


async def test_what_is_selected(reports_after: Asked, told: Told) -> None:
    async with reports_after(told) as client:
        found = [await lines_of(client, **asked) for asked, _ in SELECTIONS]
    assert found == [expected for _, expected in SELECTIONS]


async def test_the_invoice_date_of_a_line_is_that_of_its_last_document(reports_after: Asked, told: Told) -> None:
    told.append(ORDER, credit_note("CN-1", (HOUR, "75.00"), on=date(2026, 4, 2)))
    async with reports_after(told) as client:
        assert await lines_of(client, invoice_date_to="2026-03-31") == []
        assert await lines_of(client, invoice_date_from="2026-04-01") == [FIRST[0]]


@pytest.mark.parametrize("limit", [1, 2, 4, 6, 1000])
async def test_pages_join_without_a_seam(reports_after: Asked, told: Told, limit: int) -> None:
    found, cursor, pages = list[tuple[str, int]](), None, 0
    async with reports_after(told) as client:
        while pages == 0 or cursor is not None:
            answer = await client.get(PATH, params={"limit": limit} | ({"cursor": cursor} if cursor else {}))
            found += [(item["number"], item["line"]) for item in answer.json()["items"]]
            cursor, pages = answer.json()["next"], pages + 1
    assert found == FIRST + SECOND
    assert pages == -(-6 // limit)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"colour": "red"}, "unknown_parameter"),
    ({"basis": "Posted"}, "invalid_value"),
    ({"sense": "occurred"}, "invalid_value"),
    ({"as_of": "2026-03-12"}, "invalid_instant"),
    ({"as_of": "2026-03-12T12:00:00"}, "invalid_instant"),
    ({"order_date_from": "2026-02-30"}, "invalid_date"),
    ({"posting_date_from": "2026-03-02", "posting_date_to": "2026-03-01"}, "period_reversed"),
    ({"order": "SO-000123"}, "invalid_id"),
    ({"customer": ""}, "blank"),
    ({"customer": "C-1001; drop table"}, "forbidden_character"),
    ({"type": "fees"}, "invalid_value"),
    ({"currency": "XXX"}, "currency_unknown"),
    ({"skip_zero": "yes"}, "invalid_value"),
    ({"skip_zero": "1"}, "invalid_value"),
    ({"limit": 0}, "page_size_range"),
    ({"limit": 1001}, "page_size_range"),
]


async def test_what_is_refused(reports_after: Asked, told: Told) -> None:
    async with reports_after(told) as client:
        answers = [await client.get(PATH, params=asked) for asked, _ in REFUSED]
    assert [(answer.status_code, answer.json()["error_code"]) for answer in answers] == [
        (422, code) for _, code in REFUSED
    ]


async def test_a_cursor_fits_the_list_that_gave_it_and_no_other(reports_after: Asked, told: Told) -> None:
    async with reports_after(told) as client:
        cursor = (await client.get(PATH, params={"limit": 1})).json()["next"]
        for asked in ({"basis": "posted"}, {"as_of": "2026-03-12T12:00:00Z"}):
            answer = await client.get(PATH, params={**asked, "cursor": cursor})
            assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_cursor")
        totals = await client.get("/v1/reports/margin-totals", params={"cursor": cursor})
        assert totals.json()["error_code"] == "invalid_cursor"


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
            answer = (await client.get(PATH, params={"as_of": instant.isoformat()})).json()
            assert answer["as_of"] == instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
            shown += [(item["state"], item["sales"]["amount"], item["customer_name"]) for item in answer["items"]]
        unborn = (await client.get(PATH, params={"as_of": (begun - timedelta(microseconds=1)).isoformat()})).json()
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
        answer = await client.get(PATH, params=params, headers={"accept": "text/csv"})
        as_json = (await client.get(PATH, params=params)).json()
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
