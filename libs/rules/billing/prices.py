"""Finding the base price of a subscription in the sales prices of subscriptions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from libs.kernel.money import Money

Rank = tuple[bool, int, bool]


@dataclass(frozen=True)
class SubscriptionPrice:
    """One row: the price of a full period of `period_code`, from `effective_on` on. A key that is None is not named; a
    row names a project or a price group or, being for all, neither."""

    key: str
    period_code: str
    effective_on: date
    price: Money
    subscription: str | None = None
    project: str | None = None
    price_group: str | None = None
    category: str | None = None

    def __post_init__(self) -> None:
        if self.project is not None and self.price_group is not None:
            raise ValueError("a price is valid for a project or for a price group")

    @property
    def rank(self) -> Rank:
        """How particular the row is: subscription before project before price group before category.

        Source: SPR-02 (weights 4, 2, 1), SPR-04.
        """
        scope = 2 if self.project is not None else 1 if self.price_group is not None else 0
        return self.subscription is not None, scope, self.category is not None


@dataclass(frozen=True)
class PriceWanted:
    """What a base price is searched for. `price_group` is the project's, else its contract's, else the customer's."""

    period_code: str
    currency: str
    on: date
    subscription: str | None = None
    project: str | None = None
    price_group: str | None = None
    category: str | None = None

    def fits(self, row: SubscriptionPrice) -> bool:
        """Whether code and currency are equal, the row is in force, and it names nothing that differs. Source: SPR-01."""
        return (
            (row.period_code, row.price.currency) == (self.period_code, self.currency)
            and row.effective_on <= self.on
            and row.subscription in (None, self.subscription)
            and row.project in (None, self.project)
            and row.price_group in (None, self.price_group)
            and row.category in (None, self.category)
        )


def base_price(rows: Iterable[SubscriptionPrice], wanted: PriceWanted) -> SubscriptionPrice | None:
    """The most particular row that fits; of several the latest in force, then the highest key. None: the price is 0.

    Source: SPR-02, SPR-03, SPR-05, [?B4].
    """
    fitting = (row for row in rows if wanted.fits(row))
    return max(fitting, key=lambda row: (row.rank, row.effective_on, row.key), default=None)
