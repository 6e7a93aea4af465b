"""Money: integer minor units of a currency, and the one place where an amount is rounded."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from libs.kernel.currency import exponent_of

Mode = Literal["half_up", "half_even", "down"]
Ratio = int | Fraction | Decimal


def rounded(exact: Ratio, mode: Mode = "half_up") -> int:
    """The nearest integer. half_up takes ties away from zero, so that a credit mirrors its charge.

    Source: subscription-billing 4 (conventions), service-management 5 [?31].
    """
    ratio = Fraction(exact)
    whole, rest = divmod(abs(ratio.numerator), ratio.denominator)
    twice = 2 * rest
    up = {
        "half_up": twice >= ratio.denominator,
        "half_even": twice > ratio.denominator or (twice == ratio.denominator and whole % 2 == 1),
        "down": False,
    }[mode]
    return (whole + up) if ratio >= 0 else -(whole + up)


def rounded_decimal(exact: Ratio, places: int, mode: Mode = "half_up") -> Decimal:
    """`exact` as a decimal with `places` decimals."""
    return Decimal(rounded(Fraction(exact) * 10**places, mode)).scaleb(-places)


@dataclass(frozen=True, order=False)
class Money:
    """An amount in minor units of `currency` (cents, yen, fils). Adding two currencies is a ValueError."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: str, currency: str) -> "Money":
        """Money written exactly, with at most the currency's decimals: Money.of("808.50", "EUR")."""
        numerator, denominator = Decimal(amount).as_integer_ratio()
        minor, rest = divmod(numerator * 10 ** exponent_of(currency), denominator)
        if rest:
            raise ValueError(f"{amount} has more decimals than {currency}")
        return cls(minor, currency)

    @classmethod
    def rounding(cls, exact: Ratio, currency: str, mode: Mode = "half_up") -> "Money":
        """The exact amount of major units, rounded once to the currency's decimals."""
        return cls(rounded(Fraction(exact) * 10 ** exponent_of(currency), mode), currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """No money, in a currency."""
        exponent_of(currency)
        return cls(0, currency)

    @property
    def amount(self) -> str:
        """Decimal string with exactly the currency's decimals: "808.50"."""
        return f"{self.decimal:f}"

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent_of(self.currency))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts in one currency; zero of that currency when there are none."""
    result = Money.zero(currency)
    for amount in amounts:
        result += amount
    return result
