"""The second transaction of an adjusted fee: days taken off it, or its price changed. The fee itself stays as it is."""

from datetime import date

from libs.events import subscription_billing_fees as says
from libs.kernel.ids import natural_id
from libs.kernel.money import Money
from libs.rules.billing import Span, shares
from services.subscription_billing.domain.fees.state import Fee


def adjustment_id(fee_id: str, number: int) -> str:
    """The stream of a fee's adjustment of that number, from 1."""
    return natural_id("fee_adjustment", fee_id, number)


def adjustment_fee(fee_id: str, before: Fee, after: Fee, on: date, reason: str | None = None) -> says.FeeCreated:
    """The fee that an adjustment comes to: over its days, with everything else as the fee has it. `on` is its project date.

    Every funding source gets the difference of what it pays before and after, so that the parts of all adjustments
    together never come to more than its share. Source: RED-01, RED-08, RED-09, PCH-01.
    """
    removed = after.adjusted.removed[len(before.adjusted.removed) :]
    changes: dict[str, object] = {
        "run": None,
        "kind": "reduction_days" if removed else "price_change",
        "days": Span(removed[0].first, removed[-1].until) if removed else before.created.days,
        "percentage": after.adjusted.percent - before.adjusted.percent,
        "amount": after.adjusted.net - before.adjusted.net,
        "shares": _shares(before, after),
        "project_date": on,
        "adjusts": fee_id,
        "adjustment": after.adjustments,
        "removed": removed,
        "description": reason,
    }
    return before.created.model_copy(update=changes)


def _shares(before: Fee, after: Fee) -> tuple[says.FeeShare, ...]:
    parts = zip(
        before.created.shares, _split(before, before.adjusted.net), _split(before, after.adjusted.net), strict=True
    )
    return tuple(share.model_copy(update={"amount": left - whole}) for share, whole, left in parts)


def _split(fee: Fee, amount: Money) -> tuple[Money, ...]:
    """An amount in proportion to what the funding sources were charged."""
    weights = [fee.shares[share.share].amount.minor for share in fee.created.shares]
    return shares(amount, weights) if sum(weights) else tuple(amount for _ in weights)
