"""Finding the price of a line: the search of project prices (PRJ-01) and the sales price models (PRJ-06)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from libs.kernel.money import Ratio, rounded_decimal

Model = Literal["pricing", "contribution_ratio", "charges_percentage", "charges_amount"]

COST_SEARCH: tuple[frozenset[str], ...] = (
    frozenset({"project", "worker", "category"}),
    frozenset({"project", "worker"}),
    frozenset({"worker", "category"}),
    frozenset({"project", "category"}),
    frozenset({"project"}),
    frozenset({"worker"}),
    frozenset({"category"}),
    frozenset(),
)
SALES_SEARCH: tuple[frozenset[str], ...] = (
    frozenset({"project", "worker", "category"}),
    frozenset({"project", "worker"}),
    frozenset({"project", "category"}),
    frozenset({"project"}),
    frozenset({"worker", "category"}),
    frozenset({"worker"}),
    frozenset({"category"}),
    frozenset(),
)
"""Which keys a price names, in the order of the search; the first hit wins. The two orders differ. Source: PRJ-01."""


@dataclass(frozen=True)
class Price:
    """One row of a price list. A key that is None is not named. `value` is a unit price in `currency`, or what
    `model` says: a percentage or an amount on top of cost."""

    key: str
    type: str
    effective_on: date
    currency: str
    value: Decimal
    project: str | None = None
    worker: str | None = None
    category: str | None = None
    model: Model = "pricing"

    @property
    def names(self) -> frozenset[str]:
        """The keys that the row names."""
        named = {"project": self.project, "worker": self.worker, "category": self.category}
        return frozenset(name for name, value in named.items() if value is not None)


@dataclass(frozen=True)
class Wanted:
    """What a price is searched for: a line's type, keys, currency and service date."""

    type: str
    on: date
    currency: str
    project: str | None = None
    worker: str | None = None
    category: str | None = None

    def fits(self, price: Price) -> bool:
        """Whether `price` is of this type and currency, is in force, and names nothing that differs."""
        return (
            (price.type, price.currency) == (self.type, self.currency)
            and price.effective_on <= self.on
            and all(getattr(price, name) == getattr(self, name) for name in price.names)
        )


def search(prices: Iterable[Price], wanted: Wanted, order: tuple[frozenset[str], ...]) -> Price | None:
    """The first hit of the search order; of several, the latest in force on the date, then the highest key.

    Source: PRJ-01; "latest effective date on or before the service date" is decided there.
    """
    fitting = [price for price in prices if wanted.fits(price)]
    for names in order:
        hits = [price for price in fitting if price.names == names]
        if hits:
            return max(hits, key=lambda price: (price.effective_on, price.key))
    return None


def sales_unit_price(model: Model, value: Decimal, unit_cost: Decimal, places: int) -> Decimal:
    """The unit sales price of a model; a computed one is half-up to `places` decimals. Source: PRJ-06, X10, [?31].

    ValueError for a contribution ratio of 100 or more, which no price reaches.
    """
    cost, number = Fraction(unit_cost), Fraction(value)
    exact: Ratio
    match model:
        case "pricing":
            return value
        case "contribution_ratio":
            if number >= 100:
                raise ValueError("a contribution ratio is below 100")
            exact = 100 * cost / (100 - number)
        case "charges_percentage":
            exact = cost * (100 + number) / 100
        case "charges_amount":
            exact = cost + number
    return rounded_decimal(exact, places)
