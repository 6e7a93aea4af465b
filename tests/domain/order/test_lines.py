"""Lines are added: LIN-01 to LIN-07, PRJ-04, PRJ-05, PRJ-07."""

from dataclasses import replace
from typing import Any

import pytest

from services.order.domain.service_order.lines import AddLine
from services.order.domain.service_order.references import Category
from services.order.domain.service_order.state import LineEntry
from tests.domain.order.facts import (
    CALL,
    HOURS,
    PUMPS,
    TRIP,
    WARRANTY_HOUR,
    added,
    canceled,
    created,
    priced,
)
from tests.domain.order.records import REPAIRS, add, an_order, call_out, found, hours, pumps, travel

open_order = an_order.given(created())


@pytest.mark.parametrize(
    ("entry", "values"),
    [
        pytest.param(hours("3"), HOURS, id="hour"),
        pytest.param(hours("1", line_property="WARRANTY"), WARRANTY_HOUR, id="hour under warranty"),
        pytest.param(travel(), TRIP, id="expense"),
        pytest.param(travel(worker="W-2"), TRIP | {"worker": "W-2"}, id="expense of a worker"),
        pytest.param(pumps(), PUMPS, id="item"),
        pytest.param(pumps(category="PARTS"), PUMPS | {"category": "PARTS"}, id="item with a category"),
        pytest.param(call_out(), CALL, id="fee"),
        pytest.param(call_out(worker="W-1"), CALL | {"worker": "W-1"}, id="fee of a worker"),
        pytest.param(call_out(description="At night"), CALL | {"description": "At night"}, id="described"),
    ],
)
def test_a_line_of_each_type_is_added_with_what_was_found(entry: LineEntry, values: dict[str, Any]) -> None:
    open_order.when(add(entry)).then(added(1, values))


def test_lines_are_numbered_and_a_number_is_never_used_again() -> None:
    (
        open_order.given(added(1), added(2, PUMPS), canceled(2))
        .when(add(call_out()))
        .then(added(3, CALL))
        .when(add(travel()))
        .then(added(4, TRIP))
    )


def test_an_order_whose_lines_were_all_canceled_takes_another() -> None:
    open_order.given(added(1), canceled(1)).when(add(call_out())).then(added(2, CALL))


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (hours(worker=None), "/worker"),
        (hours(category=None), "/category"),
        (travel(category=None), "/category"),
        (pumps(item=None), "/item"),
        (call_out(category=None), "/category"),
    ],
)
def test_a_line_names_what_its_type_needs(entry: LineEntry, field: str) -> None:
    open_order.when(add(entry)).then_refused("value", "missing", field)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (hours(item="I-1"), "/item"),
        (travel(item="I-1"), "/item"),
        (pumps(worker="W-1"), "/worker"),
        (call_out(item="I-1"), "/item"),
    ],
)
def test_a_line_does_not_name_what_belongs_to_another_type(entry: LineEntry, field: str) -> None:
    open_order.when(add(entry)).then_refused("value", "not_for_type", field)


@pytest.mark.parametrize("quantity", ["0", "-1", "-0.00000001"])
def test_a_quantity_is_above_zero(quantity: str) -> None:
    open_order.when(add(hours(quantity))).then_refused("value", "invalid_number", "/quantity")


def test_the_smallest_quantity_counts_and_is_rounded_to_nothing() -> None:
    smallest = HOURS | priced("0.00000001", "40.00", "0.00", "75.00", "0.00")
    open_order.when(add(hours("0.00000001"))).then(added(1, smallest))


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (hours(category="C-9"), "category"),
        (hours(worker="W-9"), "worker"),
        (travel(worker="W-9"), "worker"),
        (pumps(item="I-9"), "item"),
        (pumps(category="C-9"), "category"),
        (hours(line_property="L-9"), "line_property"),
    ],
)
def test_what_a_line_names_is_known(entry: LineEntry, name: str) -> None:
    open_order.when(add(entry)).then_refused("value", "unknown_reference", f"/{name}")


@pytest.mark.parametrize(
    ("entry", "name"),
    [(hours(), "category"), (hours(), "worker"), (travel(worker="W-1"), "worker"), (pumps(), "item")],
)
def test_what_a_line_names_is_active(entry: LineEntry, name: str) -> None:
    gone = replace(getattr(found(entry), name), active=False)
    open_order.when(add(entry, **{name: gone})).then_refused("value", "inactive_reference", f"/{name}")


def test_lines_are_added_while_the_project_of_the_order_stands() -> None:
    open_order.when(AddLine(hours(), replace(found(hours()), project=None))).then_refused("state", "unknown_reference")
    closed = replace(REPAIRS, active=False)
    open_order.when(add(hours(), project=closed)).then_refused("state", "inactive_reference")


@pytest.mark.parametrize("kind", ["hour", "expense", "item", "fee"])
@pytest.mark.parametrize("entry", [hours(), travel(), pumps(category="PARTS"), call_out()], ids=lambda it: it.type)
def test_a_category_belongs_to_one_type_of_line(entry: LineEntry, kind: Any) -> None:
    """LIN-06, PRJ-04."""
    command = add(entry, category=Category(str(entry.category), kind))
    if kind == entry.type:
        open_order.when(command).then_accepted()
    else:
        open_order.when(command).then_refused("value", "category_type", "/category")


@pytest.mark.parametrize("kind", ["investment", "cost"])
def test_investment_and_cost_projects_take_no_fees(kind: Any) -> None:
    """PRJ-07."""
    project, earning_nothing = replace(REPAIRS, type=kind), priced("2", "15.25", "30.50", "0.00", "0.00")
    order = an_order.given(created(project_type=kind))
    order.when(add(call_out(), project=project)).then_refused("value", "line_type_not_for_project", "/type")
    order.when(add(pumps(), project=project)).then(added(1, PUMPS | earning_nothing))


@pytest.mark.parametrize("kind", ["fixed_price", "internal"])
def test_other_projects_take_fees(kind: Any) -> None:
    fee = CALL | priced("1", "0.00", "0.00", "0.00", "0.00")
    an_order.given(created(project_type=kind)).when(add(call_out())).then(added(1, fee))


@pytest.mark.parametrize(
    ("entry", "of_project", "of_category", "of_item", "groups"),
    [
        (hours(), "A", "B", None, ("A", "B")),
        (hours(), "A", None, None, ("A",)),
        (hours(), None, "B", None, ("B",)),
        (hours(), None, None, None, ()),
        (hours(), "A", "A", None, ("A",)),
        (pumps(category="PARTS"), "A", "B", "C", ("A", "C")),
        (pumps(category="PARTS"), "A", "B", None, ("A",)),
    ],
)
def test_tax_groups_of_the_project_then_of_the_category_or_item(
    entry: LineEntry, of_project: str | None, of_category: str | None, of_item: str | None, groups: tuple[str, ...]
) -> None:
    """LIN-07."""
    rows = found(entry)
    assert rows.category is not None
    command = AddLine(
        entry,
        replace(
            rows,
            project=replace(REPAIRS, tax_group=of_project),
            category=replace(rows.category, tax_group=of_category),
            item=rows.item and replace(rows.item, tax_group=of_item),
        ),
    )
    said = {"category": entry.category, "tax_groups": groups}
    open_order.when(command).then(added(1, (HOURS if entry.type == "hour" else PUMPS) | said))


COVERED = replace(REPAIRS, line_property="WARRANTY")


def test_the_line_property_of_the_project_holds_where_the_line_names_none() -> None:
    open_order.when(add(hours("1"), project=COVERED)).then(added(1, WARRANTY_HOUR))
    night = HOURS | {"line_property": "NIGHT", **priced("3", "60.00", "180.00", "67.50", "202.50")}
    open_order.when(AddLine(hours(line_property="NIGHT"), found(hours(line_property="NIGHT"), COVERED))).then(
        added(1, night)
    )


def test_a_default_line_property_that_is_unknown_is_refused() -> None:
    lost = replace(REPAIRS, line_property="L-9")
    open_order.when(add(hours(), project=lost)).then_refused("value", "unknown_reference", "/line_property")
