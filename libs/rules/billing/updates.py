"""Base price and index of a subscription over time: four ways to update them, each from a day on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from libs.kernel.decider import Rejected
from libs.kernel.money import Money, Ratio, rounded_decimal
from libs.rules.billing.amounts import NEUTRAL, share_left
from libs.rules.effective import in_force

INDEX_PLACES = 4


@dataclass(frozen=True)
class BaseVersion:
    """The price of a full invoicing period from a day on."""

    effective_on: date
    price: Money


@dataclass(frozen=True)
class IndexVersion:
    """The index from a day on; 100 is neutral."""

    effective_on: date
    index: Decimal


def base_on(versions: Iterable[BaseVersion], day: date) -> Money | None:
    """The base price of a fee that begins on `day`; None before the first version. Source: IDX-05, IDX-07."""
    found = in_force(versions, day)
    return found.price if found else None


def index_on(versions: Iterable[IndexVersion], day: date) -> Decimal:
    """The index of a fee that begins on `day`; neutral before the first version. Source: IDX-05, IDX-07."""
    found = in_force(versions, day)
    return found.index if found else NEUTRAL


def index_to(value: Ratio) -> Decimal:
    """A new index, above 0, at 4 decimals half up. Source: IDX-01, IDX-04, IDX-06."""
    index = rounded_decimal(value, INDEX_PLACES)
    if index <= 0:
        raise Rejected.value("index_not_positive", "an index is above 0")
    return index


def index_by(index: Decimal, percent: Decimal) -> Decimal:
    """The index changed by a percentage of itself: 110 and 10 is 121. Source: IDX-01, IDX-02, IDX-04, IDX-06."""
    _demand_above_minus_100(percent)
    return index_to(Fraction(index) * share_left(percent))


def base_to(price: Money) -> Money:
    """A new base price, not below 0. Source: IDX-01, IDX-06."""
    if price.minor < 0:
        raise Rejected.value("base_price_negative", "a base price is not below 0")
    return price


def base_by(price: Money, percent: Decimal) -> Money:
    """The base price changed by a percentage of itself, half up to the minor unit. Source: IDX-01, IDX-04, IDX-06."""
    _demand_above_minus_100(percent)
    return base_to(Money.rounding(Fraction(price.decimal) * share_left(percent), price.currency))


def _demand_above_minus_100(percent: Decimal) -> None:
    if percent <= -100:
        raise Rejected.value("percentage_too_low", "a percentage is above -100")
