"""Days taken off a fee and changes of its price: whatever their order, what is left of it is its target."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from libs.kernel.decider import Rejected
from libs.kernel.money import Money
from libs.rules.billing.amounts import share_left
from libs.rules.billing.days import Span, days_of, without


@dataclass(frozen=True)
class AdjustedFee:
    """A fee of `days` at `amount` as it was created; the days removed since; the percentages of it changed since, summed.

    Source: RED-07, RED-08, PCH-04.
    """

    amount: Money
    days: Span
    removed: tuple[Span, ...] = ()
    percent: Decimal = Decimal(0)

    @property
    def net(self) -> Money:
        """The fee and its adjustments together: amount x (1 + P/100) x days left/days, rounded once. Source: 5.3."""
        left = Fraction(self.days.days - days_of(self.removed), self.days.days)
        return Money.rounding(Fraction(self.amount.decimal) * share_left(self.percent) * left, self.amount.currency)


@dataclass(frozen=True)
class Adjustment:
    """A new transaction on a fee: its amount, the days that it is for, and the fee as it stands after it."""

    amount: Money
    days: tuple[Span, ...]
    fee: AdjustedFee


def reduce_days(fee: AdjustedFee, request: Span) -> Adjustment:
    """Takes the days of `request` off that the fee has and has still; both ends included.

    Refuses `nothing_to_reduce` where the fee has none of them and `already_reduced` where it has them no longer.
    Source: RED-01, RED-02, RED-03, RED-07, RED-08, [?B10], [?B13].
    """
    own = fee.days.intersection(request)
    if own is None:
        raise Rejected.value("nothing_to_reduce", "the fee has none of these days")
    fresh = without(own, fee.removed)
    if not fresh:
        raise Rejected.state("already_reduced", "these days are off the fee already")
    after = replace(fee, removed=(*fee.removed, *fresh))
    return Adjustment(after.net - fee.net, fresh, after)


def change_price(fee: AdjustedFee, percent: Decimal) -> Adjustment:
    """Changes the price by a percentage of the fee as it was created, over all its days; percentages add up.

    Refuses `net_negative` where they come to less than -100. Source: PCH-01, PCH-03, PCH-04, PCH-05, [?B13].
    """
    after = replace(fee, percent=fee.percent + percent)
    if after.percent < -100:
        raise Rejected.value("net_negative", "a fee is not changed by more than all of it")
    return Adjustment(after.net - fee.net, (fee.days,), after)
