"""The SLA clock under any course of marks, against an oracle that walks through time step by step."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import pairwise
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from libs.kernel.worktime import ALWAYS_OPEN, WorkCalendar
from libs.rules.sla import Mark, OpenTime, Percent, Terms, clock_of
from tests.domain.rules.clocks import BEGIN, CALENDARS, DAY, INSTANTS, OFFICE, SECOND, STEP, TERMS, courses

NEXT = {
    ("running", "paused"): "paused",
    ("paused", "resumed"): "running",
    ("running", "stopped"): "stopped",
    ("paused", "stopped"): "stopped",
    ("running", "canceled"): "canceled",
    ("paused", "canceled"): "canceled",
    ("stopped", "reopened"): "running",
}


@cache
def is_open(calendar: WorkCalendar, at: datetime) -> bool:
    return calendar.is_open(at)


def walked(terms: Terms, marks: Sequence[Mark], until: datetime) -> int:
    """Elapsed seconds, by the words of the rules: terms that never change, all instants on whole steps."""
    start = terms.calendar.counted_from(marks[0].at, terms.cut_off)
    phase, elapsed, at, waiting = "", 0, BEGIN, list(marks)
    while at < until:
        while waiting and waiting[0].at <= at:
            kind = waiting.pop(0).kind
            phase = NEXT.get((phase, kind), phase) if phase else "running"
        counts = start is not None and at >= start and (terms.start_only or is_open(terms.calendar, at))
        elapsed += 900 * (phase == "running" and counts)
        at += STEP
    return elapsed


@given(TERMS, courses(), INSTANTS)
def test_elapsed_is_what_a_walk_through_time_counts(terms: Terms, marks: list[Mark], until: datetime) -> None:
    """sla 1 and 2."""
    steady = [mark for mark in marks if mark.kind != "retargeted"]
    assert clock_of(terms, steady).elapsed(until) == walked(terms, steady, until)


@given(TERMS, courses(), INSTANTS, st.randoms(use_true_random=False))
def test_marks_fold_alike_in_any_order_and_heard_twice(
    terms: Terms, marks: list[Mark], until: datetime, chance: Random
) -> None:
    heard = [*marks, *(replace(mark) for mark in marks[::2])]
    chance.shuffle(heard)
    assert clock_of(terms, heard) == clock_of(terms, marks)


@given(TERMS, courses(), INSTANTS)
def test_a_question_about_the_past_knows_nothing_of_what_came_later(
    terms: Terms, marks: list[Mark], at: datetime
) -> None:
    known = [mark for mark in marks if mark.at <= at]
    assume(known)
    late, then = clock_of(terms, marks), clock_of(terms, known)
    assert [late.elapsed(at), late.due(at), late.missed_at(at), late.verdict(at), late.next_instant(at)] == [
        then.elapsed(at),
        then.due(at),
        then.missed_at(at),
        then.verdict(at),
        then.next_instant(at),
    ]
    assert late.ledger(at) == then.ledger(at)


@given(TERMS, courses(), INSTANTS)
def test_the_ledger_has_no_hole_and_sums_to_elapsed(terms: Terms, marks: list[Mark], until: datetime) -> None:
    """sla 17."""
    clock = clock_of(terms, marks)
    ledger = clock.ledger(until)
    assert all(before.end == after.start for before, after in pairwise(ledger))
    assert all(segment.start < segment.end for segment in ledger)
    assert sum(segment.running_seconds for segment in ledger) == clock.elapsed(until)
    assert all((segment.running_seconds > 0) == (segment.kind == "open") for segment in ledger)
    ended = [mark.at for mark in marks if mark.kind in ("stopped", "canceled") and mark.at <= until]
    assert {segment.start for segment in ledger[:1]} <= {marks[0].at}
    assert {segment.end for segment in ledger[-1:]} <= {until, *ended}


@given(TERMS, courses(), INSTANTS)
def test_missed_is_elapsed_over_budget_from_the_first_second_on(terms: Terms, marks: list[Mark], at: datetime) -> None:
    clock = clock_of(terms, [mark for mark in marks if mark.kind != "retargeted"])
    missed, due = clock.missed_at(at), clock.due(at)
    assert (clock.verdict(at) == "missed") == (clock.elapsed(at) > clock.budget_seconds) == (missed is not None)
    if missed is not None:
        assert due is not None
        assert due <= missed < at
        assert clock.elapsed(due) == clock.elapsed(missed) == clock.budget_seconds
        assert clock.elapsed(missed + SECOND) == clock.budget_seconds + 1
        assert clock.verdict(missed) != "missed"


@given(TERMS, INSTANTS, INSTANTS)
def test_a_clock_is_missed_when_it_stops_after_its_due(terms: Terms, start: datetime, stop: datetime) -> None:
    assume(start < stop)
    clock = clock_of(terms, [Mark("started", start, 1), Mark("stopped", stop, 2)])
    due = clock.due(stop)
    calendar = ALWAYS_OPEN if terms.start_only else terms.calendar
    first_open = None if due is None else calendar.next_open(due)
    assert (clock.verdict(stop) == "missed") == (first_open is not None and stop > first_open)
    if terms.start_only:
        assert first_open == due


@given(TERMS, courses(), INSTANTS)
def test_due_is_the_earliest_instant_of_a_budget_used_up(terms: Terms, marks: list[Mark], at: datetime) -> None:
    """sla 2."""
    known = [mark for mark in marks if mark.at <= at and mark.kind != "retargeted"]
    assume(known and isinstance(terms.budget, OpenTime) and terms.budget.seconds)
    clock = clock_of(terms, known)
    due = clock.due(at)
    if due is not None and clock.phase in ("running", "paused"):
        assert clock.elapsed(due) == clock.budget_seconds
        assert clock.elapsed(due - SECOND) == clock.budget_seconds - 1
    if clock.phase == "paused":
        resumed = clock_of(terms, [*known, Mark("resumed", at, 99)])
        assert (due is None) == (clock.elapsed(at) < clock.budget_seconds)
        assert clock.due_if_resumed(at) == resumed.due(at) == resumed.due_if_resumed(at)


@given(TERMS, courses(), INSTANTS)
def test_a_timer_is_told_every_instant_at_which_something_is_new(terms: Terms, marks: list[Mark], at: datetime) -> None:
    clock = clock_of(terms, [mark for mark in marks if mark.at <= at] or marks[:1])

    def news(until: datetime) -> tuple[object, ...]:
        risks = tuple(point for point, instant in clock.at_risk_instants(until) if instant <= until)
        return risks, clock.missed_at(until)

    told = clock.next_instant(at)
    if told is None:
        assert news(at) == news(at + 400 * DAY)
    else:
        assert told > at
        assert news(at) == news(told - SECOND)
        assert news(at) != news(told)


@given(TERMS, courses(), INSTANTS)
def test_at_risk_points_lie_where_their_share_is_used_up(terms: Terms, marks: list[Mark], at: datetime) -> None:
    clock = clock_of(terms, [mark for mark in marks if mark.at <= at and mark.kind != "retargeted"] or marks[:1])
    for point, instant in clock.at_risk_instants(at):
        used, budget = clock.elapsed(instant), clock.budget_seconds
        if isinstance(point, Percent):
            assert used * 100 >= budget * point.percent
            assert used == 0 or (used - 1) * 100 < budget * point.percent
        else:
            assert used == max(budget - point.seconds, 0)


@given(TERMS, courses(), INSTANTS)
def test_the_same_terms_again_make_no_difference(terms: Terms, marks: list[Mark], at: datetime) -> None:
    steady = [mark for mark in marks if mark.kind != "retargeted"]
    again = [*steady, Mark("retargeted", at, 99, terms=terms)]
    asked = max(at, *(mark.at for mark in again))
    before, after = clock_of(terms, steady), clock_of(terms, again)
    assert (after.ledger(asked), after.due(asked), after.verdict(asked)) == (
        before.ledger(asked),
        before.due(asked),
        before.verdict(asked),
    )


@given(TERMS, TERMS, courses(), INSTANTS)
def test_new_terms_measure_from_the_beginning_or_from_their_change(
    terms: Terms, new: Terms, marks: list[Mark], at: datetime
) -> None:
    steady = [mark for mark in marks if mark.kind != "retargeted" and mark.at <= at]
    assume(steady and clock_of(terms, steady).phase in ("running", "paused"))
    asked = at + 5 * DAY
    began = clock_of(new, steady)
    retroactive = clock_of(terms, [*steady, Mark("retargeted", at, 99, terms=new)])
    assert [retroactive.elapsed(asked), retroactive.due(asked)] == [began.elapsed(asked), began.due(asked)]
    anew = [Mark("started", at, 1), Mark("paused", at, 2)][: 1 + (began.phase == "paused")]
    restarted = clock_of(terms, [*steady, Mark("retargeted", at, 99, terms=new, retroactive=False)])
    assert [restarted.elapsed(asked), restarted.due(asked)] == [
        clock_of(new, anew).elapsed(asked),
        clock_of(new, anew).due(asked),
    ]


@given(st.sampled_from(CALENDARS), INSTANTS, st.integers(0, 40), st.integers(0, 40))
def test_a_pause_buys_its_open_time_and_nothing_else(
    calendar: WorkCalendar, start: datetime, before: int, length: int
) -> None:
    """sla 3."""
    terms = Terms(OpenTime(6 * 3600), calendar=calendar)
    pause, resume = start + before * STEP, start + (before + length) * STEP
    plain = clock_of(terms, [Mark("started", start, 1)])
    held = clock_of(terms, [Mark("started", start, 1), Mark("paused", pause, 2), Mark("resumed", resume, 3)])
    later = start + 9 * DAY
    assert plain.elapsed(later) - held.elapsed(later) == calendar.open_seconds(pause, resume)


@given(courses(), INSTANTS)
def test_a_stopped_clock_stays_as_it_is(marks: list[Mark], at: datetime) -> None:
    """sla 6."""
    terms = Terms(OpenTime(4 * 3600), calendar=OFFICE)
    history = [*(mark for mark in marks if mark.at <= at), Mark("stopped", at, 99)]
    assume(history[0].kind == "started")
    stopped = clock_of(terms, history)
    later = [replace(mark, at=mark.at + 20 * DAY, sequence=mark.sequence + 100) for mark in marks]
    ignored = [mark for mark in later if mark.kind != "reopened"]
    asked = at + 40 * DAY
    after = clock_of(terms, [*history, *ignored])
    assert (after.elapsed(asked), after.verdict(asked), after.ledger(asked)) == (
        stopped.elapsed(at),
        stopped.verdict(at),
        stopped.ledger(at),
    )
