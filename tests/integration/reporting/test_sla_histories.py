"""Whatever happens to clocks, and whenever it is told, reports say what the marks say. Source: sla 14, 17, 18."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.sql import ClauseElement

from services.reporting.projections import measuring
from services.reporting.projections.compliance import By, calendars, clocks, periods, totals
from services.reporting.projections.selection import Moment, Sense
from services.reporting.projections.sla_selection import VERDICTS, SlaSelection
from tests.domain.reporting.an_sla_clock import Teller
from tests.integration.reporting.replaying import FEW, MANY, PULLS, Pull, Reporting
from tests.integration.reporting.sla_histories import BEGIN, STEPS, History, Step, order_of, tell


def clocks_at(instant: datetime | None = None, sense: Sense = "recorded") -> ClauseElement:
    return clocks(SlaSelection(Moment(instant, sense)), None, MANY)


def by_order(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    assert len({row["order_id"] for row in rows}) == len(rows)
    return {row["number"]: row for row in rows}


def shown(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["state"], row["verdict"], row["verdict_at"]


@FEW
@given(steps=STEPS, pulls=PULLS)
def test_any_batches_give_what_a_rebuild_gives_the_last_word_and_a_ledger_that_sums_to_what_elapsed(
    reporting: Reporting, steps: list[Step], pulls: list[Pull]
) -> None:
    history = tell(steps)
    reporting.hears(history.told)
    rebuilt = reporting.tables()
    reporting.hears(history.told, pulls)
    assert reporting.tables() == rebuilt
    found, versions = reporting.says(clocks_at(), calendars(["OFFICE"]))
    rows, known = by_order(found), measuring.calendars_of(versions)
    assert set(rows) == set(history.tellers)
    for number, teller in history.tellers.items():
        clock, row = teller.clock, rows[number]
        assert shown(row) == (clock.phase, teller.verdict, teller.verdict_at)
        assert teller.verdict == clock.verdict(history.now)
        figures = measuring.figures(row, known, history.now)
        assert figures.elapsed_seconds == clock.elapsed(history.now)
        if row["state"] in ("stopped", "canceled"):
            assert (figures.elapsed_seconds, figures.consumption_percent) == (
                row["elapsed_seconds"], row["consumption_percent"]
            )  # fmt: skip
        account = measuring.ledger(row["marks"], known, history.now)
        assert account is not None
        assert sum(segment.running_seconds for segment in account.segments) == account.elapsed_seconds


@FEW
@given(steps=STEPS, pulls=PULLS, picks=st.lists(st.integers(0, 12 * 24 * 2), min_size=1, max_size=4))
def test_as_it_is_known_now_to_have_been(
    reporting: Reporting, steps: list[Step], pulls: list[Pull], picks: list[int]
) -> None:
    history = tell(steps)
    reporting.hears(history.told, pulls)
    instants = [BEGIN + pick * timedelta(minutes=30) + timedelta(minutes=7) for pick in picks]
    answers = reporting.says(*(clocks_at(instant, "occurred") for instant in instants))
    for instant, answer in zip(instants, answers, strict=True):
        assert {number: row["verdict"] for number, row in by_order(answer).items()} == _verdicts(history, instant)
        for number, row in by_order(answer).items():
            marks = [mark for mark in history.tellers[number].marks if mark.at <= instant]
            assert row["state"] == Teller(marks=marks).clock.phase


def _verdicts(history: History, instant: datetime) -> dict[str, str]:
    """What the marks say of an instant, up to the end of the story: no timer tells of what comes after it."""
    until = min(instant, history.now)
    return {
        number: teller.clock.verdict(until)
        for number, teller in history.tellers.items()
        if min(mark.at for mark in teller.marks) <= instant
    }


@FEW
@given(steps=STEPS, pulls=PULLS, pick=st.integers(0, 60))
def test_as_it_was_known(reporting: Reporting, steps: list[Step], pulls: list[Pull], pick: int) -> None:
    told = tell(steps).told
    recorded = [record.envelope.recorded_at for _, record, _ in told.records if record.envelope]
    instant = recorded[pick % len(recorded)]
    reporting.hears(told, pulls)
    (answer,) = reporting.says(clocks_at(instant))
    told.records = [each for each in told.records if each[1].envelope and each[1].envelope.recorded_at <= instant]
    reporting.hears(told)
    assert reporting.says(clocks_at()) == [answer]


@FEW
@given(steps=STEPS, instant=st.sampled_from([None, BEGIN + timedelta(days=1)]), sense=st.sampled_from(get_args(Sense)))
def test_no_clock_is_counted_twice(
    reporting: Reporting, steps: list[Step], instant: datetime | None, sense: Sense
) -> None:
    reporting.hears(tell(steps).told)
    selection, ways = SlaSelection(Moment(instant, sense)), get_args(By)
    every, (total,), *parts = reporting.says(
        clocks_at(instant, sense), totals(selection), *(periods(selection, by, None, MANY) for by in ways)
    )
    assert total == dict.fromkeys(VERDICTS, 0) | Counter(row["verdict"] for row in every)
    for by, rows in zip(ways, parts, strict=True):
        assert {verdict: sum(row[verdict] for row in rows) for verdict in VERDICTS} == total, by


def test_the_story_has_every_verdict() -> None:
    """So that the properties above are about something."""
    steps = [
        Step(0, 0, 2, 0),
        Step(1, 0, 0, 0),
        Step(2, 0, 0, 0),
        Step(0, 1, 2, 0),
        Step(1, 3, 2, 0),
        Step(2, 1, 90, 0),
    ]
    history = tell(steps)
    assert {teller.verdict for teller in history.tellers.values()} == {"met", "missed", "canceled"}
    assert all(order_of(number) for number in history.tellers)
