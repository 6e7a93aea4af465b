"""Money and its one rounding: every row writes its arithmetic."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.money import Mode, Money, rounded, rounded_decimal, total

MINORS = st.integers(-(10**14), 10**14)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
FRACTIONS = st.fractions(max_denominator=10**6)
MODES: list[Mode] = ["half_up", "half_even", "down"]


@pytest.mark.parametrize(
    ("exact", "half_up", "half_even", "down"),
    [
        ("0", 0, 0, 0),
        ("0.4", 0, 0, 0),
        ("0.5", 1, 0, 0),
        ("0.6", 1, 1, 0),
        ("1.5", 2, 2, 1),
        ("2.5", 3, 2, 2),
        ("2.4999999999", 2, 2, 2),
        ("2.5000000001", 3, 3, 2),
        ("-0.5", -1, 0, 0),
        ("-1.5", -2, -2, -1),
        ("-2.5", -3, -2, -2),
        ("-2.6", -3, -3, -2),
        ("7", 7, 7, 7),
        ("-7", -7, -7, -7),
    ],
)
def test_rounding_in_each_mode(exact: str, half_up: int, half_even: int, down: int) -> None:
    assert [rounded(Decimal(exact), mode) for mode in MODES] == [half_up, half_even, down]
    assert rounded(Decimal(exact)) == half_up


@given(FRACTIONS, st.sampled_from(MODES))
def test_a_credit_mirrors_its_charge(exact: Fraction, mode: Mode) -> None:
    assert rounded(-exact, mode) == -rounded(exact, mode)


@given(FRACTIONS)
def test_the_nearest_integer_is_nearest(exact: Fraction) -> None:
    for mode in ("half_up", "half_even"):
        assert abs(rounded(exact, mode) - exact) <= Fraction(1, 2)
    assert 0 <= abs(exact) - abs(rounded(exact, "down")) < 1


@given(st.integers(-(10**30), 10**30), st.sampled_from(MODES))
def test_an_integer_is_itself(whole: int, mode: Mode) -> None:
    assert rounded(whole, mode) == whole


@pytest.mark.parametrize(
    ("exact", "places", "written"),
    [
        (Fraction(500, 9), 2, "55.56"),
        (Fraction(1, 3), 4, "0.3333"),
        (Fraction(2, 3), 0, "1"),
        (Decimal("12.345"), 2, "12.35"),
        (Decimal("-12.345"), 2, "-12.35"),
        (40, 2, "40.00"),
    ],
)
def test_a_rounded_decimal_has_exactly_its_places(exact: Any, places: int, written: str) -> None:
    assert str(rounded_decimal(exact, places)) == written


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "written"),
    [
        ("808.50", "EUR", 80850, "808.50"),
        ("808.5", "EUR", 80850, "808.50"),
        ("808.500", "EUR", 80850, "808.50"),
        ("0", "EUR", 0, "0.00"),
        ("-0.01", "EUR", -1, "-0.01"),
        ("1000", "JPY", 1000, "1000"),
        ("1.234", "KWD", 1234, "1.234"),
        ("999999999999.99", "EUR", 99999999999999, "999999999999.99"),
    ],
)
def test_money_is_written_with_the_decimals_of_its_currency(
    amount: str, currency: str, minor: int, written: str
) -> None:
    money = Money.of(amount, currency)
    assert money == Money(minor, currency)
    assert (money.amount, str(money)) == (written, f"{written} {currency}")


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "EUR"), ("10.5", "JPY"), ("1.2345", "KWD")])
def test_money_has_no_more_decimals_than_its_currency(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="more decimals"):
        Money.of(amount, currency)


@pytest.mark.parametrize(
    ("exact", "currency", "amount"),
    [
        (Fraction(3) * Fraction(40), "EUR", "120.00"),
        (Fraction("1.5") * Fraction("33.33"), "EUR", "50.00"),  # 49.995
        (Fraction("0.333") * Fraction(75), "EUR", "24.98"),  # 24.975
        (Fraction("-0.333") * Fraction(75), "EUR", "-24.98"),
        (Fraction("2.5") * Fraction("75.5"), "JPY", "189"),  # 188.75
        (Fraction("2.5") * Fraction("75.4321"), "KWD", "188.580"),  # 188.58025
    ],
)
def test_an_exact_amount_is_rounded_once_to_the_currency(exact: Fraction, currency: str, amount: str) -> None:
    assert Money.rounding(exact, currency).amount == amount


def test_an_amount_may_be_rounded_in_another_mode() -> None:
    half = Fraction("0.125")
    assert [Money.rounding(half, "EUR", mode).amount for mode in MODES] == ["0.13", "0.12", "0.12"]


@given(MINORS, CURRENCIES)
def test_what_is_written_reads_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(money.amount, currency) == money
    assert Money.rounding(money.decimal, currency) == money


@given(MINORS, MINORS, CURRENCIES)
def test_adding_and_taking_away(one: int, other: int, currency: str) -> None:
    a, b = Money(one, currency), Money(other, currency)
    assert a + b == b + a == Money(one + other, currency)
    assert a + b - b == a
    assert a + -a == Money.zero(currency)


@given(st.lists(MINORS), CURRENCIES)
def test_a_total_is_the_sum_of_its_parts(minors: list[int], currency: str) -> None:
    assert total((Money(minor, currency) for minor in minors), currency) == Money(sum(minors), currency)


def test_two_currencies_do_not_add_up() -> None:
    euro, yen = Money(1, "EUR"), Money(1, "JPY")
    with pytest.raises(ValueError, match="do not add up"):
        euro + yen
    with pytest.raises(ValueError, match="do not add up"):
        euro - yen
    with pytest.raises(ValueError, match="do not add up"):
        total([euro, yen], "EUR")


def test_money_is_in_a_currency_that_circulates() -> None:
    for unknown in (lambda: Money.of("1", "XXX"), lambda: Money.zero("DEM"), lambda: Money(1, "BTC").amount):
        with pytest.raises(ValueError, match="unknown currency"):
            unknown()


def test_money_has_no_order_of_its_own() -> None:
    """Comparing amounts of two currencies must not go by accident."""
    with pytest.raises(TypeError):
        max(Money(1, "EUR"), Money(2, "EUR"))  # type: ignore[call-overload]
