"""Proposal runs: proposals of everything that fits, one step after the other, each step all or nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_invoices as says
from libs.events.subscription_billing import SubscriptionParametersSet
from libs.kernel.decider import Rejected
from libs.kernel.ids import natural_id
from libs.runtime.faults import NotFound
from libs.runtime.jointly import Joint, execute_jointly
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Request
from services.subscription_billing.application.fee_runs import ACTOR, nobody
from services.subscription_billing.application.proposals import insist_reversed, put
from services.subscription_billing.application.records import parameters
from services.subscription_billing.domain.fees.fee import fee
from services.subscription_billing.domain.fees.state import Fee
from services.subscription_billing.domain.invoicing import lines
from services.subscription_billing.domain.invoicing.commands import CreateProposal
from services.subscription_billing.domain.invoicing.proposal import MOST_LINES, proposal
from services.subscription_billing.domain.invoicing.proposal_run import (
    AdvanceProposalRun,
    CompleteProposalRun,
    ProposalRun,
    proposal_run,
)
from services.subscription_billing.projections.candidates import to_invoice

SEQUENCE = "proposal_number"


async def standing_run(store: FactStore, run_id: str) -> tuple[int, ProposalRun]:
    """The version and the state of a proposal run; NotFound when there is none."""
    stream = await store.load(proposal_run, run_id)
    if not isinstance(stream.state, ProposalRun):
        raise NotFound
    return stream.version, stream.state


async def advance(store: FactStore, run_id: str) -> bool:
    """Makes the next proposal of a run and answers whether there may be another.

    The step is one append: the proposal, what its fees are told, and how far the run is. Shares that others have put on
    a proposal meanwhile are passed by; what is invoiced once cannot be twice, for the fees themselves decide.
    Source: INV-02, INV-04, reliability (billing run).
    """
    more = False

    async def work(joint: Joint) -> None:
        nonlocal more
        more = await _step(joint)

    await execute_jointly(store, run_id, work, Request(ACTOR, run_id, causation_id=run_id), nobody)
    return more


async def next_number(store: FactStore) -> str:
    """The number of a new proposal; gaps are allowed. Source: INV-12."""
    return f"IP-{await store.next_number(SEQUENCE):06d}"


async def _step(joint: Joint) -> bool:
    run = await joint.main(proposal_run)
    if not isinstance(run, ProposalRun) or run.completed:
        return False
    found = await rows(joint.store, to_invoice(run.asked, run.through, MOST_LINES))
    if not found:
        joint.decide(joint.main_id, CompleteProposalRun())
        return False
    together = list(takewhile(lambda row: row["place"] == found[0]["place"], found))
    present = (await parameters(joint.store))[1]
    shares, skipped = await _free(joint, together, present)
    own = None
    if shares:
        own = natural_id("proposal", joint.main_id, run.steps + 1)
        await _propose(joint, own, run.asked, shares, present)
    advanced = says.ProposalRunAdvanced(
        through=together[-1]["through"],
        proposal=own,
        lines=len(shares),
        skipped=tuple(fees.SkipCount(reason=reason, count=skipped[reason]) for reason in sorted(skipped)),
    )
    joint.decide(joint.main_id, AdvanceProposalRun(advanced))
    return True


async def _free(
    joint: Joint, found: Sequence[Mapping[str, Any]], present: SubscriptionParametersSet
) -> tuple[list[tuple[str, int]], Counter[str]]:
    """The shares that may be put on a proposal still, and why others may not."""
    await joint.load_all(fee, list(dict.fromkeys(row["fee"] for row in found)))
    shares, skipped = list[tuple[str, int]](), Counter[str]()
    for row in found:
        reason = await _reason(joint, joint.state(row["fee"]), row["share"], row["credit"], present)
        if reason is None:
            shares.append((row["fee"], row["share"]))
        else:
            skipped[reason] += 1
    return shares, skipped


async def _reason(
    joint: Joint, state: object, share: int, credit: bool, present: SubscriptionParametersSet
) -> str | None:
    standing = state.shares[share].standing if isinstance(state, Fee) else "deleted"
    if standing != ("invoiced" if credit else "open") or (isinstance(state, Fee) and credit and not state.selected):
        return "fee_on_proposal"
    try:
        if isinstance(state, Fee):
            await insist_reversed(joint, state, share, present)
    except Rejected as refusal:
        return refusal.reason
    return None


async def _propose(
    joint: Joint,
    own: str,
    asked: says.ProposalRunRequested,
    shares: list[tuple[str, int]],
    present: SubscriptionParametersSet,
) -> None:
    fee_id, share = shares[0]
    first: Fee = joint.state(fee_id)
    header = says.ProposalCreated(
        number=await next_number(joint.store),
        run=joint.main_id,
        method=asked.method,
        grouped_by=asked.grouped_by,
        subscription=first.created.subscription if asked.grouped_by == "subscription" else None,
        invoice_date=asked.invoice_date,
        workflow=present.proposal_workflow,
        **lines.header(first, share),
    )
    joint.begin(proposal, own, CreateProposal(header))
    await put(joint, own, shares, present)
