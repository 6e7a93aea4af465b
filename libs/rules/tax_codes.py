"""Which taxes a line bears, and at which percentage on a day."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal


def codes_of_line(sales: Iterable[str] | None, item: Collection[str] | None) -> tuple[str, ...]:
    """The tax codes that are in both groups, the sales tax group of the project or contract and the item tax group of
    the category, in the order of the first; none where a group is missing. Source: INV-09."""
    return () if sales is None or item is None else tuple(code for code in sales if code in item)


def percentage_on(rates: Mapping[date, Decimal], on: date) -> Decimal:
    """The percentage of a tax code on a day: the one of the latest day on or before it; 0 before the first."""
    begun = [day for day in rates if day <= on]
    return rates[max(begun)] if begun else Decimal(0)
