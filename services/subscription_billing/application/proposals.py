"""Invoice proposals: a proposal and the fees on it change together, all or nothing."""

from collections.abc import Iterable, Sequence
from typing import Any

from libs.events import subscription_billing_invoices as says
from libs.events.subscription_billing import SubscriptionParametersSet
from libs.kernel.decider import Rejected
from libs.kernel.money import Money
from libs.runtime.faults import NotFound
from libs.runtime.jointly import Joint
from libs.runtime.store import FactStore
from services.subscription_billing.domain.accruals.schedule import Schedule, accruals_not_reversed, schedule
from services.subscription_billing.domain.fees.commands import PutOnProposal, TakeOffProposal
from services.subscription_billing.domain.fees.fee import fee
from services.subscription_billing.domain.fees.state import Fee
from services.subscription_billing.domain.invoicing import lines
from services.subscription_billing.domain.invoicing.commands import (
    AddLine,
    Cancel,
    CreateProposal,
    RemoveLine,
    RepriceLine,
)
from services.subscription_billing.domain.invoicing.proposal import (
    Proposal,
    currency_mixed,
    is_credit,
    line_of,
    proposal,
)

Shares = Sequence[tuple[str, int]]
"""Fees and the numbers of their shares."""


async def standing_proposal(store: FactStore, proposal_id: str) -> tuple[int, Proposal]:
    """The version and the state of a proposal; NotFound when there is none."""
    stream = await store.load(proposal, proposal_id)
    if not isinstance(stream.state, Proposal):
        raise NotFound
    return stream.version, stream.state


async def shares_of(store: FactStore, fees: Sequence[str], customer: str | None) -> Shares:
    """Of each fee the share that a customer pays. Refuses what is no fee."""
    found = []
    for number, fee_id in enumerate(fees):
        state = (await store.load(fee, fee_id)).state
        if not isinstance(state, Fee):
            raise Rejected.value("unknown_reference", f"there is no fee {fee_id}", field=f"/fees/{number}")
        found.append((fee_id, lines.share_of(state, customer)))
    return found


async def create(joint: Joint, header: dict[str, Any], shares: Shares, parameters: SubscriptionParametersSet) -> None:
    """Begins the proposal that the call names, with these shares of fees; all belong on one document.

    Source: INV-01 to INV-04, CRN-01, CRN-04.
    """
    states = await joint.load(fee, *(fee_id for fee_id, _ in shares))
    found = list(zip(states, shares, strict=True))
    headers = [lines.header(_fee(state), share) for state, (_, share) in found]
    if any(each["currency"] != headers[0]["currency"] for each in headers):
        raise currency_mixed(headers[0]["currency"], "/fees")
    if any(each != headers[0] for each in headers):
        sentence = "the fees go on several documents: contract and payer of all are the same"
        raise Rejected.value("several_documents", sentence, field="/fees")
    own = says.ProposalCreated(**header, **headers[0], workflow=parameters.proposal_workflow)
    await joint.main(proposal)
    joint.decide(joint.main_id, CreateProposal(own))
    await put(joint, joint.main_id, shares, parameters)


async def put(joint: Joint, proposal_id: str, shares: Shares, parameters: SubscriptionParametersSet) -> None:
    """Puts shares of loaded fees on a proposal, and tells the fees."""
    for fee_id, share in shares:
        state = _fee(joint.state(fee_id))
        line = lines.proposed(fee_id, state, share)
        await insist_reversed(joint, state, share, parameters)
        joint.decide(fee_id, PutOnProposal(proposal_id, share, is_credit(line)))
        joint.decide(proposal_id, AddLine(line))


async def insist_reversed(joint: Joint, state: Fee, share: int, parameters: SubscriptionParametersSet) -> None:
    """Under the manual policy nothing is credited of which revenue is posted. Source: CRN-04 (Manual)."""
    invoiced = state.shares[share].invoiced
    if parameters.reverse_accruals_on_credit != "manual" or invoiced is None or invoiced.schedule is None:
        return
    (found,) = await joint.load(schedule, invoiced.schedule)
    if isinstance(found, Schedule) and found.has_posted:
        raise accruals_not_reversed()


async def add_line(joint: Joint, fee_id: str, share: int | None, parameters: SubscriptionParametersSet) -> None:
    """Puts one more fee on the proposal that the call names. Source: INV-06."""
    own = await _main(joint)
    (found,) = await joint.load(fee, fee_id)
    if not isinstance(found, Fee):
        raise Rejected.value("unknown_reference", f"there is no fee {fee_id}", field="/fee")
    number = lines.share_of(found, own.created.customer) if share is None else share
    told = lines.header(found, number)
    if any(told[name] != getattr(own.created, name) for name in ("contract", "project", "customer")):
        raise Rejected.value("several_documents", "the fee goes on another document", field="/fee")
    await put(joint, joint.main_id, [(fee_id, number)], parameters)


async def remove_line(joint: Joint, line: int) -> None:
    """Takes a line off the proposal that the call names; its fee is as before. Source: INV-06."""
    own = await _main(joint)
    content = line_of(own, line)
    joint.decide(joint.main_id, RemoveLine(line))
    await _take_off(joint, [content])


async def reprice_line(joint: Joint, line: int, amount: Money, reason: str | None) -> None:
    """Changes what a line is invoiced at. Source: INV-06 (R3)."""
    own = await _main(joint)
    (found,) = await joint.load(fee, line_of(own, line).fee)
    adjusted = isinstance(found, Fee) and found.adjustments > 0
    joint.decide(joint.main_id, RepriceLine(line, amount, adjusted, reason))


async def cancel(joint: Joint, reason: str | None) -> None:
    """Gives the proposal that the call names up; its fees are as before. Source: INV-07."""
    own = await _main(joint)
    joint.decide(joint.main_id, Cancel(reason))
    await _take_off(joint, own.content)


async def _take_off(joint: Joint, content: Iterable[says.ProposedLine]) -> None:
    found = list(content)
    await joint.load(fee, *(line.fee for line in found))
    for line in found:
        joint.decide(line.fee, TakeOffProposal(joint.main_id, line.share))


async def _main(joint: Joint) -> Proposal:
    own = await joint.main(proposal)
    if not isinstance(own, Proposal):
        raise NotFound
    return own


def _fee(state: object) -> Fee:
    if not isinstance(state, Fee):
        raise Rejected.value("unknown_reference", "there is no such fee", field="/fees")
    return state
