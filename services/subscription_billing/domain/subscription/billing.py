"""Fees leave their days in the stream of their subscription: what is covered, and what was given back."""

from dataclasses import replace
from typing import TypeVar

from libs.events import subscription_billing_fees as says
from services.subscription_billing.domain.subscription.state import Existing, Fee

Kept = TypeVar("Kept", bound=Existing)


def billed(subscription: Kept, fact: says.SubscriptionBilled) -> Kept:
    """Regular and non-regular fees cover their days; adjustments cover nothing. Source: FEE-06."""
    fresh = {fee.fee: Fee(fee.days) for fee in fact.fees if fee.kind in ("regular", "non_regular")}
    return replace(subscription, fees={**subscription.fees, **fresh})


def freed(subscription: Kept, fact: says.FeeDaysFreed) -> Kept:
    """A deleted fee is gone; a credited one covers nothing any more. Source: FEE-06, FEE-14."""
    fees = dict(subscription.fees)
    fee = fees.pop(fact.fee, None)
    if fee is not None and fact.because == "credited":
        fees[fact.fee] = replace(fee, credited=True)
    return replace(subscription, fees=fees)
