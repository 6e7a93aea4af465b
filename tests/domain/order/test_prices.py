"""What a line costs and sells for: PRJ-01, PRJ-02, PRJ-05, PRJ-06, PRJ-07, MAR-02. Every row writes its arithmetic."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from libs.kernel.money import Money
from services.order.domain.service_order.references import LineProperty
from services.order.domain.service_order.state import LineEntry
from tests.domain.order.facts import CALL, HOURS, PUMPS, TRIP, added, created, priced
from tests.domain.order.records import (
    APRIL,
    JANUARY,
    MARCH,
    REPAIRS,
    add,
    an_order,
    call_out,
    hours,
    listed,
    pumps,
    travel,
)

open_order = an_order.given(created())


@pytest.mark.parametrize(
    ("quantity", "unit_cost", "cost_amount", "unit_price", "sales"),
    [
        pytest.param("1.5", "33.33", "50.00", "66.67", "100.01", id="49.995 and 100.005, both up"),
        pytest.param("0.333", "40.00", "13.32", "75.00", "24.98", id="13.320 and 24.975, up"),
        pytest.param("3", "0.0049", "0.01", "0.0016", "0.00", id="0.0147 up, 0.0048 down"),
        pytest.param("7", "12.345678", "86.42", "0.123456", "0.86", id="86.419746 up, 0.864192 down"),
        pytest.param("99999999999", "9.00", "899999999991.00", "9.99", "998999999990.01", id="large"),
    ],
)
def test_an_amount_is_quantity_times_unit_rounded_once(
    quantity: str, unit_cost: str, cost_amount: str, unit_price: str, sales: str
) -> None:
    command = add(hours(quantity), cost_prices=[listed(unit_cost)], sales_prices=[listed(unit_price)])
    values = HOURS | priced(quantity, unit_cost, cost_amount, unit_price, sales)
    open_order.when(command).then(added(1, values))


@pytest.mark.parametrize(
    ("given", "shown"),
    [("40", "40.00"), ("40.5", "40.50"), ("40.1000", "40.10"), ("40.123", "40.123"), ("40.123456", "40.123456")],
)
def test_a_unit_price_shows_at_least_the_decimals_of_the_currency(given: str, shown: str) -> None:
    command = add(call_out(), sales_prices=[listed(given, type="fee")])
    amount = str(round(Decimal(shown), 2))
    open_order.when(command).then(added(1, CALL | priced("1", "0.00", "0.00", shown, amount)))


def test_a_listed_price_has_at_most_four_more_decimals_than_the_currency() -> None:
    command = add(call_out("1000000"), sales_prices=[listed("0.12345650", type="fee"), listed("1", type="hour")])
    values = CALL | priced("1000000", "0.00", "0.00", "0.123457", "123457.00")
    open_order.when(command).then(added(1, values))


@pytest.mark.parametrize(
    ("currency", "unit_cost", "amount", "unit_price", "sales"),
    [
        pytest.param("JPY", "40", "100", "75.5", "189", id="no decimals: 2.5 x 75.5 = 188.75"),
        pytest.param("KWD", "40.000", "100.000", "75.4321", "188.580", id="three: 2.5 x 75.4321 = 188.58025"),
    ],
)
def test_every_currency_has_its_own_decimals(
    currency: str, unit_cost: str, amount: str, unit_price: str, sales: str
) -> None:
    money = {"cost": Money.of(amount, currency), "sales": Money.of(sales, currency)}
    units = {"unit_cost": Decimal(unit_cost), "unit_price": Decimal(unit_price), "quantity": Decimal("2.5")}
    command = add(
        hours("2.5"),
        cost_prices=[listed("40", currency=currency)],
        sales_prices=[listed(unit_price, currency=currency)],
    )
    an_order.given(created(currency=currency)).when(command).then(added(1, HOURS | units | money))


@pytest.mark.parametrize(
    ("model", "value", "unit_cost", "unit_price"),
    [
        pytest.param("pricing", "75", "40.00", "75.00", id="as it stands"),
        pytest.param("contribution_ratio", "10", "50.00", "55.56", id="100 x 50 / (100 - 10) = 55.5555..., X10"),
        pytest.param("charges_percentage", "5", "20.00", "21.00", id="20 x 1.05, X10"),
        pytest.param("charges_amount", "10", "90.00", "100.00", id="90 + 10, X10"),
    ],
)
def test_a_sales_price_follows_from_the_unit_cost_by_its_model(
    model: Any, value: str, unit_cost: str, unit_price: str
) -> None:
    """PRJ-06, [?31]."""
    command = add(hours("1"), cost_prices=[listed(unit_cost)], sales_prices=[listed(value, model=model)])
    open_order.when(command).then(added(1, HOURS | priced("1", unit_cost, unit_cost, unit_price, unit_price)))


def test_cost_and_sales_are_searched_in_different_orders() -> None:
    """PRJ-01, rows 3 to 5: for cost worker and category win over the project, for sales the project wins."""
    keys: list[dict[str, str]] = [{"worker": "W-1", "category": "LABOUR"}, {"project": "P-1"}]
    command = add(
        hours("1"),
        cost_prices=[listed("40", **keys[0]), listed("30", **keys[1])],
        sales_prices=[listed("80", **keys[0]), listed("75", **keys[1])],
    )
    open_order.when(command).then(added(1, HOURS | priced("1", "40.00", "40.00", "75.00", "75.00")))


def test_the_price_is_the_latest_in_force_on_the_service_date() -> None:
    rows = [
        listed("38", effective_on=JANUARY),
        listed("40", effective_on=MARCH),
        listed("42", effective_on=APRIL),
    ]
    march, april = add(hours("1"), cost_prices=rows), created(service_date=APRIL)
    open_order.when(march).then(added(1, HOURS | priced("1", "40.00", "40.00", "75.00", "75.00")))
    an_order.given(april).when(march).then(added(1, HOURS | priced("1", "42.00", "42.00", "75.00", "75.00")))


@pytest.mark.parametrize(
    ("points", "unit_cost", "unit_price"),
    [
        (("50", "-10"), "60.00", "67.50"),
        (("12.5", "0"), "45.00", "75.00"),
        (("0.00001", "33.33333"), "40.000004", "99.999998"),
        (("-100", "100"), "0.00", "150.00"),
    ],
)
def test_a_line_property_adds_percentage_points_to_the_unit_prices_of_hours(
    points: tuple[str, str], unit_cost: str, unit_price: str
) -> None:
    """PRJ-05: 40 and 75, half-up to six decimals: 99.9999975 is 99.999998."""
    row = LineProperty("NIGHT", True, *map(Decimal, points))
    command = add(hours("1", line_property="NIGHT"), line_property=row)
    amounts = [str(round(Decimal(unit), 2)) for unit in (unit_cost, unit_price)]
    values = HOURS | priced("1", unit_cost, amounts[0], unit_price, amounts[1])
    open_order.when(command).then(added(1, values, line_property="NIGHT"))


@pytest.mark.parametrize(("entry", "values"), [(travel(), TRIP), (pumps(), PUMPS), (call_out(), CALL)])
def test_a_line_property_adds_nothing_to_other_lines(entry: LineEntry, values: dict[str, Any]) -> None:
    entry = replace(entry, line_property="NIGHT")
    open_order.when(add(entry)).then(added(1, values, line_property="NIGHT"))


def test_the_model_works_on_the_unit_cost_without_percentage_points() -> None:
    command = add(
        hours("1", line_property="NIGHT"), sales_prices=[listed("100", model="charges_percentage")]
    )  # 40 + 100 % = 80, - 10 % = 72; the cost alone takes + 50 %
    values = HOURS | priced("1", "60.00", "60.00", "72.00", "72.00")
    open_order.when(command).then(added(1, values, line_property="NIGHT"))


@pytest.mark.parametrize("kind", ["fixed_price", "investment", "cost", "internal"])
@pytest.mark.parametrize(
    ("entry", "values"),
    [
        (hours(), HOURS | priced("3", "40.00", "120.00", "0.00", "0.00")),
        (travel(), TRIP | priced("1", "618.00", "618.00", "0.00", "0.00")),
        (pumps(), PUMPS | priced("2", "15.25", "30.50", "0.00", "0.00")),
    ],
    ids=["hour", "expense", "item"],
)
def test_only_time_and_material_earns_sales(kind: Any, entry: LineEntry, values: dict[str, Any]) -> None:
    """PRJ-02, PRJ-07, LED-07: the cost stands alone, and no sales price is missed."""
    project = replace(REPAIRS, type=kind)
    an_order.given(created(project_type=kind)).when(add(entry, project=project)).then(added(1, values))
    an_order.given(created(project_type=kind)).when(add(entry, project=project, sales_prices=())).then(added(1, values))
