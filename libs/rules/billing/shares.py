"""Splitting an amount so that the parts sum to it: rounded shares, and the whole residual in one of them."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Literal

from libs.kernel.money import Money, Ratio, rounded

Residual = Literal["first", "last"]


def shares(amount: Money, weights: Sequence[Ratio], residual: Residual = "last") -> tuple[Money, ...]:
    """Parts of `amount` in proportion to `weights` (none below 0), each rounded half up, the residual in the first or the
    last. Where the residual would turn that part against the amount (7 in twelve parts: eleven ones and -4), the parts
    are instead the steps of the rounded running total, so that none ever does. ValueError where the weights sum to
    nothing. Source: INV-05 (funding: last), ACC-04 (parameter), 5.4, 5.9 (6).
    """
    whole = sum(Fraction(weight) for weight in weights)
    if not whole:
        raise ValueError("shares of nothing")
    exact = [amount.minor * Fraction(weight) / whole for weight in weights]
    parts = [rounded(part) for part in exact]
    taker = 0 if residual == "first" else -1
    parts[taker] += amount.minor - sum(parts)
    if parts[taker] * amount.minor < 0:
        parts = _steps(exact)
    return tuple(Money(part, amount.currency) for part in parts)


def _steps(exact: Sequence[Fraction]) -> list[int]:
    """The differences of the running total, rounded."""
    totals = [rounded(total) for total in accumulate(exact)]
    return [total - before for total, before in zip(totals, [0, *totals], strict=False)]


def converted(amount: Money, rate: Ratio, currency: str) -> Money:
    """`amount` in another currency, rounded once; `rate` is units of that currency for one unit of the amount's own.

    What is to be split is converted first. Source: ACC-12, W15, [?B16].
    """
    return Money.rounding(Fraction(amount.decimal) * Fraction(rate), currency)
