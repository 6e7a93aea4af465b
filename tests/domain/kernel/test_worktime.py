"""Working calendars: windows as they are written, versions, summer time, cut-off and working days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from libs.kernel.worktime import (
    ALWAYS_OPEN,
    DAY,
    CalendarVersion,
    Span,
    Window,
    WorkCalendar,
    second_of_day,
    window,
    windows,
)

OFFICE = windows([("08:00", "12:00"), ("13:00", "17:00")])
FIVE_DAYS = (OFFICE,) * 5 + ((), ())
BRUSSELS = ZoneInfo("Europe/Brussels")


def version(
    weekly: tuple[tuple[Window, ...], ...] = FIVE_DAYS,
    number: int = 1,
    valid_from: date = date(2026, 1, 1),
    zone: str = "Europe/Brussels",
    exceptions: dict[date, tuple[Window, ...]] | None = None,
) -> CalendarVersion:
    return CalendarVersion(number, valid_from, zone, weekly, exceptions or {})


def calendar(*versions: CalendarVersion) -> WorkCalendar:
    return WorkCalendar("office", versions)


def brussels(month: int, day: int, hour: int = 0, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BRUSSELS, fold=fold).astimezone(UTC)


OPEN_OFFICE = calendar(version())


def test_a_window_is_written_in_hours_and_minutes() -> None:
    assert window("08:00", "12:30") == (28_800, 45_000)
    assert window("00:00", "24:00") == (0, DAY)
    assert second_of_day("16:00") == 57_600


@pytest.mark.parametrize(
    "text", ["24:01", "25:00", "8:00", "08:60", "08", "08:00:00", "23:59:59", "", "-1:00", "٠٨:٠٠"]
)
def test_a_time_of_day_is_written_one_way(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time of day written HH:MM"):
        second_of_day(text)


def test_a_window_that_ends_at_midnight_closes_at_24() -> None:
    with pytest.raises(ValueError, match="the end of the day is 24:00"):
        window("18:00", "00:00")


@pytest.mark.parametrize(("opening", "closing"), [("12:00", "08:00"), ("08:00", "08:00"), ("22:00", "06:00")])
def test_a_window_opens_before_it_closes(opening: str, closing: str) -> None:
    with pytest.raises(ValueError, match="split what passes midnight"):
        window(opening, closing)


def test_windows_of_a_day_touch_and_do_not_overlap() -> None:
    assert windows([("13:00", "17:00"), ("08:00", "13:00")]) == (window("08:00", "13:00"), window("13:00", "17:00"))
    with pytest.raises(ValueError, match="two windows of a day overlap"):
        windows([("08:00", "13:00"), ("12:59", "17:00")])


def test_a_calendar_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="seven days"):
        version(FIVE_DAYS[:6])
    for bad in ((-1, 5), (5, DAY + 1), (9, 9)):
        with pytest.raises(ValueError, match="opens before it closes"):
            version(exceptions={date(2026, 5, 1): (bad,)})
    for zone in ("Europe/Atlantis", "", "../Brussels", "Europe", "x" * 300):
        with pytest.raises(ValueError, match="unknown time zone"):
            version(zone=zone)
    with pytest.raises(ValueError, match="at least one version"):
        calendar()


def test_an_instant_has_an_offset() -> None:
    with pytest.raises(TypeError):
        OPEN_OFFICE.open_seconds(datetime(2026, 3, 4, 9), datetime(2026, 3, 4, 10))  # noqa: DTZ001


def test_parts_of_a_second_are_cut() -> None:
    nine, later = brussels(3, 4, 9), brussels(3, 4, 9) + timedelta(seconds=10, microseconds=999_999)
    assert OPEN_OFFICE.open_seconds(nine, later) == 10
    assert OPEN_OFFICE.after(later, 5) == nine + timedelta(seconds=15)
    assert ALWAYS_OPEN.open_seconds(
        datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC), nine.replace(year=1970)
    ) == ((nine.replace(year=1970) - datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)) // timedelta(seconds=1))


def test_time_used_up_at_closing_ends_at_closing() -> None:
    assert OPEN_OFFICE.after(brussels(3, 4, 8), 4 * 3600) == brussels(3, 4, 12)
    assert OPEN_OFFICE.after(brussels(3, 4, 8), 4 * 3600 + 1) == brussels(3, 4, 13) + timedelta(seconds=1)
    assert OPEN_OFFICE.after(brussels(3, 6, 8), 8 * 3600) == brussels(3, 6, 17)


def test_no_time_at_all_ends_at_the_next_opening() -> None:
    assert OPEN_OFFICE.after(brussels(3, 7, 10), 0) == OPEN_OFFICE.next_open(brussels(3, 7, 10)) == brussels(3, 9, 8)
    assert OPEN_OFFICE.after(brussels(3, 9, 12), 0) == brussels(3, 9, 13)
    assert OPEN_OFFICE.after(brussels(3, 9, 9), 0) == brussels(3, 9, 9)
    with pytest.raises(ValueError, match="not taken away"):
        OPEN_OFFICE.after(brussels(3, 9), -1)


def test_a_calendar_that_never_opens_has_no_next_opening() -> None:
    shut = calendar(version(((),) * 7))
    assert (shut.next_open(brussels(3, 4)), shut.after(brussels(3, 4), 1)) == (None, None)
    assert shut.working_days_after(brussels(3, 4), 1, end_of_day=True) is None
    once = calendar(version(((),) * 7, exceptions={date(2026, 5, 1): OFFICE}))
    assert once.after(brussels(3, 4), 8 * 3600) == brussels(5, 1, 17)
    assert once.after(brussels(3, 4), 8 * 3600 + 1) is None
    assert once.working_days_after(brussels(3, 4), 1, end_of_day=False) is None


def test_the_hour_left_out_in_spring_is_not_open() -> None:
    night = calendar(version((windows([("00:00", "08:00")]),) * 7))
    assert night.open_seconds(brussels(3, 29), brussels(3, 30)) == 7 * 3600
    lost = calendar(version((windows([("02:00", "03:00")]),) * 7))
    assert lost.open_seconds(brussels(3, 29), brussels(3, 30)) == 0
    assert lost.next_open(brussels(3, 29)) == brussels(3, 30, 2)


def test_the_hour_that_comes_twice_in_autumn_is_open_twice() -> None:
    """sla 10."""
    night = calendar(version((windows([("00:00", "08:00")]),) * 7))
    assert night.open_seconds(brussels(10, 25), brussels(10, 26)) == 9 * 3600
    twice = calendar(version((windows([("02:15", "02:45")]),) * 7))
    assert [
        (span.start, span.end) for span in twice.spans(brussels(10, 25), brussels(10, 26)) if span.kind == "open"
    ] == [
        (brussels(10, 25, 2, 15), brussels(10, 25, 2, 45)),
        (brussels(10, 25, 2, 15, fold=1), brussels(10, 25, 2, 45, fold=1)),
    ]


def test_round_the_clock_is_absolute_time() -> None:
    assert ALWAYS_OPEN.after(brussels(3, 28, 23), 4 * 3600) == brussels(3, 29, 4)
    assert ALWAYS_OPEN.open_seconds(brussels(1, 1), brussels(12, 31)) == 364 * DAY


def test_a_version_takes_effect_at_its_midnight() -> None:
    """sla 9."""
    short = version((windows([("09:00", "13:00")]),) * 7, 2, date(2026, 3, 5))
    both = calendar(short, version())
    assert both.after(brussels(3, 4, 8), 14 * 3600) == brussels(3, 6, 11)
    assert both.version_at(brussels(3, 5) - timedelta(seconds=1)).number == 1
    assert both.version_at(brussels(3, 5)).number == 2


def test_of_two_versions_of_one_date_the_higher_number_counts() -> None:
    first, second = version(number=1), version(((),) * 7, 2)
    for both in (calendar(first, second), calendar(second, first)):
        assert both.version_at(brussels(3, 4)).number == 2
        assert both.next_open(brussels(3, 4)) is None


def test_before_the_first_version_the_first_counts() -> None:
    shut, june = version(((),) * 7, 2, date(2026, 7, 1)), version(valid_from=date(2026, 6, 1))
    later = calendar(june, shut)
    assert later.open_seconds(brussels(3, 4), brussels(3, 5)) == 8 * 3600
    assert later.working_days_after(brussels(3, 4, 9), 1, end_of_day=False) == brussels(3, 5, 9)
    mended = calendar(version(((),) * 7, 1, date(2026, 6, 1)), version(FIVE_DAYS, 2, date(2026, 6, 1)))
    assert mended.version_at(brussels(3, 4)).number == 2
    assert mended.working_days_after(brussels(3, 4, 9), 1, end_of_day=False) == brussels(3, 5, 9)


def test_a_version_may_move_the_calendar_to_another_zone() -> None:
    moved = calendar(version(), version(FIVE_DAYS, 2, date(2026, 3, 5), "America/New_York"))
    assert moved.zone_at(brussels(3, 4, 12)) == "Europe/Brussels"
    # The fifth begins in New York at six in the morning in Brussels.
    assert moved.open_seconds(brussels(3, 5), brussels(3, 6, 6)) == 8 * 3600
    assert moved.next_open(brussels(3, 5)) == datetime(2026, 3, 5, 13, tzinfo=UTC)
    assert moved.local(brussels(3, 5, 6)).isoformat() == "2026-03-05T00:00:00-05:00"
    assert moved.local(brussels(3, 5, 5)).isoformat() == "2026-03-05T05:00:00+01:00"


def test_a_deadline_is_told_with_its_offset() -> None:
    """sla 10."""
    assert OPEN_OFFICE.local(brussels(3, 30, 9)).isoformat() == "2026-03-30T09:00:00+02:00"
    assert OPEN_OFFICE.zone_at(brussels(3, 30, 9)) == "Europe/Brussels"


def test_a_day_is_told_in_spans() -> None:
    holiday = calendar(version(exceptions={date(2026, 3, 5): ()}))
    assert list(holiday.spans(brussels(3, 4, 9), brussels(3, 6, 8, 30))) == [
        Span(brussels(3, 4, 9), brussels(3, 4, 12), "open"),
        Span(brussels(3, 4, 12), brussels(3, 4, 13), "closed"),
        Span(brussels(3, 4, 13), brussels(3, 4, 17), "open"),
        Span(brussels(3, 4, 17), brussels(3, 5), "closed"),
        Span(brussels(3, 5), brussels(3, 6), "holiday"),
        Span(brussels(3, 6), brussels(3, 6, 8), "closed"),
        Span(brussels(3, 6, 8), brussels(3, 6, 8, 30), "open"),
    ]
    assert list(holiday.spans(brussels(3, 4), brussels(3, 4))) == []


def test_a_request_after_the_cut_off_counts_from_the_next_working_day() -> None:
    four = second_of_day("16:00")
    assert OPEN_OFFICE.counted_from(brussels(3, 4, 16), four) == brussels(3, 4, 16)
    assert OPEN_OFFICE.counted_from(brussels(3, 4, 16) + timedelta(seconds=1), four) == brussels(3, 5, 8)
    assert OPEN_OFFICE.counted_from(brussels(3, 6, 16, 30), four) == brussels(3, 9, 8)
    assert OPEN_OFFICE.counted_from(brussels(3, 4, 16, 30)) == brussels(3, 4, 16, 30)
    end = OPEN_OFFICE.working_days_after(brussels(3, 4, 16, 30), 1, end_of_day=True, cut_off=four)
    assert end == brussels(3, 6, 17)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (brussels(3, 4, 10, 30), 0, brussels(3, 4, 10, 30)),
        (brussels(3, 4, 10, 30), 2, brussels(3, 6, 10, 30)),
        (brussels(3, 6, 10, 30), 2, brussels(3, 10, 10, 30)),
        (brussels(3, 7, 10, 30), 1, brussels(3, 10, 8)),
        (brussels(3, 27, 9), 1, brussels(3, 30, 9)),
    ],
)
def test_working_days_keep_the_time_of_day(start: datetime, days: int, end: datetime) -> None:
    assert OPEN_OFFICE.working_days_after(start, days, end_of_day=False) == end
    last = OPEN_OFFICE.working_days_after(start, days, end_of_day=True)
    assert last == end.astimezone(BRUSSELS).replace(hour=17, minute=0)


def test_a_time_of_day_that_is_not_open_ends_at_the_closing_before_it() -> None:
    short = {
        date(2026, 3, 5): windows([("09:00", "10:00"), ("15:00", "16:00")]),
        date(2026, 3, 6): (),
        date(2026, 3, 9): windows([("14:00", "16:00")]),
    }
    days = calendar(version(exceptions=short))
    start = brussels(3, 4, 11)
    assert days.working_days_after(start, 1, end_of_day=False) == brussels(3, 5, 10)
    assert days.working_days_after(start, 2, end_of_day=False) == brussels(3, 9, 14)
    assert days.working_days_after(start, 3, end_of_day=False) == brussels(3, 10, 11)
    with pytest.raises(ValueError, match="not taken away"):
        days.working_days_after(start, -1, end_of_day=False)
