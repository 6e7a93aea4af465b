"""Lines are revised: ORD-07, LIN-09, PPR-03."""

from dataclasses import replace

import pytest

from services.order.domain.service_order.lines import AddLine, ReviseLine
from services.order.domain.service_order.state import CreatedLine, LineEntry, Open, entry_of
from tests.domain.order.facts import (
    HOURS,
    PUMPS,
    WARRANTY_HOUR,
    added,
    canceled,
    created,
    line_posted,
    overridden,
    priced,
    revised,
    signed,
)
from tests.domain.order.records import an_order, call_out, found, hours, pumps, revise, travel

open_order = an_order.given(created())


def test_a_line_is_revised_whole_and_priced_again() -> None:
    four = HOURS | priced("4", "40.00", "160.00", "75.00", "300.00")
    entry = hours("4", description="And the valve")
    open_order.given(added(1)).when(revise(1, entry)).then(revised(1, four, description="And the valve"))


def test_a_revised_line_may_become_one_under_warranty() -> None:
    entry = hours("1", line_property="WARRANTY")
    open_order.given(added(1)).when(revise(1, entry)).then(revised(1, WARRANTY_HOUR))


def test_a_line_is_not_revised_into_itself() -> None:
    order = open_order.given(added(1))
    order.when(revise(1, hours("3"))).then_refused("state", "nothing_to_change")
    order.when(revise(1, hours("3.00"))).then_refused("state", "nothing_to_change")


def test_the_same_line_at_prices_that_have_changed_since_is_a_revision() -> None:
    dearer = tuple(replace(price, value=price.value + 5) for price in found(hours()).sales_prices)
    command = revise(1, hours(), sales_prices=dearer)
    eighty = HOURS | priced("3", "40.00", "120.00", "80.00", "240.00")
    open_order.given(added(1)).when(command).then(revised(1, eighty))


def test_a_price_by_hand_stays_while_what_prices_are_searched_by_stays() -> None:
    """PPR-03."""
    order = open_order.given(added(1), overridden(1, "40.00", "120.00", "60.00", "180.00"))
    four = HOURS | priced("4", "40.00", "160.00", "60.00", "240.00")
    order.when(revise(1, hours("4"))).then(revised(1, four, price_source="override"))
    order.when(revise(1, hours("3"))).then_refused("state", "nothing_to_change")


@pytest.mark.parametrize(
    ("entry", "values"),
    [(hours(worker="W-2"), {"worker": "W-2"}), (hours(category="NIGHTS"), {"category": "NIGHTS"})],
    ids=["worker", "category"],
)
def test_a_price_by_hand_goes_with_what_prices_are_searched_by(entry: LineEntry, values: dict[str, str]) -> None:
    order = open_order.given(added(1), overridden(1, "40.00", "120.00", "60.00", "180.00"))
    rows = found(hours(worker=entry.worker))
    assert rows.category is not None
    rows = replace(rows, category=replace(rows.category, key=str(entry.category)))
    anyone = tuple(replace(price, category=None) for price in rows.cost_prices)
    order.when(ReviseLine(1, entry, replace(rows, cost_prices=anyone))).then(revised(1, HOURS | values))


def test_a_price_by_hand_of_an_item_goes_with_the_item() -> None:
    order = open_order.given(added(1, PUMPS), overridden(1, "15.25", "30.50", "20.00", "40.00"))
    rows = found(pumps())
    assert rows.item is not None
    other = replace(rows, item=replace(rows.item, key="I-2"))
    order.when(ReviseLine(1, pumps(item="I-2"), other)).then(revised(1, PUMPS | {"item": "I-2"}))
    order.when(revise(1, pumps("3"))).then(
        revised(1, PUMPS | priced("3", "15.25", "45.75", "20.00", "60.00"), price_source="override")
    )


def test_the_type_of_a_line_stays() -> None:
    open_order.given(added(1)).when(revise(1, call_out())).then_refused("value", "line_type_fixed", "/type")


def test_a_revised_line_keeps_every_rule_of_an_added_one() -> None:
    order = open_order.given(added(1))
    order.when(revise(1, hours("0"))).then_refused("value", "invalid_number", "/quantity")
    order.when(revise(1, hours(worker="W-9"))).then_refused("value", "unknown_reference", "/worker")


def test_only_a_created_line_that_is_not_signed_off_is_revised() -> None:
    open_order.when(revise(1, hours())).then_refused("state", "unknown_line")
    order = open_order.given(added(1), added(2, PUMPS))
    order.given(canceled(1)).when(revise(1, hours("4"))).then_refused("state", "line_canceled")
    order.given(signed(1)).when(revise(1, hours("4"))).then_refused("state", "line_signed_off")
    order.given(signed(1), line_posted(1)).when(revise(1, hours("4"))).then_refused("state", "line_posted")


def test_a_partial_change_is_merged_into_what_people_said() -> None:
    entry = travel("2", worker="W-1", description="To the plant", line_property="WARRANTY")
    state = open_order.when(AddLine(entry, found(entry))).then_accepted().state
    assert isinstance(state, Open)
    line = state.lines[1]
    assert isinstance(line, CreatedLine)
    assert entry_of(line.values) == entry
