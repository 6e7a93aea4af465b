"""A fee from its creation to its invoice and, where it is given back, its credit note."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from libs.events import subscription_billing_fees as says
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.kernel.decider import Decider, Rejected
from libs.kernel.money import total
from libs.rules.billing import AdjustedFee, change_price, reduce_days
from services.subscription_billing.domain.fees.commands import (
    ChangePrice,
    Command,
    CreateFee,
    CreditShare,
    DeleteFee,
    InvoiceShare,
    PutOnProposal,
    ReduceDays,
    SelectForCredit,
    TakeOffProposal,
    UnselectForCredit,
)
from services.subscription_billing.domain.fees.state import Absent, Deleted, Fee, Share, State, bills_days

Facts = Sequence[SubscriptionBillingFact]


def _reduce(fee: Fee, command: ReduceDays) -> Facts:
    _insist_adjustable(fee)
    adjustment = reduce_days(fee.adjusted, command.days)
    return [
        says.FeeDaysReduced(
            adjustment=fee.adjustments + 1,
            adjustment_fee=command.adjustment_fee,
            days=adjustment.days,
            amount=adjustment.amount,
            reason=command.reason,
        )
    ]


def _change_price(fee: Fee, command: ChangePrice) -> Facts:
    _insist_adjustable(fee)
    if not command.percentage:
        raise Rejected.value("nothing_to_change", "nothing changes by 0 percent", field="/percentage")
    adjustment = change_price(fee.adjusted, command.percentage)
    return [
        says.FeePriceChanged(
            adjustment=fee.adjustments + 1,
            adjustment_fee=command.adjustment_fee,
            percentage=command.percentage,
            amount=adjustment.amount,
            reason=command.reason,
        )
    ]


def _insist_adjustable(fee: Fee) -> None:
    """Whole, invoiced or not, but neither on a proposal nor on its way back. Source: RED-05, RED-11, PCH-02, [?B27]."""
    if not bills_days(fee.created):
        raise Rejected.state("not_adjustable", "an adjustment is not adjusted itself")
    _insist(fee, "chargeable", "non_chargeable", "invoiced")


def _delete(fee: Fee, command: DeleteFee) -> Facts:
    if not bills_days(fee.created):
        raise Rejected.state("not_deletable", "an adjustment stays: what it adjusts counts on it")
    _insist(fee, "chargeable", "non_chargeable")
    if fee.adjustments:
        raise Rejected.state("fee_adjusted", "the fee has adjustments: take the rest of its days off instead")
    if any(share.standing != "open" for share in fee.shares.values()):
        raise Rejected.transition("partly_invoiced", (), "a share of the fee is invoiced: it can only be credited")
    return [says.FeeDeleted(reason=command.reason)]


def _put(fee: Fee, command: PutOnProposal) -> Facts:
    share = _share(fee, command.share)
    if not fee.created.chargeable:
        raise Rejected.state("not_chargeable", "the fee is not charged to anybody")
    if share.proposal is not None:
        raise Rejected.state("fee_on_proposal", "this share of the fee is on a proposal already")
    if command.credit and (share.standing != "invoiced" or not fee.selected):
        raise Rejected.state("fee_not_invoiced", "only an invoiced fee that was selected for credit is given back")
    if not command.credit and share.standing != "open":
        raise Rejected.state("already_posted", "this share of the fee was invoiced already")
    return [says.FeePutOnProposal(proposal=command.proposal, share=command.share, credit=command.credit)]


def _take_off(fee: Fee, command: TakeOffProposal) -> Facts:
    share = _share(fee, command.share)
    if share.proposal != command.proposal:
        return []
    credit = share.standing == "on_credit_proposal"
    return [says.FeeTakenOffProposal(proposal=command.proposal, share=command.share, credit=credit)]


def _invoice(fee: Fee, command: InvoiceShare) -> Facts:
    _insist_standing(fee, command.invoiced.share, "on_proposal")
    return [command.invoiced]


def _credit(fee: Fee, command: CreditShare) -> Facts:
    _insist_standing(fee, command.credited.share, "on_credit_proposal")
    return [command.credited]


def _insist_standing(fee: Fee, number: int, standing: str) -> None:
    share = _share(fee, number)
    if share.standing != standing:
        raise Rejected.transition(share.standing, (), f"this share of the fee is {share.standing}, not {standing}")


def _select(fee: Fee, command: SelectForCredit) -> Facts:
    if fee.status != "invoiced":
        raise Rejected.state("fee_not_invoiced", f"a fee that is {fee.status} cannot be selected for credit")
    return [says.FeeSelectedForCredit(reason=command.reason)]


def _unselect(fee: Fee, _: UnselectForCredit) -> Facts:
    _insist(fee, "selected_for_credit")
    return [says.FeeUnselected()]


def _insist(fee: Fee, *statuses: str) -> None:
    if fee.status in ("on_proposal", "on_credit_proposal"):
        raise Rejected.state("fee_on_proposal", "the fee is on a proposal: take it off first")
    if fee.status not in statuses:
        raise Rejected.transition(fee.status, (), f"a fee that is {fee.status} does not allow this")


def _share(fee: Fee, number: int) -> Share:
    if number not in fee.shares:
        raise Rejected.value("unknown_share", f"the fee has no share {number}")
    return fee.shares[number]


DECISIONS: Mapping[type[Command], Callable[[Any, Any], Facts]] = {
    ReduceDays: _reduce,
    ChangePrice: _change_price,
    DeleteFee: _delete,
    PutOnProposal: _put,
    TakeOffProposal: _take_off,
    InvoiceShare: _invoice,
    CreditShare: _credit,
    SelectForCredit: _select,
    UnselectForCredit: _unselect,
}


def decide(command: Command, state: State) -> Facts:
    """The facts that the command gives. Creating what is there gives none: a fee is the same whoever computes it."""
    match command, state:
        case CreateFee(fee), Absent():
            return [fee]
        case CreateFee(), _:
            return []
        case _, Fee():
            return DECISIONS[type(command)](state, command)
        case _:
            name = type(state).__name__.lower()
            raise Rejected.transition(name, (), f"a fee that is {name} allows nothing")


def _created(fact: says.FeeCreated) -> Fee:
    shares = {share.share: Share(share.amount) for share in fact.shares}
    return Fee(fact, AdjustedFee(fact.amount, fact.days), shares)


def _with_share(fee: Fee, number: int, **values: Any) -> Fee:
    return replace(fee, shares={**fee.shares, number: replace(fee.shares[number], **values)})


def _put_on(fee: Fee, fact: says.FeePutOnProposal) -> Fee:
    standing = "on_credit_proposal" if fact.credit else "on_proposal"
    return _with_share(fee, fact.share, standing=standing, proposal=fact.proposal)


def _invoiced(fee: Fee, fact: says.FeeInvoiced) -> Fee:
    """What was charged counts from now on, so that adjustments of a repriced fee are measured by it."""
    after = _with_share(fee, fact.share, standing="invoiced", proposal=None, invoiced=fact, amount=fact.amount)
    if after.adjustments:
        return after
    amount = total((share.amount for share in after.shares.values()), fact.amount.currency)
    return replace(after, adjusted=replace(after.adjusted, amount=amount))


def _reduced(fee: Fee, fact: says.FeeDaysReduced) -> Fee:
    adjusted = replace(fee.adjusted, removed=(*fee.adjusted.removed, *fact.days))
    return replace(fee, adjusted=adjusted, adjustments=fact.adjustment)


def _price_changed(fee: Fee, fact: says.FeePriceChanged) -> Fee:
    adjusted = replace(fee.adjusted, percent=fee.adjusted.percent + fact.percentage)
    return replace(fee, adjusted=adjusted, adjustments=fact.adjustment)


def evolve(state: State, fact: SubscriptionBillingFact) -> State:  # noqa: C901
    """The state after the fact."""
    match fact, state:
        case says.FeeCreated(), Absent():
            return _created(fact)
        case says.FeeDaysReduced(), Fee():
            return _reduced(state, fact)
        case says.FeePriceChanged(), Fee():
            return _price_changed(state, fact)
        case says.FeeDeleted(), Fee():
            return Deleted()
        case says.FeePutOnProposal(), Fee():
            return _put_on(state, fact)
        case says.FeeTakenOffProposal(), Fee():
            return _with_share(state, fact.share, standing="invoiced" if fact.credit else "open", proposal=None)
        case says.FeeInvoiced(), Fee():
            return _invoiced(state, fact)
        case says.FeeSelectedForCredit(), Fee():
            return replace(state, selected=True)
        case says.FeeUnselected(), Fee():
            return replace(state, selected=False)
        case says.FeeCredited(), Fee():
            return _with_share(state, fact.share, standing="credited", proposal=None)
        case _:
            return state


fee: Decider[Command, State, SubscriptionBillingFact] = Decider(Absent(), decide, evolve)
