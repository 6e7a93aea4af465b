"""The search of prices and the sales price models: PRJ-01, PRJ-06, X10."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.rules.pricing import COST_SEARCH, SALES_SEARCH, Model, Price, Wanted, sales_unit_price, search

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
KEYS: dict[str, Any] = {"project": "P-1", "worker": "W-1", "category": "LABOUR"}
WANTED = Wanted("hour", MARCH, "EUR", **KEYS)

COST_ROWS = (
    "project worker category",
    "project worker",
    "worker category",
    "project category",
    "project",
    "worker",
    "category",
    "",
)
SALES_ROWS = (
    "project worker category",
    "project worker",
    "project category",
    "project",
    "worker category",
    "worker",
    "category",
    "",
)
TABLES = {"cost": (COST_ROWS, COST_SEARCH), "sales": (SALES_ROWS, SALES_SEARCH)}


def price(row: str = "", **others: Any) -> Price:
    """A price that names the keys of a row of the table."""
    named = {name: KEYS[name] for name in row.split()}
    return replace(Price(row or "anything", "hour", JANUARY, "EUR", Decimal(40), **named), **others)


@pytest.mark.parametrize("table", TABLES)
def test_the_search_order_is_the_table(table: str) -> None:
    rows, order = TABLES[table]
    assert order == tuple(frozenset(row.split()) for row in rows)


PAIRS = [
    pytest.param(table, higher, lower, id=f"{table}: {higher} before {lower or 'nothing named'}")
    for table, (rows, _) in TABLES.items()
    for higher, lower in combinations(rows, 2)
]


@pytest.mark.parametrize(("table", "higher", "lower"), PAIRS)
def test_of_two_prices_the_higher_row_wins(table: str, higher: str, lower: str) -> None:
    """Even where the lower one is the later: the row is searched before the date."""
    high, low = price(higher), price(lower, effective_on=MARCH)
    for listed in permutations((high, low)):
        assert search(listed, WANTED, TABLES[table][1]) == high


@pytest.mark.parametrize("table", TABLES)
def test_of_any_prices_the_highest_row_wins(table: str) -> None:
    """All 255 choices of rows."""
    rows, order = TABLES[table]
    prices = [price(row) for row in rows]
    for count in range(1, len(rows) + 1):
        for present in combinations(prices, count):
            assert search(reversed(present), WANTED, order) == present[0]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("row", COST_ROWS)
def test_a_price_that_names_something_else_is_no_hit(table: str, row: str) -> None:
    order = TABLES[table][1]
    assert search([price(row)], WANTED, order) == price(row)
    for name in row.split():
        assert search([price(row, **{name: "OTHER"})], WANTED, order) is None
        without: dict[str, Any] = {name: None}
        assert search([price(row)], replace(WANTED, **without), order) is None


@pytest.mark.parametrize("table", TABLES)
def test_nothing_listed_is_nothing_found(table: str) -> None:
    assert search([], WANTED, TABLES[table][1]) is None


@pytest.mark.parametrize(
    ("effective", "found"),
    [
        ((JANUARY, FEBRUARY), FEBRUARY),
        ((FEBRUARY, JANUARY), FEBRUARY),
        ((JANUARY, MARCH), MARCH),
        ((JANUARY, APRIL), JANUARY),
        ((JANUARY, FEBRUARY, MARCH, APRIL), MARCH),
        ((APRIL,), None),
    ],
)
def test_the_latest_price_on_or_before_the_date(effective: tuple[date, ...], found: date | None) -> None:
    prices = [price("project", effective_on=day) for day in effective]
    hit = search(prices, WANTED, COST_SEARCH)
    assert (hit and hit.effective_on) == found


def test_a_row_that_is_not_in_force_gives_way_to_the_next() -> None:
    later, now = price("project worker", effective_on=APRIL), price("category")
    assert search([later, now], WANTED, COST_SEARCH) == now
    assert search([later, now], replace(WANTED, on=APRIL), COST_SEARCH) == later


def test_two_prices_of_one_row_and_day_are_told_apart_by_their_key() -> None:
    one, two = price("project", key="CP-1"), price("project", key="CP-2")
    assert search([one, two], WANTED, COST_SEARCH) == search([two, one], WANTED, COST_SEARCH) == two


def test_the_date_comes_before_the_key() -> None:
    early, late = price("project", key="CP-9"), price("project", key="CP-1", effective_on=FEBRUARY)
    assert search([early, late], WANTED, COST_SEARCH) == search([late, early], WANTED, COST_SEARCH) == late


@pytest.mark.parametrize("other", [{"type": "expense"}, {"currency": "USD"}])
def test_another_type_or_currency_is_no_hit(other: dict[str, str]) -> None:
    assert search([price("project", **other)], WANTED, SALES_SEARCH) is None


PRICES = st.builds(
    price,
    st.sampled_from(COST_ROWS),
    key=st.sampled_from(["A", "B", "C"]),
    effective_on=st.sampled_from([JANUARY, FEBRUARY, MARCH, APRIL]),
    currency=st.sampled_from(["EUR", "USD"]),
    worker=st.sampled_from([None, "W-1", "W-2"]),
)


@given(st.lists(PRICES, max_size=12, unique_by=lambda it: (it.names, it.key, it.effective_on)), st.randoms())
def test_the_hit_fits_and_no_fitting_price_comes_before_it(prices: list[Price], chance: Any) -> None:
    for order in (COST_SEARCH, SALES_SEARCH):
        hit = search(prices, WANTED, order)
        fitting = [each for each in prices if WANTED.fits(each)]
        assert (hit is None) == (not fitting)
        if hit is not None:
            assert hit in fitting
            assert order.index(hit.names) == min(order.index(each.names) for each in fitting)
        mixed = chance.sample(prices, len(prices))
        assert search(mixed, WANTED, order) == hit


@pytest.mark.parametrize(
    ("model", "value", "unit_cost", "unit_price"),
    [
        ("contribution_ratio", "10", "50", "55.56"),  # 100 x 50 / 90 = 55.5555...
        ("charges_percentage", "5", "20", "21.00"),  # 20 x 1.05
        ("charges_amount", "10", "90", "100.00"),  # 90 + 10
        ("charges_percentage", "5", "618.00", "648.90"),  # MAR-11
        ("charges_percentage", "12.5", "0.20", "0.23"),  # 0.225 up
        ("charges_percentage", "0", "20", "20.00"),
        ("charges_amount", "0.005", "90", "90.01"),  # 90.005 up
        ("contribution_ratio", "0", "50", "50.00"),
        ("contribution_ratio", "99.99", "50", "500000.00"),  # 5000 / 0.01
        ("contribution_ratio", "10", "0", "0.00"),
    ],
)
def test_each_model_of_the_sales_price(model: Model, value: str, unit_cost: str, unit_price: str) -> None:
    """PRJ-06, X10."""
    assert str(sales_unit_price(model, Decimal(value), Decimal(unit_cost), 2)) == unit_price


def test_the_documented_example_is_met_within_a_cent() -> None:
    """The documentation truncates 55.5555... to 55.55; half-up gives 55.56. Source: X10, [?31]."""
    made = sales_unit_price("contribution_ratio", Decimal(10), Decimal(50), 2)
    assert abs(made - Decimal("55.55")) <= Decimal("0.01")


def test_a_price_as_it_stands_is_not_rounded() -> None:
    assert str(sales_unit_price("pricing", Decimal("75.123456"), Decimal(40), 2)) == "75.123456"


@pytest.mark.parametrize("places", [0, 2, 3])
def test_a_computed_price_has_the_places_asked_for(places: int) -> None:
    made = sales_unit_price("charges_percentage", Decimal("33.3"), Decimal(10), places)
    assert made.as_tuple().exponent == -places


@pytest.mark.parametrize("ratio", ["100", "100.01", "500"])
def test_no_price_reaches_a_contribution_of_its_whole(ratio: str) -> None:
    with pytest.raises(ValueError, match="below 100"):
        sales_unit_price("contribution_ratio", Decimal(ratio), Decimal(50), 2)


@given(st.decimals("0", "99", places=2), st.decimals("0", "10000", places=2))
def test_the_contribution_is_the_ratio_of_the_price(ratio: Decimal, unit_cost: Decimal) -> None:
    made = Fraction(sales_unit_price("contribution_ratio", ratio, unit_cost, 2))
    assert abs((made - Fraction(unit_cost)) - made * Fraction(ratio) / 100) <= Fraction(1, 200)


@given(
    st.decimals("0", "500", places=2),
    st.decimals("0", "10000", places=2),
    st.sampled_from(["charges_percentage", "charges_amount"]),
)
def test_charges_are_never_below_cost(value: Decimal, unit_cost: Decimal, model: Any) -> None:
    assert sales_unit_price(model, value, unit_cost, 2) >= unit_cost
