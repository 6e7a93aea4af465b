"""Prices that are missing, are zero, or are too large: PRJ-01, PRJ-02, PST-06, contracts 3."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.order.domain.service_order.references import Item, LineProperty
from tests.domain.order.facts import CALL, HOURS, PUMPS, added, created, priced
from tests.domain.order.records import (
    APRIL,
    COST_PRICES,
    MARCH,
    PUMP,
    SALES_PRICES,
    add,
    an_order,
    call_out,
    hours,
    listed,
    pumps,
)

open_order = an_order.given(created())


NO_COST, NO_PRICE = ("3", "0.00", "0.00", "75.00", "225.00"), ("3", "40.00", "120.00", "0.00", "0.00")


@pytest.mark.parametrize(
    ("instead", "values"),
    [
        pytest.param({"cost_prices": ()}, NO_COST, id="no cost"),
        pytest.param({"cost_prices": [listed("40", effective_on=APRIL)]}, NO_COST, id="no cost yet"),
        pytest.param({"cost_prices": [listed("40", type="expense")]}, NO_COST, id="no cost of hours"),
        pytest.param({"cost_prices": [listed("40", currency="USD")]}, NO_COST, id="no cost in EUR"),
        pytest.param({"cost_prices": [listed("40", project="P-2")]}, NO_COST, id="no cost here"),
        pytest.param({"sales_prices": ()}, NO_PRICE, id="no price"),
        pytest.param(
            {"sales_prices": [listed("100", model="contribution_ratio")]}, NO_PRICE, id="a ratio that no price reaches"
        ),
        pytest.param(
            {"cost_prices": (), "sales_prices": [listed("5", model="charges_percentage")]},
            ("3", "0.00", "0.00", "0.00", "0.00"),
            id="a percentage on no cost",
        ),
        pytest.param(
            {"cost_prices": (), "sales_prices": [listed("5", model="charges_amount")]},
            ("3", "0.00", "0.00", "0.00", "0.00"),
            id="an amount on no cost",
        ),
    ],
)
def test_a_line_whose_price_is_missing_stands_at_zero(instead: dict[str, Any], values: tuple[str, ...]) -> None:
    open_order.when(add(hours(), **instead)).then(added(1, HOURS | priced(*values), price_source="missing"))


@pytest.mark.parametrize(
    "item",
    [replace(PUMP, effective_on=APRIL), replace(PUMP, currency="USD")],
    ids=["not in force yet", "another currency"],
)
def test_an_item_has_the_prices_that_are_in_force(item: Item) -> None:
    values = PUMPS | priced("2", "0.00", "0.00", "0.00", "0.00")
    open_order.when(add(pumps(), item=item)).then(added(1, values, price_source="missing"))
    today = replace(item, effective_on=MARCH, currency="EUR")
    open_order.when(add(pumps(), item=today)).then(added(1, PUMPS))


def test_a_price_of_zero_is_a_price() -> None:
    command = add(hours(), cost_prices=[listed("0")], sales_prices=[listed("0")])
    open_order.when(command).then(added(1, HOURS | priced("3", "0.00", "0.00", "0.00", "0.00")))


def test_a_line_that_is_not_charged_misses_no_sales_price() -> None:
    entry = hours("1", line_property="WARRANTY")
    values = HOURS | {"chargeable": False, "line_property": "WARRANTY"} | priced("1", "40.00", "40.00", "0.00", "0.00")
    open_order.when(add(entry, sales_prices=())).then(added(1, values))


def test_a_fee_costs_nothing_whatever_is_listed() -> None:
    rows = (*COST_PRICES, listed("99", type="fee"), listed("98", type="hour"))
    open_order.when(add(call_out(), cost_prices=rows, sales_prices=SALES_PRICES)).then(added(1, CALL))


@pytest.mark.parametrize(
    ("quantity", "unit", "field"),
    [("100000000000", "10", "/quantity"), ("1", "1000000000000", ""), ("99999999999.9999", "10.00", "/quantity")],
)
def test_an_amount_that_no_fact_can_hold_is_refused(quantity: str, unit: str, field: str) -> None:
    """10^12 has thirteen digits before the point; 999,999,999,999.999 rounds up to it."""
    of_cost = add(hours(quantity), cost_prices=[listed(unit)])
    open_order.when(of_cost).then_refused("value", "amount_too_large", field)
    of_price = add(call_out(quantity), sales_prices=[listed(unit, type="fee")])
    open_order.when(of_price).then_refused("value", "amount_too_large", field)


def test_percentage_points_beyond_every_bound_are_refused_and_not_a_fault() -> None:
    row = LineProperty("NIGHT", True, Decimal("999999999999.99999999"), Decimal(0))
    command = add(
        hours("999999999999.99999999", line_property="NIGHT"),
        line_property=row,
        cost_prices=[listed("999999999999.99999999")],
    )
    open_order.when(command).then_refused("value", "amount_too_large")
