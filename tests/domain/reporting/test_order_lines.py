"""The view of order lines: what was expected, and beside it what the live transaction posted."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from libs.events.fact import Fact
from libs.events.order import OrderLinePosted
from libs.kernel.ids import natural_id
from libs.kernel.view import Row
from services.reporting.projections.order import order_line
from tests.domain.reporting.an_order import (
    EXPENSE,
    FEE,
    HOUR,
    LINES,
    ORDER,
    THE_HOURS,
    THE_WARRANTY,
    WARRANTY,
    added,
    canceled,
    canceled_line,
    created,
    failed,
    figures_of,
    folded,
    overridden,
    posted,
    reversal,
    revised_line,
)

THREE_HOURS = ("3", "40.00", "120.00", "75.00", "225.00")
TWO_HOURS = ("2", "40.00", "80.00", "75.00", "150.00")
NONE = (None, None, None, None, None)


def the_hours(*facts: Fact, at: datetime = datetime(2026, 3, 12, 12, tzinfo=UTC)) -> Row:
    return folded(order_line, [created(), THE_HOURS, *facts], at)[HOUR,]


def test_a_line_is_added_created() -> None:
    row = the_hours()
    assert (row["state"], row["type"], row["category"], row["worker"]) == ("created", "hour", "LABOUR", "W-1")
    assert (row["chargeable"], row["tax_groups"], row["posting_failure"]) == (True, "high local", None)
    assert (figures_of(row, "expected"), figures_of(row, "posted")) == (THREE_HOURS, NONE)


def test_every_line_is_a_row_of_its_own() -> None:
    rows = folded(order_line, [created(), *LINES])
    assert set(rows) == {(line,) for line in range(1, 6)}
    assert (rows[WARRANTY,]["chargeable"], rows[WARRANTY,]["line_property"]) == (False, "warranty")


def test_a_revision_replaces_the_line() -> None:
    row = the_hours(revised_line(HOUR, TWO_HOURS, worker="W-2", tax_groups=()))
    assert (figures_of(row, "expected"), row["worker"], row["tax_groups"]) == (TWO_HOURS, "W-2", "")


def test_prices_set_by_hand_leave_the_quantity() -> None:
    row = the_hours(overridden(HOUR, ("-", "30.00", "90.00", "60.00", "180.00")))
    assert figures_of(row, "expected") == ("3", "30.00", "90.00", "60.00", "180.00")
    assert row["worker"] == "W-1"


def test_a_canceled_line_keeps_what_was_expected_of_it() -> None:
    row = the_hours(canceled_line(HOUR))
    assert (row["state"], figures_of(row, "expected")) == ("canceled", THREE_HOURS)


def test_an_order_cancels_the_lines_that_it_names() -> None:
    rows = folded(order_line, [created(), *LINES, canceled(HOUR, FEE)])
    assert {line for (line,), row in rows.items() if row["state"] == "canceled"} == {HOUR, FEE}


def test_posting_sets_what_happened_beside_what_was_expected() -> None:
    late = posted(revised_line(HOUR, TWO_HOURS, worker="W-2"))
    row = the_hours(late, at=datetime(2026, 3, 12, 23, 59, tzinfo=UTC))
    assert (row["state"], row["worker"], row["posted_on"]) == ("posted", "W-2", date(2026, 3, 12))
    assert (row["posting_id"], row["posting_number"]) == (natural_id("posting", ORDER, 1), 1)
    assert row["transaction"] == late.transaction
    assert (figures_of(row, "expected"), figures_of(row, "posted")) == (THREE_HOURS, TWO_HOURS)


def adjustment(figures: tuple[str, str, str, str, str], **other: Any) -> list[OrderLinePosted]:
    """A second posting: the first taken back, another in its place."""
    return [reversal(posted(THE_HOURS), 2), posted(revised_line(HOUR, figures, **other), 2)]


@pytest.mark.parametrize("order", [1, -1], ids=["reversal first", "replacement first"])
def test_an_adjustment_makes_the_replacement_the_live_transaction(order: int) -> None:
    row = the_hours(posted(THE_HOURS), *adjustment(TWO_HOURS, chargeable=False)[::order])
    assert (row["state"], row["posting_number"], row["chargeable"]) == ("posted", 2, False)
    assert (figures_of(row, "expected"), figures_of(row, "posted")) == (THREE_HOURS, TWO_HOURS)


def test_a_second_adjustment_takes_back_the_first() -> None:
    first, second = adjustment(TWO_HOURS), posted(revised_line(HOUR, THREE_HOURS), 3)
    row = the_hours(posted(THE_HOURS), *first, reversal(first[1], 3), second)
    assert (figures_of(row, "posted"), row["transaction"]) == (THREE_HOURS, second.transaction)


def test_a_line_taken_back_without_replacement_stays_posted_at_nothing() -> None:
    row = the_hours(posted(THE_HOURS), reversal(posted(THE_HOURS), 2))
    assert (row["state"], figures_of(row, "posted")) == ("posted", ("0", "40.00", "0.00", "75.00", "0.00"))


def test_a_failed_posting_leaves_the_line_created_with_the_reason() -> None:
    assert the_hours(failed(HOUR)) == {**the_hours(), "posting_failure": "period_closed"}
    assert the_hours(failed(HOUR), posted(THE_HOURS))["posting_failure"] is None
    assert the_hours(failed(HOUR), revised_line(HOUR, TWO_HOURS))["posting_failure"] is None


def test_a_line_posted_without_having_been_added_has_no_plan() -> None:
    row = folded(order_line, [created(), posted(THE_WARRANTY)])[WARRANTY,]
    assert (row["state"], figures_of(row, "expected")) == ("posted", NONE)
    assert figures_of(row, "posted") == ("1", "40.00", "40.00", "75.00", "0.00")
    assert set(row) == set(the_hours())


@pytest.mark.parametrize(
    "fact", [canceled_line(EXPENSE), canceled(EXPENSE), failed(EXPENSE), overridden(EXPENSE, TWO_HOURS),
             reversal(posted(added(EXPENSE, TWO_HOURS)), 2)],
    ids=lambda fact: type(fact).__name__,
)  # fmt: skip
def test_what_is_said_of_a_line_that_nobody_added_changes_nothing(fact: Fact) -> None:
    assert folded(order_line, [created(), THE_HOURS, fact]) == folded(order_line, [created(), THE_HOURS])
