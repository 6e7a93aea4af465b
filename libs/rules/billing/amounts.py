"""What a fee costs: one exact amount, rounded once."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from libs.kernel.money import Money, Ratio

PriceSource = Literal["base_price", "indexed_base_price"]

NEUTRAL = Decimal(100)
"""The index that changes nothing."""


@dataclass(frozen=True)
class Pricing:
    """What a run takes a price from: `base` is of one full invoicing period, `percent` comes on top (-20 = less a fifth).

    Source: FEE-07, [?B9].
    """

    base: Money
    index: Decimal = NEUTRAL
    source: PriceSource = "indexed_base_price"
    percent: Decimal = Decimal(0)

    @property
    def price(self) -> Fraction:
        """Of a full period, exact, in major units."""
        index = self.index if self.source == "indexed_base_price" else NEUTRAL
        return Fraction(self.base.decimal) * Fraction(index) / 100 * share_left(self.percent)

    def exact(self, share: Ratio) -> Fraction:
        """Of a share of the period, exact, in major units: its numerator and denominator are kept for the audit."""
        return self.price * Fraction(share)

    def amount(self, share: Ratio) -> Money:
        """Of a share of the period: base x index/100 x (1 + percent/100) x days/period days, rounded once, half up.

        Source: FEE-03, FEE-08.
        """
        return Money.rounding(self.exact(share), self.base.currency)


def share_left(percent: Ratio) -> Fraction:
    """The factor of a change by `percent`: -20 leaves 4/5."""
    return 1 + Fraction(percent) / 100


def change_to(target: Decimal) -> Decimal:
    """The change in percent that leaves `target` percent of a price: 80 is -20. Source: FEE-07, AX-PCH-02."""
    return target - 100
