"""What an amount is worth in the accounting currency on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from libs.kernel.money import Money
from libs.rules.effective import in_force


@dataclass(frozen=True)
class ExchangeRate:
    """From a day on, one unit of `currency` is worth `rate` units of the accounting currency."""

    key: str
    currency: str
    rate: Decimal
    effective_on: date


def rate_on(rates: Iterable[ExchangeRate], currency: str, accounting_currency: str, on: date) -> Decimal | None:
    """The rate on a day: the latest on or before it, of several for one day the one with the highest key. One for the
    accounting currency itself; None before the first rate. Source: ACC-12, MAR-02."""
    if currency == accounting_currency:
        return Decimal(1)
    own = sorted((rate for rate in rates if rate.currency == currency), key=lambda rate: rate.key)
    found = in_force(own, on)
    return None if found is None else found.rate


def converted(amount: Money, rate: Decimal, accounting_currency: str) -> Money:
    """The amount in the accounting currency, rounded once, half-up: convert first, split after. Source: W15, ACC-12."""
    return Money.rounding(Fraction(amount.decimal) * Fraction(rate), accounting_currency)
