"""Which version counts on a day: AGR-08, SLA-01."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from libs.rules.effective import in_force

JANUARY, MARCH, JULY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 7, 1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Version:
    name: str
    effective_on: date


FIRST, SECOND = Version("first", MARCH), Version("second", JULY)


def test_a_version_counts_from_its_day_on_until_the_next() -> None:
    days = (MARCH - DAY, MARCH, JULY - DAY, JULY, date(2100, 12, 31))
    assert [in_force([FIRST, SECOND], day) for day in days] == [None, FIRST, FIRST, SECOND, SECOND]
    assert in_force([], JULY) is None


def test_a_version_recorded_later_for_an_earlier_day_does_not_touch_the_later_one() -> None:
    late = Version("late", JANUARY)
    assert [in_force([FIRST, SECOND, late], day) for day in (JANUARY, MARCH, JULY)] == [late, FIRST, SECOND]


def test_of_two_versions_for_a_day_the_last_recorded_counts() -> None:
    again = Version("again", MARCH)
    assert in_force([FIRST, SECOND, again], MARCH) is again
    assert in_force([again, FIRST], MARCH) is FIRST


@given(st.lists(st.integers(0, 9)), st.integers(0, 9))
def test_it_is_what_sorting_by_day_and_record_would_find(offsets: list[int], day: int) -> None:
    versions = [Version(str(n), JANUARY + offset * DAY) for n, offset in enumerate(offsets)]
    on = JANUARY + day * DAY
    by_day = sorted((one for one in versions if one.effective_on <= on), key=lambda one: one.effective_on)
    assert in_force(versions, on) == (by_day[-1] if by_day else None)
