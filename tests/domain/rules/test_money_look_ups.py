"""What holds on a day: exchange rates, percentages of taxes, ledger periods; and the taxes of a line."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.money import Money
from libs.kernel.period import Period
from libs.rules.exchange import ExchangeRate, converted, rate_on
from libs.rules.ledger_periods import LedgerPeriod, closed_by
from libs.rules.tax_codes import codes_of_line, percentage_on

JANUARY, MARCH, JULY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 7, 1)
DAY = timedelta(days=1)


def usd(rate: str, on: date, key: str = "K") -> ExchangeRate:
    return ExchangeRate(key, "USD", Decimal(rate), on)


RATES = [usd("0.92", JULY), usd("0.90", MARCH), ExchangeRate("J", "JPY", Decimal("0.006"), JANUARY)]


def test_the_latest_rate_on_or_before_the_day_counts() -> None:
    """ACC-12, MAR-02: whatever the order in which they were told."""
    days = (MARCH - DAY, MARCH, JULY - DAY, JULY)
    assert [rate_on(RATES, "USD", "EUR", day) for day in days] == [None, *map(Decimal, ("0.90", "0.90", "0.92"))]
    assert rate_on(RATES, "EUR", "EUR", JANUARY) == 1
    assert rate_on(RATES, "GBP", "EUR", JULY) is None


def test_of_two_rates_for_a_day_the_one_with_the_higher_key_counts() -> None:
    two = [usd("0.5", MARCH, "b"), usd("0.4", MARCH, "a")]
    assert rate_on(two, "USD", "EUR", MARCH) == rate_on(two[::-1], "USD", "EUR", MARCH) == Decimal("0.5")


def test_an_amount_is_converted_by_one_rounding() -> None:
    """ACC-12: the example of W15, and a currency without decimals."""
    assert converted(Money.of("100", "EUR"), Decimal("1.3333"), "USD") == Money.of("133.33", "USD")
    assert converted(Money.of("-100", "EUR"), Decimal("162.345"), "JPY") == Money.of("-16235", "JPY")


@given(st.integers(-(10**9), 10**9), st.decimals("0.0001", "9999", places=4))
def test_a_converted_credit_mirrors_its_charge(minor: int, rate: Decimal) -> None:
    """ACC-12."""
    assert converted(Money(-minor, "USD"), rate, "EUR") == -converted(Money(minor, "USD"), rate, "EUR")


def test_a_line_bears_the_taxes_that_are_in_both_groups() -> None:
    """INV-09."""
    assert codes_of_line(["HIGH", "LOW", "CITY"], ["CITY", "HIGH"]) == ("HIGH", "CITY")
    assert codes_of_line(["HIGH"], ["LOW"]) == ()
    assert codes_of_line(None, ["LOW"]) == codes_of_line(["HIGH"], None) == ()


def test_a_tax_has_the_percentage_of_its_latest_day() -> None:
    """INV-09."""
    rates = {JULY: Decimal(22), MARCH: Decimal(21)}
    days = (MARCH - DAY, MARCH, JULY - DAY, JULY)
    assert [percentage_on(rates, day) for day in days] == [0, 21, 21, 22]


def test_nothing_posts_on_a_day_of_a_closed_period() -> None:
    """ACC-11, CRN-04: both ends belong to it; another period that is open does not open it."""
    closed = LedgerPeriod(Period.closed(MARCH, JULY), True)
    periods = [LedgerPeriod(Period(JANUARY, None), False), closed]
    days = (MARCH - DAY, MARCH, JULY, JULY + DAY)
    assert [closed_by(periods, day) for day in days] == [None, closed, closed, None]
    assert closed_by([], MARCH) is None
