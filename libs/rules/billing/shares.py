"""Splitting an amount so that the parts sum to it: rounded shares, and the whole residual in one of them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from libs.kernel.money import Money, Ratio, rounded

Residual = Literal["first", "last"]


def shares(amount: Money, weights: Sequence[Ratio], residual: Residual = "last") -> tuple[Money, ...]:
    """Parts of `amount` in proportion to `weights`, each rounded half up, the residual in the first or the last.

    ValueError where the weights sum to nothing. Source: INV-05 (funding: last), ACC-04 (parameter), 5.4.
    """
    whole = sum(Fraction(weight) for weight in weights)
    if not whole:
        raise ValueError("shares of nothing")
    parts = [rounded(amount.minor * Fraction(weight) / whole) for weight in weights]
    parts[0 if residual == "first" else -1] += amount.minor - sum(parts)
    return tuple(Money(part, amount.currency) for part in parts)


def converted(amount: Money, rate: Ratio, currency: str) -> Money:
    """`amount` in another currency, rounded once; `rate` is units of that currency for one unit of the amount's own.

    What is to be split is converted first. Source: ACC-12, W15, [?B16].
    """
    return Money.rounding(Fraction(amount.decimal) * Fraction(rate), currency)
