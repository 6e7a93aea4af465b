"""Periods: both ends included outside, half-open inside."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.period import Period

FIRST, LAST = date(2012, 1, 1), date(2012, 12, 31)
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
PERIODS = st.builds(
    lambda first, days: Period(first, None if days is None else first + timedelta(days=days)),
    DAYS,
    st.none() | st.integers(1, 800),
)


def test_both_ends_belong_to_a_closed_period() -> None:
    year = Period.closed(FIRST, LAST)
    assert (year.first, year.until, year.last, year.days) == (FIRST, date(2013, 1, 1), LAST, 366)
    assert [day in year for day in (date(2011, 12, 31), FIRST, LAST, date(2013, 1, 1))] == [False, True, True, False]


def test_from_and_to_on_one_day_is_one_day() -> None:
    day = Period.closed(FIRST, FIRST)
    assert (day.days, day.last, FIRST in day, FIRST + timedelta(days=1) in day) == (1, FIRST, True, False)


def test_a_period_may_have_no_end() -> None:
    ever = Period.closed(FIRST, None)
    assert (ever.until, ever.last, ever.days) == (None, None, None)
    assert date(2100, 12, 31) in ever
    assert date(2011, 12, 31) not in ever


@pytest.mark.parametrize("until", [FIRST, FIRST - timedelta(days=1)])
def test_a_period_has_at_least_one_day(until: date) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Period(FIRST, until)


def test_a_period_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Period.closed(FIRST, FIRST - timedelta(days=1))


@pytest.mark.parametrize(
    ("other", "both"),
    [
        ((date(2012, 11, 1), date(2013, 2, 1)), (date(2012, 11, 1), LAST)),  # GEN-03, data 1
        ((date(2011, 6, 1), date(2012, 1, 1)), (FIRST, FIRST)),
        ((date(2012, 3, 1), date(2012, 3, 31)), (date(2012, 3, 1), date(2012, 3, 31))),
        ((date(2012, 12, 31), None), (LAST, LAST)),
        ((date(2000, 1, 1), None), (FIRST, LAST)),
        ((date(2013, 1, 1), None), None),
        ((date(2011, 1, 1), date(2011, 12, 31)), None),
    ],
)
def test_what_belongs_to_both(other: tuple[date, date | None], both: tuple[date, date | None] | None) -> None:
    year, expected = Period.closed(FIRST, LAST), both and Period.closed(*both)
    assert year.intersection(Period.closed(*other)) == expected
    assert Period.closed(*other).intersection(year) == expected


def test_two_periods_without_an_end_have_none_in_common() -> None:
    assert Period(FIRST, None).intersection(Period(LAST, None)) == Period(LAST, None)


@given(PERIODS, PERIODS, DAYS)
def test_a_day_belongs_to_the_intersection_when_it_belongs_to_both(one: Period, other: Period, day: date) -> None:
    both = one.intersection(other)
    assert (both is not None and day in both) == (day in one and day in other)


@given(PERIODS)
def test_a_period_is_what_its_days_are(period: Period) -> None:
    assert Period.closed(period.first, period.last) == period
    assert period.first in period
    assert period.first - timedelta(days=1) not in period
    assert period.intersection(period) == period
    if period.until is not None and period.last is not None:
        assert period.last in period
        assert period.until not in period
        assert period.days == (period.last - period.first).days + 1
