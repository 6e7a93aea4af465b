"""The traps that other products fell into, each with the wrong number it would give: spec sla, traps."""

from dataclasses import replace
from datetime import date

import pytest

from libs.kernel.worktime import CalendarVersion, WorkCalendar, window, windows
from libs.rules.sla import OpenTime, Terms
from tests.domain.rules.clocks import OFFICE, at, calendar, marked, week

HOUR = 3600
# The 2nd of March 2026 is a Monday.
OPENING = CalendarVersion(
    1, date(2026, 1, 1), "UTC", week(*[windows([("09:00", "17:00")])] * 5), {date(2026, 3, 4): ()}
)
NINE_TO_FIVE = calendar(OPENING)
FOUR_HOURS = Terms(OpenTime(4 * HOUR), calendar=NINE_TO_FIVE)


def nights(*day: tuple[str, str]) -> WorkCalendar:
    return calendar(CalendarVersion(1, date(2026, 1, 1), "UTC", (windows(day),) * 7))


def test_a_hold_counts_though_the_order_is_resolved_straight_from_it() -> None:
    """sla trap 1."""
    clock = marked(FOUR_HOURS, ("started", at(2, 9)), ("paused", at(2, 10)), ("stopped", at(2, 16)))
    assert (clock.elapsed(at(2, 16)), clock.verdict(at(2, 16))) == (HOUR, "met")  # not seven hours


def test_every_one_of_several_holds_counts() -> None:
    """sla trap 2, sla 3."""
    holds = ("paused", at(2, 10)), ("resumed", at(2, 11)), ("paused", at(2, 12)), ("resumed", at(2, 14))
    clock = marked(FOUR_HOURS, ("started", at(2, 9)), *holds)
    assert clock.due(at(2, 14)) == at(2, 16)  # not 15:00, with the last hold only


def test_a_hold_counts_once() -> None:
    """sla trap 3."""
    clock = marked(
        FOUR_HOURS, ("started", at(2, 9)), ("paused", at(2, 9)), ("resumed", at(2, 11)), ("paused", at(2, 11))
    )
    assert (clock.elapsed(at(2, 15)), clock.due_if_resumed(at(2, 11))) == (0, at(2, 15))  # not 17:00
    again = marked(
        FOUR_HOURS, ("started", at(2, 9)), ("paused", at(2, 10)), ("paused", at(2, 11)), ("resumed", at(2, 12))
    )
    assert again.due(at(2, 12)) == at(2, 15)


def test_a_hold_overnight_moves_the_deadline_by_its_open_time_only() -> None:
    """sla trap 4, sla 3."""
    clock = marked(FOUR_HOURS, ("started", at(2, 14)), ("paused", at(2, 16)), ("resumed", at(3, 10)))
    assert clock.due(at(3, 10)) == at(3, 12)  # not 18 hours of hold after 10:00


def test_a_window_up_to_midnight_is_whole() -> None:
    """sla trap 5."""
    with pytest.raises(ValueError, match="the end of the day is 24:00"):
        window("18:00", "00:00")
    clock = marked(Terms(OpenTime(8 * HOUR), calendar=nights(("18:00", "24:00"))), ("started", at(2, 12)))
    assert (clock.elapsed(at(3)), clock.due(at(3))) == (6 * HOUR, at(3, 20))


def test_a_night_shift_is_split_at_midnight() -> None:
    shift = nights(("22:00", "24:00"), ("00:00", "06:00"))
    clock = marked(Terms(OpenTime(8 * HOUR), calendar=shift), ("started", at(2, 22)))
    assert clock.due(at(2, 22)) == at(3, 6)
    assert [segment.kind for segment in clock.ledger(at(3, 7))] == ["open", "closed"]


def test_all_day_has_its_last_second() -> None:
    """sla trap 6."""
    with pytest.raises(ValueError, match="HH:MM"):
        window("00:00", "23:59:59")
    clock = marked(Terms(OpenTime(72 * HOUR), calendar=nights(("00:00", "24:00"))), ("started", at(2)))
    assert clock.elapsed(at(5)) == 72 * HOUR  # not three seconds less
    assert clock.due(at(2)) == at(5)


def test_a_job_inside_a_whole_day_holiday_takes_no_time() -> None:
    """sla trap 8."""
    clock = marked(FOUR_HOURS, ("started", at(4, 10)), ("stopped", at(4, 16)))
    assert clock.elapsed(at(4, 16)) == 0
    assert [(segment.kind, segment.start, segment.end) for segment in clock.ledger(at(5))] == [
        ("holiday", at(4, 10), at(4, 16))
    ]


def test_a_calendar_edited_after_the_stop_changes_no_final_result() -> None:
    """sla trap 9, sla 6."""
    marks = ("started", at(2, 9)), ("stopped", at(2, 14))
    edited = replace(OPENING, number=2, weekly=week(*[windows([("13:00", "17:00")])] * 5))
    final = marked(FOUR_HOURS, *marks)
    assert (final.elapsed(at(9)), final.verdict(at(9))) == (5 * HOUR, "missed")
    # Whoever holds a final result keeps the versions that were known; with the edit it would have come out otherwise.
    rewritten = marked(replace(FOUR_HOURS, calendar=calendar(OPENING, edited)), *marks)
    assert (rewritten.elapsed(at(9)), rewritten.verdict(at(9))) == (HOUR, "met")


def test_a_policy_changed_after_the_stop_changes_no_final_result() -> None:
    """sla trap 9, sla 6."""
    clock = marked(FOUR_HOURS, ("started", at(2, 9)), ("stopped", at(2, 14)), ("retargeted", at(2, 15)))
    assert (clock.verdict(at(9)), clock.terms) == ("missed", FOUR_HOURS)


def test_a_deadline_is_told_with_offset_and_zone() -> None:
    """sla trap 10, sla 10."""
    terms = Terms(OpenTime(12 * HOUR), calendar=OFFICE)
    due = marked(terms, ("started", at(26, 15))).due(at(26, 15))
    assert due is not None
    assert due.isoformat() == "2026-03-30T14:00:00+00:00"
    assert (OFFICE.local(due).isoformat(), OFFICE.zone_at(due)) == ("2026-03-30T16:00:00+02:00", "Europe/Brussels")
