"""Amounts of an invoice: tax per line, totals, and a credit that repeats what was invoiced."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from libs.kernel.money import Money, total
from libs.rules.billing.shares import shares


@dataclass(frozen=True)
class TaxedLine:
    """A line of an invoice: net, and the tax of each tax code in the order of its rates."""

    net: Money
    taxes: tuple[Money, ...] = ()

    @property
    def tax(self) -> Money:
        """All taxes of the line."""
        return total(self.taxes, self.net.currency)

    @property
    def gross(self) -> Money:
        """What the customer owes for the line."""
        return self.net + self.tax

    def __neg__(self) -> "TaxedLine":
        """The credit of the line: amount and tax as they were invoiced, negated. Source: 5.8, 5.9 (5), [?B33]."""
        return TaxedLine(-self.net, tuple(-tax for tax in self.taxes))


def taxed(amount: Money, rates: Sequence[Decimal], *, inclusive: bool = False) -> TaxedLine:
    """The line of a rounded amount; `rates` are percentages, one per tax code.

    Exclusive: each tax is round(net x rate). Inclusive: net is round(gross/(1 + all rates)), the rest is tax, split by
    rate. Source: INV-09, 5.8.
    """
    if not inclusive:
        return TaxedLine(amount, tuple(_percent_of(amount, rate) for rate in rates))
    net = Money.rounding(Fraction(amount.decimal) / (1 + Fraction(sum(rates, Decimal(0))) / 100), amount.currency)
    tax = amount - net
    return TaxedLine(net, shares(tax, rates) if any(rates) else tuple(Money.zero(tax.currency) for _ in rates))


def invoice_total(lines: Iterable[TaxedLine], currency: str) -> Money:
    """The sum of the lines, tax included; a ValueError for a line in another currency. Source: INV-09, 5.9 (5)."""
    return total((line.gross for line in lines), currency)


@dataclass(frozen=True)
class Settlement:
    """What comes of a total: an amount due, or one that the customer has in credit; one of them is zero."""

    due: Money
    credit: Money


def settled(amount: Money) -> Settlement:
    """A total below zero is a credit, not an invoice. Source: 5.8."""
    nothing = Money.zero(amount.currency)
    return Settlement(nothing, -amount) if amount.minor < 0 else Settlement(amount, nothing)


def _percent_of(amount: Money, rate: Decimal) -> Money:
    return Money.rounding(Fraction(amount.decimal) * Fraction(rate) / 100, amount.currency)
