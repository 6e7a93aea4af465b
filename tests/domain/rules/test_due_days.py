"""Due days: of the calendar, from a first day on, and never drifting."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.rules.due_days import Rhythm, latest_due

DAYS = st.dates(date(2023, 1, 1), date(2029, 12, 31))
RHYTHMS = st.builds(
    Rhythm,
    st.sampled_from(["daily", "weekly", "monthly"]),
    DAYS,
    weekday=st.integers(0, 6),
    day_of_month=st.integers(1, 31),
)
YEAR = [date(2024, 1, 1) + timedelta(days=number) for number in range(366)]


def is_due(rhythm: Rhythm, day: date) -> bool:
    """Said of one day alone: a monthly one is the day itself, or the month's last where the month has no such day."""
    if day < rhythm.starts_on:
        return False
    last_of_month = (day + timedelta(days=1)).month != day.month
    return {
        "daily": True,
        "weekly": day.weekday() == rhythm.weekday,
        "monthly": day.day == rhythm.day_of_month or (last_of_month and day.day < rhythm.day_of_month),
    }[rhythm.frequency]


@given(RHYTHMS, DAYS)
def test_the_latest_due_day_is_the_last_of_all_days_that_are_due(rhythm: Rhythm, today: date) -> None:
    """However long nobody looked: counted back day by day it is the same. Source: FEE-16, PER-06."""
    back = (today - timedelta(days=number) for number in range(32))
    assert latest_due(rhythm, today) == next((day for day in back if is_due(rhythm, day)), None)


@given(st.integers(1, 31))
def test_every_month_has_one_due_day_and_a_short_one_moves_none_after_it(day_of_month: int) -> None:
    """PER-06: whoever looks every day sees twelve days in a year, each the day wanted, or the last of its month."""
    rhythm = Rhythm("monthly", YEAR[0], day_of_month=day_of_month)
    seen = {due for today in YEAR if (due := latest_due(rhythm, today)) is not None}
    assert [day.month for day in sorted(seen)] == list(range(1, 13))
    assert all(day.day == day_of_month or is_due(rhythm, day) for day in seen)


@pytest.mark.parametrize(
    ("rhythm", "today", "due"),
    [
        (Rhythm("monthly", date(2024, 1, 31), day_of_month=31), date(2024, 2, 28), date(2024, 1, 31)),
        (Rhythm("monthly", date(2024, 1, 31), day_of_month=31), date(2024, 2, 29), date(2024, 2, 29)),
        (Rhythm("monthly", date(2024, 1, 31), day_of_month=31), date(2024, 3, 31), date(2024, 3, 31)),
        (Rhythm("monthly", date(2024, 2, 1), day_of_month=31), date(2024, 2, 28), None),
        (Rhythm("monthly", date(2024, 1, 1), day_of_month=15), date(2025, 1, 14), date(2024, 12, 15)),
        (Rhythm("weekly", date(2026, 1, 1), weekday=0), date(2026, 1, 4), None),
        (Rhythm("weekly", date(2026, 1, 1), weekday=0), date(2026, 1, 5), date(2026, 1, 5)),
        (Rhythm("weekly", date(2026, 1, 1), weekday=0), date(2026, 1, 11), date(2026, 1, 5)),
        (Rhythm("daily", date(2026, 1, 1)), date(2026, 1, 1), date(2026, 1, 1)),
        (Rhythm("daily", date(2026, 1, 1)), date(2025, 12, 31), None),
    ],
)
def test_due_days_by_example(rhythm: Rhythm, today: date, due: date | None) -> None:
    assert latest_due(rhythm, today) == due
