"""Lines of an agreement: AGL-01 to AGL-08."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.agreement.domain.references import Category, Item, Worker
from services.agreement.domain.service_agreement.lines import RemoveLine, RestartLine, StopLine
from services.agreement.domain.service_agreement.state import Existing, LineEntry
from tests.domain.agreement.facts import (
    ACTIVATED,
    CALL,
    FILTERS,
    HOURS,
    JANUARY,
    JULY,
    LAST,
    OCTOBER,
    TRIP,
    added,
    created,
    removed,
    restarted,
    revised,
    stopped,
    suspended,
    terminated,
)
from tests.domain.agreement.records import SERVICE, add, an_agreement, call_out, filters, hours, revise, travel

draft = an_agreement.given(created())
lined = draft.given(added(1), added(2, FILTERS))
GUARANTEED = replace(SERVICE, line_property="WARRANTY")


@pytest.mark.parametrize(
    ("entry", "values"), [(hours(), HOURS), (travel(), TRIP), (filters(), FILTERS), (call_out(), CALL)]
)
def test_a_line_of_each_type_begins_with_the_agreement(entry: LineEntry, values: dict[str, Any]) -> None:
    """AGL-03."""
    draft.when(add(entry)).then(added(1, values))


def test_lines_are_added_before_and_after_activation_and_while_suspended() -> None:
    """AGL-01."""
    for agreement in (draft, draft.given(ACTIVATED), draft.given(ACTIVATED, suspended())):
        agreement.when(add(hours())).then(added(1))
    draft.given(ACTIVATED, terminated(LAST)).when(add(hours())).then_not_allowed("terminated")


def test_a_line_says_who_when_and_what_for() -> None:
    """AGL-02."""
    values: dict[str, Any] = {
        "worker": "W-1",
        "line_property": "WARRANTY",
        "description": "Yearly check",
        "starts_on": JULY,
        "ends_on": LAST,
    }
    draft.when(add(hours(**values))).then(added(1, **values))


def test_a_line_without_a_line_property_has_the_projects() -> None:
    """AGL-08."""
    draft.when(add(hours(), project=GUARANTEED)).then(added(1, line_property="WARRANTY"))
    back = revise(1, hours(line_property=None, description="Anew"), project=GUARANTEED)
    lined.when(back).then(revised(1, line_property="WARRANTY", description="Anew"))


REFUSALS = [
    (add(hours(), project=replace(SERVICE, active=False)), "inactive_reference", "/project"),
    (add(hours(category=None)), "missing", "/category"),
    (add(travel(category=None)), "missing", "/category"),
    (add(call_out(category=None)), "missing", "/category"),
    (add(filters(item=None)), "missing", "/item"),
    (add(hours(item="I-1")), "not_for_type", "/item"),
    (add(travel(item="I-1")), "not_for_type", "/item"),
    (add(call_out(item="I-1")), "not_for_type", "/item"),
    (add(filters(worker="W-1")), "not_for_type", "/worker"),
    (add(hours("0")), "invalid_number", "/quantity"),
    (add(hours(category="TRAVEL")), "category_type", "/category"),
    (add(filters(category="LABOUR")), "category_type", "/category"),
    (add(hours(category="X")), "unknown_reference", "/category"),
    (add(hours(), category=Category("LABOUR", "hour", active=False)), "inactive_reference", "/category"),
    (add(hours(worker="W-9")), "unknown_reference", "/worker"),
    (add(hours(worker="W-1"), worker=Worker("W-1", active=False)), "inactive_reference", "/worker"),
    (add(filters(item="I-9")), "unknown_reference", "/item"),
    (add(filters(), item=Item("I-1", active=False)), "inactive_reference", "/item"),
    (add(hours(line_property="X")), "unknown_reference", "/line_property"),
    (add(hours(starts_on=JANUARY - timedelta(days=1))), "outside_agreement", "/starts_on"),
    (add(hours(starts_on=LAST + timedelta(days=1))), "outside_agreement", "/starts_on"),
    (add(hours(ends_on=LAST + timedelta(days=1))), "outside_agreement", "/ends_on"),
    (add(hours(starts_on=JULY, ends_on=JULY - timedelta(days=1))), "period_reversed", "/ends_on"),
    (add(hours(ends_on=JANUARY - timedelta(days=1))), "period_reversed", "/ends_on"),
]


@pytest.mark.parametrize(
    ("command", "reason", "field"), REFUSALS, ids=[f"{row[1]} {row[2]} {n}" for n, row in enumerate(REFUSALS)]
)
def test_what_a_line_says_must_stand(command: Any, reason: str, field: str) -> None:
    """AGL-04, AGL-06."""
    draft.when(command).then_refused("value", reason, field)


def test_a_line_may_hold_for_one_day_and_for_ever() -> None:
    draft.when(add(hours(starts_on=LAST, ends_on=LAST))).then(added(1, starts_on=LAST, ends_on=LAST))
    late = date(2099, 1, 1)
    an_agreement.given(created(ends_on=None)).when(add(hours(ends_on=late))).then(added(1, ends_on=late))


def test_a_line_is_revised_whole() -> None:
    """AGL-01."""
    lined.when(revise(1, hours("3", starts_on=OCTOBER))).then(revised(1, quantity=Decimal(3), starts_on=OCTOBER))
    kept = lined.given(stopped(2)).when(revise(2, filters("5"))).then(revised(2, FILTERS, quantity=Decimal(5)))
    assert isinstance(kept.state, Existing)
    assert kept.state.lines[2].stopped


def test_a_revision_keeps_the_type_and_changes_something() -> None:
    lined.when(revise(1, travel())).then_refused("value", "line_type_fixed", "/type")
    lined.when(revise(1, hours())).then_refused("state", "nothing_to_change")
    lined.when(revise(1, hours("0"))).then_refused("value", "invalid_number", "/quantity")
    lined.when(revise(3, hours())).then_refused("state", "unknown_line")


def test_a_removed_line_is_gone_and_its_number_is_never_used_again() -> None:
    """AGL-01."""
    after = lined.when(RemoveLine(2)).then(removed(2))
    after.when(RemoveLine(2)).then_refused("state", "unknown_line")
    after.when(add(filters())).then(added(3, FILTERS))


def test_a_line_is_stopped_once_and_restarted_once() -> None:
    """AGL-05."""
    lined.when(RestartLine(1)).then_refused("state", "line_not_stopped")
    halted = lined.when(StopLine(1, "Machine sold")).then(stopped(1, "Machine sold"))
    halted.when(StopLine(1)).then_refused("state", "line_stopped")
    going = halted.when(RestartLine(1)).then(restarted(1))
    assert going.state == lined.state
    lined.when(StopLine(9)).then_refused("state", "unknown_line")
    lined.when(RestartLine(9)).then_refused("state", "unknown_line")
