"""Unit prices by hand: LIN-05, PPR-03, PRJ-02, MAR-02, contracts 3."""

from decimal import Decimal
from typing import Any

import pytest

from services.order.domain.service_order.lines import OverridePrice
from services.order.domain.service_order.sign_off import SignOff
from tests.domain.order.facts import (
    CALL,
    HOURS,
    PUMPS,
    WARRANTY_HOUR,
    added,
    canceled,
    created,
    line_posted,
    overridden,
    priced,
    signed,
)
from tests.domain.order.records import an_order

open_order = an_order.given(created(), added(1), added(2, PUMPS))


def override(line: int = 1, **units: Any) -> OverridePrice:
    return OverridePrice(line=line, reason="agreed", **{name: Decimal(unit) for name, unit in units.items()})


@pytest.mark.parametrize(
    ("units", "told"),
    [
        ({"unit_cost": "41", "unit_price": "80"}, ("41.00", "123.00", "80.00", "240.00")),
        ({"unit_price": "66.6666"}, ("40.00", "120.00", "66.6666", "200.00")),
        ({"unit_cost": "33.3333"}, ("33.3333", "100.00", "75.00", "225.00")),
        ({"unit_cost": "0", "unit_price": "0"}, ("0.00", "0.00", "0.00", "0.00")),
        ({"unit_price": "80.123456"}, ("40.00", "120.00", "80.123456", "240.37")),
        ({"unit_price": "80.12000000"}, ("40.00", "120.00", "80.12", "240.36")),
    ],
)
def test_a_price_that_is_not_given_stays_and_the_amounts_follow(
    units: dict[str, Any], told: tuple[str, str, str, str]
) -> None:
    open_order.when(override(**units)).then(overridden(1, *told))


def test_a_cost_by_hand_does_not_move_the_price_that_was_made_of_it() -> None:
    order = an_order.given(created(), added(1, HOURS | priced("1", "20.00", "20.00", "21.00", "21.00")))
    order.when(override(unit_cost="40")).then(overridden(1, "40.00", "40.00", "21.00", "21.00"))


def test_a_signed_off_line_may_get_another_price_and_stays_signed_off() -> None:
    order = (
        open_order.given(signed(1))
        .when(override(unit_price="70"))
        .then(overridden(1, "40.00", "120.00", "70.00", "210.00"))
    )
    order.when(SignOff((1,))).then_refused("state", "line_signed_off")


def test_an_override_stays_visible_on_a_line_that_is_not_charged() -> None:
    order = an_order.given(created(), added(1, WARRANTY_HOUR))
    order.when(override(unit_price="90")).then(overridden(1, "40.00", "40.00", "90.00", "0.00"))


@pytest.mark.parametrize("kind", ["fixed_price", "investment", "cost", "internal"])
def test_an_override_earns_nothing_where_the_project_does_not(kind: str) -> None:
    """PRJ-07."""
    line = HOURS | priced("3", "40.00", "120.00", "0.00", "0.00")
    order = an_order.given(created(project_type=kind), added(1, line))
    order.when(override(unit_price="90")).then(overridden(1, "40.00", "120.00", "90.00", "0.00"))


@pytest.mark.parametrize(
    ("units", "reason", "field"),
    [
        ({}, "missing", ""),
        ({"unit_cost": "-0.01"}, "invalid_number", "/unit_cost"),
        ({"unit_price": "-1"}, "invalid_number", "/unit_price"),
        ({"unit_cost": "1.1234567"}, "too_many_decimals", "/unit_cost"),
        ({"unit_price": "1.0000001"}, "too_many_decimals", "/unit_price"),
        ({"unit_price": "999999999999"}, "amount_too_large", "/quantity"),
    ],
)
def test_a_price_by_hand_is_a_price(units: dict[str, Any], reason: str, field: str) -> None:
    open_order.when(override(**units)).then_refused("value", reason, field)


def test_a_fee_gets_no_cost() -> None:
    """PRJ-02."""
    order = an_order.given(created(), added(1, CALL))
    order.when(override(unit_cost="0")).then_refused("value", "fee_has_no_cost", "/unit_cost")
    order.when(override(unit_price="45")).then(overridden(1, "0.00", "0.00", "45.00", "45.00"))


def test_the_price_of_the_search_may_be_fixed_by_hand_but_not_twice() -> None:
    fixed = open_order.when(override(unit_price="75")).then(overridden(1, "40.00", "120.00", "75.00", "225.00"))
    fixed.when(override(unit_price="75.00")).then_refused("state", "nothing_to_change")


MISSING_BOTH = HOURS | {"price_source": "missing"} | priced("3", "0.00", "0.00", "0.00", "0.00")
MISSING_PRICE = HOURS | {"price_source": "missing"} | priced("3", "40.00", "120.00", "0.00", "0.00")
MISSING_COST = HOURS | {"price_source": "missing"} | priced("3", "0.00", "0.00", "75.00", "225.00")


@pytest.mark.parametrize(
    ("line", "units", "field"),
    [
        (MISSING_BOTH, {"unit_price": "75"}, "/unit_cost"),
        (MISSING_BOTH, {"unit_cost": "40"}, "/unit_price"),
        (MISSING_PRICE, {"unit_cost": "41"}, "/unit_price"),
        (MISSING_COST, {"unit_price": "76"}, "/unit_cost"),
    ],
)
def test_no_missing_price_is_passed_over(line: dict[str, Any], units: dict[str, Any], field: str) -> None:
    an_order.given(created(), added(1, line)).when(override(**units)).then_refused("value", "price_missing", field)


@pytest.mark.parametrize(
    ("line", "units", "told"),
    [
        (MISSING_BOTH, {"unit_cost": "0", "unit_price": "75"}, ("0.00", "0.00", "75.00", "225.00")),
        (MISSING_PRICE, {"unit_price": "0"}, ("40.00", "120.00", "0.00", "0.00")),
        (MISSING_COST, {"unit_cost": "40"}, ("40.00", "120.00", "75.00", "225.00")),
        (MISSING_BOTH | {"chargeable": False}, {"unit_cost": "40"}, ("40.00", "120.00", "0.00", "0.00")),
    ],
)
def test_a_missing_price_is_given_by_hand(
    line: dict[str, Any], units: dict[str, Any], told: tuple[str, str, str, str]
) -> None:
    an_order.given(created(), added(1, line)).when(override(**units)).then(overridden(1, *told))


def test_a_missing_sales_price_is_not_asked_for_where_nothing_is_earned() -> None:
    order = an_order.given(created(project_type="internal"), added(1, MISSING_BOTH))
    order.when(override(unit_cost="40")).then(overridden(1, "40.00", "120.00", "0.00", "0.00"))


def test_only_a_created_line_gets_another_price() -> None:
    open_order.when(override(3, unit_price="1")).then_refused("state", "unknown_line")
    open_order.given(canceled(1)).when(override(unit_price="1")).then_refused("state", "line_canceled")
    open_order.given(signed(1), line_posted(1)).when(override(unit_price="1")).then_refused("state", "line_posted")
