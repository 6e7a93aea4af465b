"""The SLA clock rule by rule, with the numbers written out: spec sla."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from libs.kernel.worktime import CalendarVersion, second_of_day
from libs.rules.sla import Before, Mark, OpenTime, Percent, Segment, Terms, WorkingDays, clock_of
from tests.domain.rules.clocks import CALENDARS, DAY, NINE_HOURS, OFFICE, at, calendar, marked, week

HOUR = 3600
FOUR_HOURS = Terms(OpenTime(4 * HOUR), (Percent(Decimal(50)), Before(HOUR)), NINE_HOURS)


@pytest.mark.parametrize(("seconds", "verdict"), [(0, "met"), (1, "missed"), (-1, "met")])
def test_exactly_all_of_the_budget_is_met(seconds: int, verdict: str) -> None:
    """sla 5."""
    stop = at(2, 12) + timedelta(seconds=seconds)
    clock = marked(FOUR_HOURS, ("started", at(2, 8)), ("stopped", stop + timedelta(microseconds=999_999)))
    assert clock.verdict(at(3)) == verdict


def test_due_at_closing_is_missed_at_the_next_opening() -> None:
    """sla 4 and 13."""
    clock = marked(FOUR_HOURS, ("started", at(2, 13)))
    assert clock.due(at(2, 13)) == at(2, 17)
    for until in (at(2, 17), at(3, 7, 59), at(3, 8)):
        assert (clock.verdict(until), clock.missed_at(until)) == ("running", None)
    assert (clock.verdict(at(3, 8, 0, 1)), clock.missed_at(at(3, 8, 0, 1))) == ("missed", at(3, 8))


def test_a_paused_clock_is_missed_only_once_it_runs_on() -> None:
    marks = ("started", at(2, 13)), ("paused", at(2, 17)), ("resumed", at(3, 11))
    clock = marked(FOUR_HOURS, *marks)
    assert (clock.due(at(3, 9)), clock.verdict(at(3, 11))) == (at(2, 17), "running")
    assert clock.missed_at(at(3, 12)) == at(3, 11)


def test_a_timer_walks_from_news_to_news() -> None:
    """sla 13."""
    clock = marked(FOUR_HOURS, ("started", at(2, 9)))
    told = [at(2, 9)]
    for _ in range(3):
        told.append(clock.next_instant(told[-1]) or at(2, 9))
    assert told[1:] == [at(2, 11), at(2, 12), at(2, 13, 0, 1)]
    assert clock.next_instant(told[-1]) is None
    assert dict(clock.at_risk_instants(at(2, 9))) == {Percent(Decimal(50)): at(2, 11), Before(HOUR): at(2, 12)}


def test_while_paused_nothing_is_to_come() -> None:
    """sla 2."""
    clock = marked(FOUR_HOURS, ("started", at(2, 9)), ("paused", at(2, 11, 30)))
    assert (clock.due(at(2, 16)), clock.due_if_resumed(at(2, 16))) == (None, at(3, 8, 30))
    assert (clock.next_instant(at(2, 16)), clock.phase) == (None, "paused")
    assert clock.at_risk_instants(at(2, 16)) == ((Percent(Decimal(50)), at(2, 11)),)


def test_an_at_risk_point_longer_than_the_budget_is_the_start() -> None:
    terms = Terms(OpenTime(HOUR), (Before(5 * HOUR), Percent(Decimal("33.33"))), NINE_HOURS)
    (_, first), (_, third) = marked(terms, ("started", at(2, 7))).at_risk_instants(at(2, 7))
    # 1199.88 seconds: a whole second is the first at which so much is used up.
    assert (first, third) == (at(2, 8), at(2, 8, 20))


def test_the_time_between_stop_and_reopening_is_a_gap() -> None:
    """sla 7."""
    marks = ("started", at(2, 9)), ("stopped", at(2, 10)), ("reopened", at(2, 15))
    clock = marked(FOUR_HOURS, *marks)
    assert (clock.phase, clock.elapsed(at(2, 16)), clock.due(at(2, 16))) == ("running", 2 * HOUR, at(3, 9))
    assert [(segment.kind, segment.start.hour) for segment in clock.ledger(at(2, 16))] == [
        ("open", 9),
        ("gap", 10),
        ("open", 15),
    ]


def test_a_stopped_clock_answers_as_if_it_had_run_on() -> None:
    clock = marked(FOUR_HOURS, ("started", at(2, 9)), ("stopped", at(2, 10)))
    assert (clock.due(at(20)), clock.next_instant(at(2, 11)), clock.phase) == (at(2, 13), None, "stopped")


SHORTER = Terms(OpenTime(2 * HOUR), calendar=NINE_HOURS)


def changed(retroactive: bool) -> Mark:
    return Mark("retargeted", at(2, 12), 9, "priority raised", SHORTER, retroactive)


def test_new_terms_measure_from_the_beginning() -> None:
    """sla 8."""
    marks = [Mark("started", at(2, 9), 1), Mark("paused", at(2, 10), 2), Mark("resumed", at(2, 11), 3), changed(True)]
    clock = clock_of(FOUR_HOURS, marks)
    assert (clock.due(at(2, 12)), clock.missed_at(at(2, 13)), clock.terms) == (at(2, 12), at(2, 12), SHORTER)
    # Asked about the time before, the terms are those of that time.
    assert clock.due(at(2, 11)) == at(2, 14)


def test_new_terms_may_start_the_clock_again() -> None:
    """sla 8."""
    clock = clock_of(FOUR_HOURS, [Mark("started", at(2, 9), 1), changed(False)])
    assert (clock.due(at(2, 13)), clock.elapsed(at(2, 13))) == (at(2, 14), HOUR)
    assert clock.ledger(at(2, 13)) == (
        Segment(at(2, 9), at(2, 12), "gap", "priority raised", 0),
        Segment(at(2, 12), at(2, 13), "open", None, HOUR),
    )


def test_a_clock_started_again_while_paused_stays_paused() -> None:
    clock = clock_of(FOUR_HOURS, [Mark("started", at(2, 9), 1), Mark("paused", at(2, 10), 2), changed(False)])
    assert (clock.phase, clock.elapsed(at(2, 15)), clock.due_if_resumed(at(2, 14))) == ("paused", 0, at(2, 16))


@pytest.mark.parametrize(("retroactive", "due"), [(True, at(2, 15)), (False, at(2, 16))])
def test_terms_that_change_while_stopped_wait_for_the_reopening(retroactive: bool, due: datetime) -> None:
    stopped = [Mark("started", at(2, 9), 1), Mark("stopped", at(2, 10), 2), changed(retroactive)]
    assert clock_of(FOUR_HOURS, stopped).terms == FOUR_HOURS
    reopened = clock_of(FOUR_HOURS, [*stopped, Mark("reopened", at(2, 14), 10)])
    assert (reopened.terms, reopened.due(at(2, 14))) == (SHORTER, due)


def test_terms_that_waited_for_a_reopening_apply_once() -> None:
    marks = [
        Mark("started", at(2, 9), 1),
        Mark("stopped", at(2, 10), 2),
        changed(True),
        Mark("reopened", at(2, 13), 10),
    ]
    back = Mark("retargeted", at(2, 14), 11, terms=FOUR_HOURS)
    again = [Mark("stopped", at(2, 15), 12), Mark("reopened", at(2, 16), 13)]
    assert clock_of(FOUR_HOURS, [*marks, back, *again]).terms == FOUR_HOURS


def test_a_calendar_version_counts_from_its_date_for_open_clocks() -> None:
    """sla 9."""
    _, versioned, *_ = CALENDARS
    # Monday the 23rd to Thursday in Brussels, Friday a holiday, four hours on Saturday; from the 30th New York's four.
    clock = marked(Terms(OpenTime(40 * HOUR), calendar=versioned), ("started", at(23)))
    assert clock.due(at(23)) == at(30, 17)
    assert marked(Terms(OpenTime(40 * HOUR), calendar=OFFICE), ("started", at(23))).due(at(23)) == at(30, 10)


def test_working_days_and_open_hours_are_different_budgets() -> None:
    """sla 11."""
    start = ("started", at(2, 10))
    days = marked(Terms(WorkingDays(2, end_of_day=False), calendar=NINE_HOURS), start)
    ends = marked(Terms(WorkingDays(2, end_of_day=True), calendar=NINE_HOURS), start)
    assert (days.due(at(2, 10)), days.budget_seconds) == (at(4, 10), 18 * HOUR)
    assert (ends.due(at(2, 10)), ends.budget_seconds) == (at(4, 17), 25 * HOUR)


def test_a_pause_moves_the_end_of_working_days_by_its_open_time() -> None:
    terms = Terms(WorkingDays(1, end_of_day=True), calendar=NINE_HOURS)
    clock = marked(terms, ("started", at(2, 10)), ("paused", at(2, 16)), ("resumed", at(3, 9)))
    assert clock.due(at(3, 9)) == at(4, 10)


def test_working_days_from_an_opening_end_at_an_opening() -> None:
    terms = Terms(WorkingDays(2, end_of_day=False), calendar=NINE_HOURS)
    clock = marked(terms, ("started", at(7, 12)))
    assert clock.due(at(7, 12)) == at(11, 8)
    assert (clock.missed_at(at(11, 8)), clock.missed_at(at(11, 9))) == (None, at(11, 8))


def test_working_days_that_never_come_are_never_missed() -> None:
    shut = calendar(CalendarVersion(1, date(2026, 1, 1), "UTC", week()))
    clock = marked(Terms(WorkingDays(1, end_of_day=True), (Before(1),), shut), ("started", at(2)))
    later = at(2) + 4000 * DAY
    assert (clock.due(at(2)), clock.verdict(later), clock.next_instant(at(2)), clock.elapsed(later)) == (
        None,
        "running",
        None,
        0,
    )
    assert {segment.kind for segment in clock.ledger(at(9))} == {"closed"}


def test_a_request_after_the_cut_off_waits_for_the_next_day() -> None:
    """sla 12."""
    terms = Terms(OpenTime(8 * HOUR), calendar=NINE_HOURS, cut_off=second_of_day("16:00"))
    clock = marked(terms, ("started", at(2, 16, 30)))
    assert clock.due(at(2, 17)) == at(3, 16)
    assert [(segment.kind, segment.running_seconds) for segment in clock.ledger(at(3, 9))] == [
        ("closed", 0),
        ("closed", 0),
        ("open", HOUR),
    ]
    days = Terms(WorkingDays(1, end_of_day=True), calendar=NINE_HOURS, cut_off=second_of_day("16:00"))
    assert marked(days, ("started", at(2, 16, 30))).due(at(2, 17)) == at(4, 17)


def test_a_zero_budget_before_opening_is_due_at_the_opening() -> None:
    """sla 4."""
    clock = marked(Terms(OpenTime(0), calendar=NINE_HOURS), ("started", at(2, 6)))
    assert (clock.due(at(2, 6)), clock.consumption(at(2, 9)), clock.missed_at(at(2, 9))) == (at(2, 8), None, at(2, 8))
    nights = ("paused", at(2, 7)), ("resumed", at(2, 18)), ("paused", at(2, 19)), ("resumed", at(3, 10))
    held = marked(clock.terms, ("started", at(2, 6)), *nights)
    assert (held.due(at(3, 9)), held.due(at(3, 10))) == (None, at(3, 10))


def test_a_cancelled_clock_is_neither_met_nor_missed() -> None:
    """STR-03: stopped by canceling."""
    clock = marked(FOUR_HOURS, ("started", at(2, 9)), ("canceled", at(2, 10)), ("resumed", at(2, 11)))
    assert (clock.verdict(at(9)), clock.elapsed(at(9)), clock.phase) == ("canceled", HOUR, "canceled")
    assert clock.verdict(at(2, 9, 30)) == "running"


def test_a_miss_survives_cancelling() -> None:
    clock = marked(FOUR_HOURS, ("started", at(2, 9)), ("canceled", at(2, 14)))
    assert (clock.verdict(at(9)), clock.missed_at(at(9))) == ("missed", at(2, 13))


def test_recorded_history_is_never_refused() -> None:
    orderly = ("started", at(2, 9)), ("paused", at(2, 10)), ("resumed", at(2, 12)), ("stopped", at(2, 13))
    clock = marked(
        FOUR_HOURS,
        ("stopped", at(2, 8)),
        *orderly[:2],
        ("paused", at(2, 11)),
        ("started", at(2, 11, 30)),
        orderly[2],
        ("resumed", at(2, 12, 30)),
        orderly[3],
        ("stopped", at(2, 15)),
        ("paused", at(2, 16)),
    )
    assert clock.ledger(at(3)) == marked(FOUR_HOURS, *orderly).ledger(at(3))
    assert (clock.elapsed(at(3)), clock.verdict(at(3))) == (2 * HOUR, "met")


def test_marks_of_one_instant_fold_in_the_order_of_their_sequence() -> None:
    marks = [Mark("started", at(2, 9), 1), Mark("paused", at(2, 9) + timedelta(microseconds=5), 3)]
    assert clock_of(FOUR_HOURS, [*marks, Mark("resumed", at(2, 9) + timedelta(microseconds=9), 2)]).phase == "paused"


def test_a_clock_begins_with_a_start() -> None:
    for marks in ([], [Mark("paused", at(2), 1)]):
        with pytest.raises(ValueError, match="a clock begins with a start"):
            clock_of(FOUR_HOURS, marks)
    with pytest.raises(TypeError, match="an instant has an offset"):
        clock_of(FOUR_HOURS, [Mark("started", datetime(2026, 3, 2), 1)])  # noqa: DTZ001


def test_the_ledger_says_what_every_second_was() -> None:
    """sla 17; STR-04."""
    terms = Terms(OpenTime(40 * HOUR), calendar=OFFICE)
    marks = [
        Mark("started", at(26, 15, 30), 1),
        Mark("paused", at(30, 6), 2, "waiting for a part"),
        Mark("resumed", at(30, 7, 0, 1), 3),
    ]
    assert clock_of(terms, marks).ledger(at(30, 8)) == (
        Segment(at(26, 15, 30), at(26, 16), "open", None, 1800),
        Segment(at(26, 16), at(26, 23), "closed", None, 0),
        Segment(at(26, 23), at(27, 23), "holiday", None, 0),
        Segment(at(27, 23), at(28, 8), "closed", None, 0),
        Segment(at(28, 8), at(28, 12), "open", None, 4 * HOUR),
        Segment(at(28, 12), at(30, 6), "closed", None, 0),
        Segment(at(30, 6), at(30, 7, 0, 1), "paused", "waiting for a part", 0),
        Segment(at(30, 7, 0, 1), at(30, 8), "open", None, HOUR - 1),
    )
