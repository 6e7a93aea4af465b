"""Period codes and their calendars: PER-01 to PER-07, SUB-04, SGR-03."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.decider import Rejected
from libs.rules.billing import PeriodCalendar, PeriodCode, Span, Unit, local_day, may_accrue, suggested_start
from tests.domain.rules.billing.sums import CODES, DAYS, MONTH_ENDS, SPANS, day, months, span, written

UNITS: tuple[Unit, ...] = ("year", "quarter", "month", "week", "day")


@pytest.mark.parametrize(
    ("code", "on", "current", "following"),
    [
        (PeriodCode("month"), "2024-02-15", ("2024-02-01", "2024-02-29"), ("2024-03-01", "2024-03-31")),
        (PeriodCode("quarter"), "2024-06-30", ("2024-04-01", "2024-06-30"), ("2024-07-01", "2024-09-30")),
        (PeriodCode("year"), "2024-12-31", ("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31")),
        (PeriodCode("week"), "2022-03-06", ("2022-02-28", "2022-03-06"), ("2022-03-07", "2022-03-13")),
        (PeriodCode("day"), "2024-02-29", ("2024-02-29", "2024-02-29"), ("2024-03-01", "2024-03-01")),
        (PeriodCode("month", 2), "2024-04-30", ("2024-03-01", "2024-04-30"), ("2024-05-01", "2024-06-30")),
        (PeriodCode("month", 1, day("2019-04-30")), "2020-02-29", ("2020-02-29", "2020-03-29"), None),
        (PeriodCode("week", 2, day("2021-02-02")), "2021-02-16", ("2021-02-16", "2021-03-01"), None),
        (PeriodCode("year", 1, day("2020-02-29")), "2024-02-29", ("2024-02-29", "2025-02-27"), None),
        (PeriodCode("quarter", 1, day("2011-02-24"), 10), "2011-05-09", ("2011-02-10", "2011-05-09"), None),
    ],
)
def test_the_current_and_the_next_period_of_a_day(
    code: PeriodCode, on: str, current: tuple[str, str], following: tuple[str, str] | None
) -> None:
    """PER-01, PER-06: of the calendar, or anchored; ISO weeks begin on Monday."""
    assert written([code.containing(day(on))]) == [current]
    if following:
        assert written([code.following(day(on))]) == [following]


@pytest.mark.parametrize(
    ("anchor", "borders"),
    [
        ("2024-01-31", ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),  # PO-SEQ-01
        ("2024-01-30", ["2024-01-30", "2024-02-29", "2024-03-30", "2024-04-30"]),  # LG-SEQ-02
        ("2025-01-29", ["2025-01-29", "2025-02-28", "2025-03-29", "2025-04-29"]),
    ],
)
def test_a_border_clamped_by_a_short_month_comes_back(anchor: str, borders: list[str]) -> None:
    """PER-06, 5.1: never drifting."""
    assert [str(PeriodCode("month", 1, day(anchor)).boundary(k)) for k in range(4)] == borders


def test_a_year_from_29_february_is_28_february_in_common_years() -> None:
    """PER-06, 5.1: and 29 February again in leap years."""
    code = PeriodCode("year", 1, day("2024-02-29"))
    assert [str(code.boundary(k)) for k in range(5)] == [
        "2024-02-29",
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]


def test_an_anchor_day_is_kept_by_an_anchor_in_a_short_month() -> None:
    """PER-06, PO-SEQ-02: the anchor day is a value of its own."""
    code = PeriodCode("month", 1, day("2026-02-28"), 31)
    assert [str(code.boundary(k)) for k in range(-1, 3)] == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]


@pytest.mark.parametrize(("count", "anchor_day"), [(0, 0), (-1, 0), (1, 32), (1, -1)])
def test_a_code_has_a_length_and_a_day_that_months_have(count: int, anchor_day: int) -> None:
    """PER-01, PER-06."""
    with pytest.raises(ValueError, match=r"a period has|a day of the month"):
        PeriodCode("month", count, anchor_day=anchor_day)


@given(CODES, st.integers(-200, 200), st.integers(1, 31))
def test_a_border_depends_on_anchor_and_number_only(code: PeriodCode, k: int, anchor_day: int) -> None:
    """PER-06, 5.9 (10): whichever month a code of months is anchored in, its borders are the same."""
    if code.anchor == date.min or code.unit in ("day", "week"):
        return
    one = PeriodCode(code.unit, code.count, code.anchor, anchor_day)
    other = PeriodCode(code.unit, code.count, one.boundary(7), anchor_day)
    assert one.boundary(k + 7) == other.boundary(k)


@given(CODES, DAYS | MONTH_ENDS)
def test_every_day_has_one_period(code: PeriodCode, on: date) -> None:
    """PER-05: and the one before ends the day before it."""
    current = code.containing(on)
    assert on in current
    assert code.containing(current.first) == code.containing(current.last) == current
    assert code.following(on).first == current.until
    assert code.containing(current.first - timedelta(days=1)).until == current.first
    assert code.border_from(on) in (on, current.until)


@given(CODES, SPANS)
def test_generated_periods_are_contiguous_and_cover_what_was_asked(code: PeriodCode, asked: Span) -> None:
    """PER-01, PER-05."""
    calendar = PeriodCalendar.generated(code, asked)
    assert all(one.until == other.first for one, other in pairwise(calendar.periods))
    assert calendar.missing(asked) == ()
    assert all(period.intersection(asked) for period in calendar.periods)
    pieces = calendar.cut(asked)
    assert sum(piece.days for piece, _ in pieces) == asked.days
    assert all(period.intersection(asked) == piece for piece, period in pieces)


def test_a_gap_and_an_overlap_are_no_calendar() -> None:
    """PER-05."""
    for other in (span("2024-02-02", "2024-02-29"), span("2024-01-31", "2024-02-29")):
        with pytest.raises(ValueError, match="without gap or overlap"):
            PeriodCalendar((span("2024-01-01", "2024-01-31"), other))


def test_periods_are_added_on_both_sides_and_once() -> None:
    """PER-01, PER-05."""
    march = months("2024-03-01", "2024-03-31")
    whole = months("2024-01-01", "2024-05-31")
    assert march.joined(whole.periods) == whole
    assert whole.joined(march.periods) == whole
    assert PeriodCalendar().joined(march.periods) == march
    with pytest.raises(ValueError, match="without gap"):
        march.joined(months("2024-05-01", "2024-05-31").periods)


def test_a_period_is_split_in_two() -> None:
    """PER-03: the week that crosses the end of a month."""
    weeks = PeriodCalendar.generated(PeriodCode("week"), span("2026-06-22", "2026-07-12"))
    assert written(weeks.split(day("2026-07-01")).periods) == [
        ("2026-06-22", "2026-06-28"),
        ("2026-06-29", "2026-06-30"),
        ("2026-07-01", "2026-07-05"),
        ("2026-07-06", "2026-07-12"),
    ]
    for border in ("2026-06-29", "2026-06-22", "2026-07-13", "2026-06-21"):
        with pytest.raises(ValueError, match="does not lie inside"):
            weeks.split(day(border))


def test_days_without_periods_are_refused_and_named() -> None:
    """PER-02, PER-05, [?B12]."""
    with pytest.raises(Rejected, match="2023-12-31 to 2023-12-31, 2024-04-01 to 2024-04-02") as refusal:
        months("2024-01-01", "2024-03-31").demand(span("2023-12-31", "2024-04-02"))
    assert (refusal.value.kind, refusal.value.reason) == ("state", "periods_not_generated")
    with pytest.raises(Rejected, match="no periods are generated"):
        PeriodCalendar().demand(span("2024-01-01", "2024-01-01"))


@pytest.mark.parametrize(("first", "last"), [("2024-01-02", "2024-01-31"), ("2024-01-01", "2024-02-28")])
def test_whole_periods_begin_and_end_at_borders(first: str, last: str) -> None:
    """PER-04, FEE-01."""
    calendar = months("2024-01-01", "2024-03-31")
    calendar.demand_borders(span("2024-01-01", "2024-02-29"))
    with pytest.raises(Rejected, match="are not whole periods") as refusal:
        calendar.demand_borders(span(first, last))
    assert refusal.value.reason == "period_mismatch"


def test_the_first_fee_begins_with_the_current_period_and_the_next_the_day_after_the_last() -> None:
    """SUB-04, [?B3]."""
    calendar = months("2024-01-01", "2024-03-31")
    today = day("2024-02-15")
    billed = [span("2024-02-01", "2024-02-29"), span("2024-01-01", "2024-01-31")]
    assert suggested_start(calendar, [], today) == day("2024-02-01")
    assert suggested_start(calendar, billed, today) == day("2024-03-01")
    assert suggested_start(PeriodCalendar(), [], today) is None
    assert (calendar.following(today), calendar.following(day("2024-03-31"))) == (
        span("2024-03-01", "2024-03-31"),
        None,
    )


MATRIX = {
    "year": "year quarter month day",
    "quarter": "quarter month day",
    "month": "month day",
    "week": "day",
    "day": "day",
}


@pytest.mark.parametrize(("invoicing", "accrual"), list(product(UNITS, UNITS)))
def test_accrual_periods_nest_in_invoicing_periods(invoicing: Unit, accrual: Unit) -> None:
    """SGR-03, AX-ACC-08, [?B1]: week in week by the flag only, and nothing else by it."""
    allowed = accrual in MATRIX[invoicing].split()
    assert may_accrue(invoicing, accrual) == allowed
    assert may_accrue(invoicing, accrual, week_by_week=True) == (allowed or invoicing == accrual == "week")


@pytest.mark.parametrize(
    ("zone", "on"), [("UTC", "2012-07-16"), ("Asia/Tokyo", "2012-07-17"), ("America/Los_Angeles", "2012-07-16")]
)
def test_a_day_is_that_of_the_customer(zone: str, on: str) -> None:
    """PER-07, KB-TZ-05."""
    assert local_day(datetime(2012, 7, 16, 21, 17, 3, tzinfo=UTC), zone) == day(on)
