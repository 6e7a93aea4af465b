"""What the margin reports select, and what they refuse to be asked. Source: MAR-04."""

from datetime import date
from typing import Any

from tests.component.reporting.conftest import Asked
from tests.component.reporting.two_orders import FIRST, LINES_PATH, SECOND, TOTALS_PATH, lines_of
from tests.domain.reporting.an_order import (
    AGREEMENT,
    HOUR,
    ORDER,
    credit_note,
)
from tests.integration.reporting.told import Told

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
    ({"posting_date_from": "2026-03-12", "posting_date_to": "2026-03-12"}, FIRST[:2]),
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


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"colour": "red"}, "unknown_parameter"),
    ({"basis": "Posted"}, "invalid_value"),
    ({"sense": "imagined"}, "invalid_value"),
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
        answers = [await client.get(LINES_PATH, params=asked) for asked, _ in REFUSED]
    assert [(answer.status_code, answer.json()["error_code"]) for answer in answers] == [
        (422, code) for _, code in REFUSED
    ]


async def test_a_cursor_fits_the_list_that_gave_it_and_no_other(reports_after: Asked, told: Told) -> None:
    async with reports_after(told) as client:
        cursor = (await client.get(LINES_PATH, params={"limit": 1})).json()["next"]
        for asked in ({"basis": "posted"}, {"as_of": "2026-03-12T12:00:00Z"}):
            answer = await client.get(LINES_PATH, params={**asked, "cursor": cursor})
            assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_cursor")
        totals = await client.get(TOTALS_PATH, params={"cursor": cursor})
        assert totals.json()["error_code"] == "invalid_cursor"
