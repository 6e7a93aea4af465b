"""Twins of views: at any instant, the fold of what had happened by then, in the order in which it was told."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from libs.events.fact import Fact
from libs.events.order_sla import OrderSlaCorrected
from libs.kernel.view import Heard, Key, Row, View
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.then import at
from tests.domain.reporting.an_order import (
    HOUR,
    ITEM,
    LINES,
    NOON,
    ORDER,
    THE_HOURS,
    THE_ITEM,
    canceled,
    canceled_line,
    created,
    credit_note,
    invoice,
    overridden,
    posted,
    reversal,
    revised,
    revised_line,
)
from tests.domain.reporting.an_sla_clock import Teller, attached
from tests.domain.reporting.an_sla_clock import at as day

VIEWS = {projection.view.name: projection.view for projection in PROJECTIONS}
FIGURES = ("2", "40.00", "80.00", "75.00", "150.00")
FACTS: Sequence[Fact] = (
    *(created(), revised(), *LINES, revised_line(HOUR, FIGURES), overridden(HOUR, FIGURES), canceled_line(ITEM)),
    *(posted(THE_HOURS), reversal(posted(THE_HOURS), 2), posted(revised_line(HOUR, FIGURES), 2), canceled(2, 5)),
    *(invoice("INV-1", (HOUR, "225.00")), credit_note("CN-1", (HOUR, "75.00"), (ITEM, "1.00"))),
)
Told = list[tuple[Fact, int]]
"""Facts as they were told, with the hour after NOON at which each happened."""

HOURS = st.integers(0, 8)


def heard(hour: int, sequence: int) -> Heard:
    return Heard(ORDER, sequence, instant(hour), NOON + timedelta(days=1, minutes=sequence))


def rows_of(view: View, told: Told) -> Mapping[Key, Row]:
    rows: dict[Key, Row] = {}
    for sequence, (fact, hour) in enumerate(told, 1):
        rows |= view.fold(rows, fact, heard(hour, sequence))
    return rows


def instant(hour: int) -> datetime:
    return NOON + timedelta(hours=hour)


def test_a_fact_reported_late_counts_from_when_it_happened() -> None:
    told: Told = [(created(), 0), (THE_HOURS, 1), (posted(THE_HOURS), 5), (revised_line(HOUR, FIGURES), 3)]
    rows = rows_of(VIEWS["order_line_then"], told)
    assert sorted((key[-1] - NOON).seconds // 3600 for key in rows) == [1, 3, 5]
    assert at(rows, instant(4))[HOUR,]["expected_quantity"] == "2"
    assert at(rows, instant(2))[HOUR,]["expected_quantity"] == "3"
    assert at(rows, instant(0)) == {}


@given(told=st.lists(st.tuples(st.sampled_from(FACTS), HOURS), max_size=14), hour=HOURS)
def test_a_twin_at_an_instant_is_the_fold_of_what_had_happened(told: Told, hour: int) -> None:
    for name in ("service_order", "order_line", "invoiced_line"):
        rows = rows_of(VIEWS[f"{name}_then"], told)
        by_then: dict[Key, Row] = {}
        for sequence, (fact, happened) in enumerate(told, 1):
            if happened <= hour:
                by_then |= VIEWS[name].fold(by_then, fact, heard(happened, sequence))
        assert at(rows, instant(hour)) == by_then


@given(told=st.lists(st.tuples(st.sampled_from(FACTS), HOURS), max_size=14))
def test_a_twin_at_the_end_is_the_view_itself(told: Told) -> None:
    for name in ("service_order", "order_line", "invoiced_line"):
        assert at(rows_of(VIEWS[f"{name}_then"], told), instant(9)) == rows_of(VIEWS[name], told)


def test_a_late_fact_leaves_the_rows_of_others_as_they_are() -> None:
    told: Told = [
        (created(), 0),
        (THE_HOURS, 1),
        (THE_ITEM, 2),
        (posted(THE_ITEM), 4),
        (revised_line(HOUR, FIGURES), 1),
    ]
    rows = rows_of(VIEWS["order_line_then"], told)
    assert sorted((line, (since - NOON).seconds // 3600) for line, since in rows) == [(HOUR, 1), (ITEM, 2), (ITEM, 4)]


def test_a_verdict_that_is_taken_back_has_never_been_so() -> None:
    """Missed at 14:00 as it was known; a pause that began at 13:00 is told at 16:00, and then it was not."""
    teller = Teller()
    told = [attached(), *teller.tells("started", day(10, 9)), *teller.passes(day(10, 15))]
    told += teller.tells("paused", day(10, 13), now=day(10, 16))
    correction = told[-1]
    assert isinstance(correction, OrderSlaCorrected)
    assert (correction.was, correction.now, correction.at) == ("missed", "running", day(10, 16))
    rows: dict[Key, Row] = {}
    for sequence, fact in enumerate(told, 1):
        occurred = getattr(fact, "at", day(10, 9))
        rows |= VIEWS["sla_clock_then"].fold(rows, fact, Heard(ORDER, sequence, occurred, day(10, 16)))
    shown = [at(rows, day(10, hour))["resolution",] for hour in (12, 15, 17)]
    assert [(row["state"], row["verdict"]) for row in shown] == [
        ("running", "running"), ("paused", "running"), ("paused", "running")
    ]  # fmt: skip
