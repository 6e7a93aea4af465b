"""The margin of one order, from its first line to its last document. Source: MAR-01 to MAR-12."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from libs.events.fact import Fact
from libs.kernel.money import rounded_decimal
from services.reporting.projections.margin import groups, lines, totals
from services.reporting.projections.selection import BUCKETS, Selection
from services.reporting.projections.standing import Snapshot, snapshot
from tests.domain.reporting.an_order import (
    FEE,
    HOUR,
    LINES,
    ORDER,
    THE_HOURS,
    THE_WARRANTY,
    added,
    canceled_line,
    created,
    credit_note,
    invoice,
    posted,
    reversal,
)
from tests.integration.reporting.told import Told, heard

Bucket = tuple[str, str, str]
"""cost, sales and margin"""

NOTHING = ("0", "0", "0")
TWO_HOURS = added(HOUR, ("2", "40.00", "80.00", "75.00", "150.00"))
POSTED = [posted(line) for line in LINES]
ADJUSTED = [reversal(posted(THE_HOURS), 2), posted(TWO_HOURS, 2)]


@asynccontextmanager
async def after(url: str, *facts: Fact) -> AsyncIterator[Snapshot]:
    """What stands after these facts of the one order, each heard from whoever tells it."""
    told = Told()
    for fact in (created(), *LINES, *facts):
        told.append(ORDER, fact)
    async with heard(url, told) as store, snapshot(store) as state:
        yield state


async def buckets(url: str, *facts: Fact) -> dict[str, Bucket]:
    """Cost, sales and margin of every bucket and in all."""
    async with after(url, *facts) as state:
        (row,) = await state.rows(totals(Selection()))
    return {bucket: _bucket(row, bucket) for bucket in (*BUCKETS, "total")}


def _bucket(row: dict[str, Any], bucket: str) -> Bucket:
    cost, sales = row[f"{bucket}_cost"], row[f"{bucket}_sales"]
    return (str(cost), str(sales), str(sales - cost))


async def state_of_the_hours(url: str, *facts: Fact) -> tuple[Any, ...]:
    async with after(url, *facts) as state:
        row = next(row for row in await state.rows(lines(Selection(), None, 10)) if row["line"] == HOUR)
    shown = [row["state"], row["cost"], row["sales"], row["invoiced_sales"]]
    return (*(None if value is None else str(value) for value in shown), " ".join(row["invoice"] or []) or None)


async def test_the_worked_example(reporting_url: str) -> None:
    async with after(reporting_url) as state:
        (order,) = await state.rows(totals(Selection()))
        each = {row["line"]: row for row in await state.rows(lines(Selection(), None, 10))}
    assert _bucket(order, "total") == ("808.50", "968.90", "160.40")
    margin, sales = order["total_sales"] - order["total_cost"], order["total_sales"]
    assert str(rounded_decimal(100 * margin / sales, 2)) == "16.55"
    figures = ("cost", "sales", "margin", "margin_percent")
    assert {line: tuple(None if row[name] is None else str(row[name]) for name in figures) for line, row in each.items()} == {
        1: ("120.00", "225.00", "105.00", "46.67"),
        2: ("40.00", "0.00", "-40.00", None),
        3: ("30.50", "45.00", "14.50", "32.22"),
        4: ("618.00", "648.90", "30.90", "4.76"),
        5: ("0.00", "50.00", "50.00", "100.00"),
    }  # fmt: skip


async def test_a_canceled_fee_counts_no_more(reporting_url: str) -> None:
    found = await buckets(reporting_url, canceled_line(FEE))
    assert found == {
        "expected": ("808.50", "918.90", "110.40"),
        "posted": NOTHING,
        "invoiced": NOTHING,
        "total": ("808.50", "918.90", "110.40"),
    }


async def test_hours_posted_leave_the_rest_expected(reporting_url: str) -> None:
    found = await buckets(reporting_url, posted(THE_HOURS), posted(THE_WARRANTY))
    assert found == {
        "expected": ("648.50", "743.90", "95.40"),
        "posted": ("160.00", "225.00", "65.00"),
        "invoiced": NOTHING,
        "total": ("808.50", "968.90", "160.40"),
    }


async def test_an_invoice_moves_what_sells_and_leaves_what_does_not(reporting_url: str) -> None:
    chargeable = [(line.line, line.sales.amount) for line in LINES if line.chargeable]
    found = await buckets(reporting_url, *POSTED, invoice("INV-1", *chargeable))
    assert found == {
        "expected": NOTHING,
        "posted": ("40.00", "0.00", "-40.00"),
        "invoiced": ("768.50", "968.90", "200.40"),
        "total": ("808.50", "968.90", "160.40"),
    }


async def test_what_is_expected_may_be_invoiced_by_nobody(reporting_url: str) -> None:
    state = await state_of_the_hours(reporting_url, invoice("INV-1", (HOUR, "225.00")))
    assert state == ("expected", "120.00", "225.00", None, None)


async def test_between_an_adjustment_and_its_credit_note_a_line_is_posted(reporting_url: str) -> None:
    state = await state_of_the_hours(reporting_url, *POSTED, invoice("INV-1", (HOUR, "225.00")), *ADJUSTED)
    assert state == ("posted", "80.00", "150.00", "225.00", "INV-1")


async def test_the_credit_note_of_an_adjustment_makes_the_line_invoiced_again(reporting_url: str) -> None:
    issued = [invoice("INV-1", (HOUR, "225.00")), credit_note("CN-1", (HOUR, "75.00"), posting=2)]
    state = await state_of_the_hours(reporting_url, *POSTED, *ADJUSTED, *issued)
    assert state == ("invoiced", "80.00", "150.00", "150.00", "INV-1 CN-1")


async def test_the_order_in_which_the_two_publishers_are_heard_is_all_the_same(reporting_url: str) -> None:
    issued = [invoice("INV-1", (HOUR, "225.00")), credit_note("CN-1", (HOUR, "75.00"), posting=2)]
    state = await state_of_the_hours(reporting_url, *issued, *POSTED, *ADJUSTED)
    assert state == ("invoiced", "80.00", "150.00", "150.00", "INV-1 CN-1")


async def test_a_line_given_back_in_full_is_posted_again_with_its_cost(reporting_url: str) -> None:
    given_back = [invoice("INV-1", (HOUR, "225.00")), credit_note("CN-1", (HOUR, "225.00"))]
    state = await state_of_the_hours(reporting_url, *POSTED, *given_back)
    assert state == ("posted", "120.00", "225.00", "0.00", "INV-1 CN-1")


async def test_a_line_given_back_in_part_is_not_fully_invoiced(reporting_url: str) -> None:
    given_back = [invoice("INV-1", (HOUR, "225.00")), credit_note("CN-1", (HOUR, "75.00"))]
    assert (await state_of_the_hours(reporting_url, *POSTED, *given_back))[0] == "posted"


async def test_a_line_adjusted_to_nothing_is_posted_when_all_was_given_back(reporting_url: str) -> None:
    free = added(HOUR, ("3", "40.00", "120.00", "75.00", "0.00"), chargeable=False)
    issued = [invoice("INV-1", (HOUR, "225.00")), credit_note("CN-1", (HOUR, "225.00"), posting=2)]
    adjusted = [reversal(posted(THE_HOURS), 2), posted(free, 2)]
    state = await state_of_the_hours(reporting_url, *POSTED, *adjusted, *issued)
    assert state == ("posted", "120.00", "0.00", "0.00", "INV-1 CN-1")


async def test_a_line_that_earns_below_zero_is_invoiced_by_a_credit_note(reporting_url: str) -> None:
    returned = added(HOUR, ("-1", "40.00", "-40.00", "75.00", "-75.00"))
    state = await state_of_the_hours(reporting_url, posted(returned), credit_note("CN-1", (HOUR, "75.00")))
    assert state == ("invoiced", "-40.00", "-75.00", "-75.00", "CN-1")


async def test_planned_stands_beside_actual(reporting_url: str) -> None:
    async with after(reporting_url, posted(THE_HOURS), *ADJUSTED) as state:
        row = (await state.rows(lines(Selection(), None, 1)))[0]
    actual = tuple(str(row[name]) for name in ("quantity", "unit_cost", "cost", "unit_price", "sales"))
    assert actual == ("2", "40.00", "80.00", "75.00", "150.00")
    assert tuple(str(row[f"planned_{name}"]) for name in ("quantity", "cost", "sales")) == ("3", "120.00", "225.00")


async def test_groups_without_a_key_have_a_row_too(reporting_url: str) -> None:
    async with after(reporting_url) as state:
        found = await state.rows(groups(Selection(), "worker", None, 10))
    assert [(row["key"], row["total_lines"], str(row["total_cost"])) for row in found] == [
        ("", 2, "30.50"),
        ("W-1", 3, "778.00"),
    ]
