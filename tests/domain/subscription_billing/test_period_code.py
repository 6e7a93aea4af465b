"""Period codes and their calendars: PER-01 to PER-06."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.subscription_billing import PeriodSplit, PeriodUnit
from libs.rules.billing import Span
from services.subscription_billing.domain.period_code import (
    DefinePeriodCode,
    GeneratePeriods,
    SplitPeriod,
    period_code,
)
from tests.domain.subscription_billing.facts import code, days, generated
from tests.support.spec import specification

a_code = specification(period_code)
JANUARY, FEBRUARY, MARCH = (
    days("2026-01-01", "2026-01-31"),
    days("2026-02-01", "2026-02-28"),
    days("2026-03-01", "2026-03-31"),
)
THE_31ST = code("M31", anchor=date(2024, 1, 31))


def test_a_code_says_how_long_its_periods_are_and_where_they_begin() -> None:
    """PER-01, PER-06: of the calendar, or counted from a day of its own."""
    a_code.when(DefinePeriodCode(code())).then(code())
    a_code.when(DefinePeriodCode(THE_31ST)).then(THE_31ST)
    of_two_weeks = code("W2", "week", every=2, anchor=date(2026, 1, 5))
    a_code.when(DefinePeriodCode(of_two_weeks)).then(of_two_weeks)
    from_30_april = code("M31", anchor=date(2026, 4, 30), anchor_day=31)
    a_code.when(DefinePeriodCode(from_30_april)).then(from_30_april)


@pytest.mark.parametrize(
    ("terms", "reason", "field"),
    [
        (code(every=0), "invalid_number", "/every"),
        (code(every=367, anchor=date(2026, 1, 1)), "invalid_number", "/every"),
        (code(every=2), "anchor_required", "/every"),
        (code(anchor_day=31), "not_anchored", "/anchor"),
        (code(alignment="anchored"), "missing", "/anchor"),
        (code(anchor=date(2026, 1, 31), anchor_day=32), "invalid_number", "/anchor_day"),
        (code(anchor=date(2026, 1, 31), anchor_day=0), "invalid_number", "/anchor_day"),
        (code("W", "week", anchor=date(2026, 1, 5), anchor_day=5), "invalid_number", "/anchor_day"),
        (code(anchor=date(2026, 1, 15), anchor_day=31), "anchor_day_differs", "/anchor_day"),
    ],
)
def test_a_code_whose_borders_are_not_clear_is_refused(terms: object, reason: str, field: str) -> None:
    """PER-06."""
    a_code.when(DefinePeriodCode(terms)).then_refused("value", reason, field)  # type: ignore[arg-type]


def test_before_periods_are_generated_a_code_may_change_and_after_that_its_name_only() -> None:
    """PER-01: what was billed by a code stays explained by it."""
    a_code.given(code()).when(DefinePeriodCode(code("MONTH", "year"))).then(code("MONTH", "year"))
    in_use = a_code.given(code(), generated(JANUARY))
    in_use.when(DefinePeriodCode(code(name="Monthly"))).then(code(name="Monthly"))
    in_use.when(DefinePeriodCode(code("MONTH", "year"))).then_refused("state", "periods_generated")
    in_use.when(DefinePeriodCode(code())).then_refused("state", "nothing_to_change")


def test_whole_periods_are_generated_for_the_days_asked_for() -> None:
    """PER-01, PER-05."""
    defined = a_code.given(code())
    defined.when(GeneratePeriods(days("2026-01-15", "2026-02-10"))).then(generated(JANUARY, FEBRUARY))


def test_further_periods_follow_or_come_right_before_and_those_there_are_not_told_again() -> None:
    """PER-05: contiguous, without overlap."""
    january = a_code.given(code(), generated(JANUARY))
    january.when(GeneratePeriods(days("2026-01-01", "2026-02-28"))).then(generated(FEBRUARY))
    december = days("2025-12-01", "2025-12-31")
    january.when(GeneratePeriods(days("2025-12-31", "2025-12-31"))).then(generated(december))
    january.when(GeneratePeriods(days("2025-12-01", "2026-02-01"))).then(generated(december, FEBRUARY))
    january.when(GeneratePeriods(days("2026-01-05", "2026-01-09"))).then_refused("state", "nothing_to_change")


def test_a_gap_is_refused() -> None:
    """PER-05."""
    january = a_code.given(code(), generated(JANUARY))
    for asked in (days("2026-03-01", "2026-03-31"), days("2025-11-01", "2025-11-30")):
        january.when(GeneratePeriods(asked)).then_refused("value", "period_gap", "/days")


def test_a_generation_is_bounded_in_number_and_by_the_calendar() -> None:
    """PER-05: at most 500 periods, from 1990 to 2100."""
    by_day = a_code.given(code("DAY", "day"))
    first = date(2026, 1, 1)
    by_day.when(GeneratePeriods(Span.of(first, first + timedelta(days=499)))).then_accepted()
    by_day.when(GeneratePeriods(Span.of(first, first + timedelta(days=500)))).then_refused(
        "value", "too_many_periods", "/days"
    )
    by_week = a_code.given(code("WEEK", "week"))
    for asked in (days("1990-01-01", "1990-01-01"), days("2100-12-31", "2100-12-31")):
        expected = by_week.when(GeneratePeriods(asked))
        if asked.first.year == 1990:
            expected.then_accepted()  # 1 January 1990 was a Monday
        else:
            expected.then_refused("value", "outside_calendar", "/days")


def test_an_anchored_code_never_drifts() -> None:
    """PER-06: 31 January, 29 February, 31 March, 30 April (LG-SEQ-01), however often it is asked."""
    spans = (
        days("2024-01-31", "2024-02-28"),
        days("2024-02-29", "2024-03-30"),
        days("2024-03-31", "2024-04-29"),
    )
    once = a_code.given(THE_31ST)
    once.when(GeneratePeriods(days("2024-01-31", "2024-04-29"))).then(generated(*spans, key="M31"))
    for at, span in enumerate(spans):
        before = [generated(*spans[:at], key="M31")] if at else []
        a_code.given(THE_31ST, *before).when(GeneratePeriods(span)).then(generated(span, key="M31"))


def test_a_period_is_split_in_two() -> None:
    """PER-03: a week that crosses the end of a month."""
    week = days("2026-03-30", "2026-04-05")
    weeks = a_code.given(code("WEEK", "week"), generated(week, key="WEEK"))
    split = PeriodSplit(code="WEEK", period=week, second_starts_on=date(2026, 4, 1))
    after = weeks.when(SplitPeriod(date(2026, 4, 1), has_fees=False)).then(split)
    assert after.state.periods == (days("2026-03-30", "2026-03-31"), days("2026-04-01", "2026-04-05"))  # type: ignore[union-attr]
    after.when(SplitPeriod(date(2026, 4, 1), has_fees=False)).then_refused("value", "nothing_to_split", "/on")
    after.when(GeneratePeriods(days("2026-04-06", "2026-04-06"))).then(
        generated(days("2026-04-06", "2026-04-12"), key="WEEK")
    )


def test_a_period_with_a_fee_is_not_split_and_one_that_is_not_there_neither() -> None:
    """PER-03, PER-05."""
    january = a_code.given(code(), generated(JANUARY))
    january.when(SplitPeriod(date(2026, 1, 15), has_fees=True)).then_refused("state", "period_has_fees")
    january.when(SplitPeriod(date(2026, 2, 15), has_fees=False)).then_refused("state", "periods_not_generated")
    january.when(SplitPeriod(date(2026, 1, 1), has_fees=True)).then_refused("value", "nothing_to_split", "/on")


def test_a_code_that_is_not_defined_has_no_periods() -> None:
    for command in (GeneratePeriods(JANUARY), SplitPeriod(date(2026, 1, 15), has_fees=False)):
        a_code.when(command).then_not_allowed("absent", "define-period-code")


UNITS: tuple[PeriodUnit, ...] = ("day", "week", "month", "quarter", "year")


@given(
    st.sampled_from(UNITS),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.lists(st.integers(0, 300), min_size=1, max_size=4),
    st.lists(st.integers(0, 400), max_size=4),
)
def test_however_periods_are_generated_and_split_they_follow_each_other(
    unit: PeriodUnit, anchor: date, lengths: list[int], cuts: list[int]
) -> None:
    """PER-05, PER-03."""
    told = a_code.given(code("X", unit, anchor=anchor))
    first = anchor
    for length in lengths:
        outcome = told.when(GeneratePeriods(Span.of(first, first + timedelta(days=length))))
        told = outcome.before.given(*outcome.outcome) if isinstance(outcome.outcome, list) else told
        first = first + timedelta(days=length)
    for cut in cuts:
        split = told.when(SplitPeriod(anchor + timedelta(days=cut), has_fees=False))
        told = split.before.given(*split.outcome) if isinstance(split.outcome, list) else told
    periods = told.state.periods  # type: ignore[union-attr]
    assert periods
    assert all(one.until == other.first for one, other in pairwise(periods))
