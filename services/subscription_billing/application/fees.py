"""Fees one by one: days taken off, prices changed, fees deleted; each with what the subscription remembers of it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from libs.kernel.decider import Rejected
from libs.rules.billing import Span, unused_days
from libs.runtime.faults import NotFound
from libs.runtime.jointly import Joint
from libs.runtime.store import FactStore
from services.subscription_billing.domain.fees.account import Account, Bill, CreditUnused, FreeDays, Line, account
from services.subscription_billing.domain.fees.adjusting import adjustment_fee, adjustment_id
from services.subscription_billing.domain.fees.commands import ChangePrice, CreateFee, DeleteFee, ReduceDays
from services.subscription_billing.domain.fees.fee import fee
from services.subscription_billing.domain.fees.planning import billed
from services.subscription_billing.domain.fees.state import Fee
from services.subscription_billing.domain.subscription.state import Cancelled

Adjusting = Callable[[str], ReduceDays | ChangePrice]


async def standing_fee(store: FactStore, fee_id: str) -> tuple[int, Fee]:
    """The version and the state of a fee; NotFound when there is none, or none any more."""
    stream = await store.load(fee, fee_id)
    if not isinstance(stream.state, Fee):
        raise NotFound
    return stream.version, stream.state


async def reduce_days(joint: Joint, days: Span, on: date, reason: str | None) -> None:
    """Takes days off the fee that the call names. Source: RED-01 to RED-09."""
    await joint.main(fee)
    await _adjust(joint, joint.main_id, lambda own: ReduceDays(days, own, reason), on, reason)


async def change_price(joint: Joint, percentage: Decimal, on: date, reason: str | None) -> None:
    """Changes the price of the fee that the call names. Source: PCH-01 to PCH-05."""
    await joint.main(fee)
    await _adjust(joint, joint.main_id, lambda own: ChangePrice(percentage, own, reason), on, reason)


async def delete(joint: Joint, reason: str | None) -> None:
    """Deletes the fee that the call names, and frees its days. Source: FEE-14."""
    before = await joint.main(fee)
    if not isinstance(before, Fee):
        raise NotFound
    await _delete(joint, joint.main_id, before, reason)


async def reduce_range(joint: Joint, days: Span, on: date, reason: str | None) -> None:
    """Takes days off every fee of the subscription that has them: one reduction each. Source: RED-06, [?B11]."""
    own: Account = await joint.main(account)
    reduced, refusals = 0, list[Rejected]()
    for line in _covering(own.lines, days):
        (standing,) = await joint.load(fee, line.fee)
        try:
            await _reduce(joint, line.fee, days, on, reason)
            reduced += 1
        except Rejected as refusal:
            refusals.append(refusal)
            if refusal.reason != "already_reduced" or not isinstance(standing, Fee):
                raise
    if not reduced:
        raise refusals[0] if refusals else Rejected.value("nothing_to_reduce", "no fee has any of these days")


async def credit_unused(joint: Joint) -> None:
    """Takes off what a cancelled subscription was billed for the days after its last: fees that nobody has invoiced and
    that are wholly unused are deleted, the others reduced. Source: LIF-04, LG-CN-01, KB-INV-06.

    Refuses `fee_on_proposal` while one of them is being invoiced, and `fee_selected` while one is on its way back.
    """
    own: Account = await joint.main(account)
    if not isinstance(own.subscription, Cancelled) or own.credited or own.subscription.ends_on is None:
        return
    last_day, reduced, deleted = own.subscription.ends_on, 0, 0
    for line in own.lines:
        unused = unused_days(line.days, last_day) if line.covers else None
        if unused is None:
            continue
        (standing,) = await joint.load(fee, line.fee)
        if isinstance(standing, Fee) and standing.status == "selected_for_credit":
            raise Rejected.state("fee_selected", "the fee is on its way back: what is left of it is known after that")
        if _is_free(standing) and unused == line.days:
            await _delete(joint, line.fee, standing, None)
            deleted += 1
        elif await _reduced_if_left(joint, line.fee, unused, last_day):
            reduced += 1
    joint.decide(joint.main_id, CreditUnused(last_day, reduced, deleted))


def _is_free(standing: object) -> bool:
    """Whether the fee may simply go: nothing of it is invoiced, or was adjusted."""
    return (
        isinstance(standing, Fee)
        and not standing.adjustments
        and all(share.standing == "open" for share in standing.shares.values())
    )


async def _reduced_if_left(joint: Joint, fee_id: str, unused: Span, on: date) -> bool:
    try:
        await _reduce(joint, fee_id, unused, on, None)
    except Rejected as refusal:
        if refusal.reason != "already_reduced":
            raise
        return False
    return True


async def _reduce(joint: Joint, fee_id: str, days: Span, on: date, reason: str | None) -> None:
    await _adjust(joint, fee_id, lambda own: ReduceDays(days, own, reason), on, reason)


async def _adjust(joint: Joint, fee_id: str, adjusting: Adjusting, on: date, reason: str | None) -> None:
    """The adjustment on the fee, the fee that it comes to, and what the subscription remembers."""
    before = joint.state(fee_id)
    if not isinstance(before, Fee):
        raise NotFound
    own = adjustment_id(fee_id, before.adjustments + 1)
    after = joint.decide(fee_id, adjusting(own))
    created = adjustment_fee(fee_id, before, after, on, reason)
    joint.begin(fee, own, CreateFee(created))
    subscription_id = created.subscription
    await joint.load(account, subscription_id)
    joint.decide(subscription_id, Bill((billed(own, created),)))


async def _delete(joint: Joint, fee_id: str, before: Fee, reason: str | None) -> None:
    joint.decide(fee_id, DeleteFee(reason))
    await joint.load(account, before.created.subscription)
    joint.decide(before.created.subscription, FreeDays(fee_id, "deleted"))


def _covering(lines: Iterable[Line], days: Span) -> Sequence[Line]:
    return [line for line in lines if line.covers and line.days.intersection(days)]
