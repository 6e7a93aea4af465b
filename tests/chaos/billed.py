"""Subscription billing as its facts tell it, in words of the checker: days, amounts, and who told what."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from tests.chaos.evidence import Evidence, Fact

BILLING = "subscription_billing"
Says = Mapping[str, Any]
COVERING = ("regular", "non_regular")
"""Fees that bill days; the others adjust one that did."""
DOCUMENTS = {"InvoicePosted": "INV", "CreditNotePosted": "CN"}
ZERO = Decimal(0)
CENT = Decimal("0.01")


class Told(NamedTuple):
    """A fact of billing: its name without publisher and version, and what it says."""

    fact: Fact
    name: str
    says: Says

    @property
    def stream(self) -> str:
        """What the fact is about."""
        return self.fact.stream


def told(evidence: Evidence, *names: str) -> Iterator[Told]:
    """The facts of these names, in the order of the log; all of them when none is named."""
    for fact in evidence.facts[BILLING]:
        name = fact.name.split(".")[1]
        if not names or name in names:
            yield Told(fact, name, fact.says)


def amount(money: Says) -> Decimal:
    """An amount, whatever its currency."""
    return Decimal(money["amount"])


def days_of(span: Says) -> set[date]:
    """Every day of a span, both ends included."""
    first, last = date.fromisoformat(span["from"]), date.fromisoformat(span["to"])
    return {first + timedelta(days=day) for day in range((last - first).days + 1)}


def cents(exact: Fraction) -> Decimal:
    """An exact amount, above zero, to the cent, halves up."""
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_HALF_UP)
