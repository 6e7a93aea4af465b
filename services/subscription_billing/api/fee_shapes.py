"""How the outside sees runs, fees, proposals, documents and schedules."""

from collections.abc import Mapping
from typing import Any

from libs.events.fact import Fact
from libs.runtime.auth.caller import Owner
from libs.runtime.http.call import Resource
from services.subscription_billing.api.shapes import SUBSCRIPTIONS, money
from services.subscription_billing.domain.accruals import accrual_run as accrual_runs
from services.subscription_billing.domain.accruals.schedule import Schedule, schedule
from services.subscription_billing.domain.accruals.schedule import State as ScheduleState
from services.subscription_billing.domain.fees import fee_run as fee_runs
from services.subscription_billing.domain.fees.account import Account, account
from services.subscription_billing.domain.fees.fee import fee
from services.subscription_billing.domain.fees.state import Fee
from services.subscription_billing.domain.fees.state import State as FeeState
from services.subscription_billing.domain.invoicing import proposal_run as proposal_runs
from services.subscription_billing.domain.invoicing.proposal import Proposal, allowed_actions, proposal
from services.subscription_billing.domain.invoicing.proposal import State as ProposalState


def _run(asked: Any, completed: bool) -> Mapping[str, Any]:
    return {"number": asked.number, "state": "completed" if completed else "running"}


def _fee_run(state: fee_runs.State) -> Mapping[str, Any]:
    return _run(state.asked, state.completed) if isinstance(state, fee_runs.FeeRun) else _absent()


def _proposal_run(state: proposal_runs.State) -> Mapping[str, Any]:
    return _run(state.asked, state.completed) if isinstance(state, proposal_runs.ProposalRun) else _absent()


def _accrual_run(state: accrual_runs.State) -> Mapping[str, Any]:
    running = isinstance(state, accrual_runs.AccrualRun)
    return _run(state.asked, state.completed is not None) if running else _absent()  # type: ignore[union-attr]


def _absent() -> Mapping[str, Any]:
    return {"number": None, "state": "absent"}


def _fee(state: FeeState) -> Mapping[str, Any]:
    """With a warning where the fee is to be given back whole while more of it was taken off than added: unless these
    adjustments are given back as well, the customer gets more than was paid. Source: [?B32]."""
    if not isinstance(state, Fee):
        return {"number": None, "state": type(state).__name__.lower(), "adjustments": 0}
    lessened = state.selected and state.adjusted.net.minor < state.adjusted.amount.minor
    warnings = {"warnings": ["net_negative"]} if lessened else {}
    return {"number": None, "state": state.status, "adjustments": state.adjustments, **warnings}


def _proposal(state: ProposalState) -> Mapping[str, Any]:
    """With the document that it became: the same however often it is posted. Source: INV-14."""
    if not isinstance(state, Proposal):
        return _absent()
    invoiced = state.invoiced
    document = {"document": {"id": invoiced.document, "number": invoiced.number}} if invoiced else {}
    return {"number": state.created.number, "state": state.stage, **document}


def _schedule(state: ScheduleState) -> Mapping[str, Any]:
    return {
        "number": state.built.number if isinstance(state, Schedule) else None,
        "state": type(state).__name__.lower(),
    }


def _account(state: Account) -> Mapping[str, Any]:
    return SUBSCRIPTIONS.shows(state.subscription)


def _account_owner(state: Account) -> Owner:
    return SUBSCRIPTIONS.owner(state.subscription) if SUBSCRIPTIONS.owner else Owner()


FEE_RUNS = Resource("/v1/fee-runs", fee_runs.fee_run, _fee_run)
PROPOSAL_RUNS = Resource("/v1/proposal-runs", proposal_runs.proposal_run, _proposal_run)
ACCRUAL_RUNS = Resource("/v1/accrual-runs", accrual_runs.accrual_run, _accrual_run)
FEES = Resource("/v1/fees", fee, _fee)
PROPOSALS = Resource("/v1/invoice-proposals", proposal, _proposal)
SCHEDULES = Resource("/v1/recognition-schedules", schedule, _schedule)
ACCOUNTS = Resource("/v1/subscriptions", account, _account, _account_owner)
"""A subscription together with its fees."""


def told(fact: Fact, *but: str) -> Mapping[str, Any]:
    """A fact as it stands in JSON."""
    return fact.model_dump(mode="json", exclude_none=True, exclude=set(but))


def counts(found: Mapping[str, int]) -> list[Mapping[str, Any]]:
    """Reasons with how often each came up."""
    return [{"reason": reason, "count": found[reason]} for reason in sorted(found)]


def shown_fee_run(run: fee_runs.FeeRun) -> Mapping[str, Any]:
    """What was asked, how far the run is, and what was left out and why."""
    progress = {"subscriptions": run.subscriptions, "created": run.created, "parked": run.parked}
    return {**told(run.asked), **_run(run.asked, run.completed), **progress, "skipped": counts(run.skipped)}


def shown_proposal_run(run: proposal_runs.ProposalRun) -> Mapping[str, Any]:
    """What was asked, how far the run is, and what was left out and why."""
    progress = {"proposals": run.proposals, "lines": run.lines}
    return {**told(run.asked), **_run(run.asked, run.completed), **progress, "skipped": counts(run.skipped)}


def shown_accrual_run(run: accrual_runs.AccrualRun) -> Mapping[str, Any]:
    """What was asked, how far the run is, and what it came to."""
    done = run.completed
    progress = {"schedules": run.schedules, "posted": run.posted, "amount": run.amount}
    skipped = [] if done is None else [one.model_dump(mode="json") for one in done.skipped]
    return {**told(run.asked), **_run(run.asked, done is not None), **progress, "skipped": skipped}


def shown_fee(state: Fee) -> Mapping[str, Any]:
    """The fee with its adjustments and shares. Source: FTR-01."""
    adjusted = state.adjusted
    return {
        **told(state.created, "shares"),
        "state": state.status,
        "net": money(adjusted.net),
        "removed_days": [{"from": days.first, "to": days.last} for days in adjusted.removed],
        "changed_by": f"{adjusted.percent:f}",
        "adjustments": state.adjustments,
        "shares": [_share(state, share.model_dump(mode="json")) for share in state.created.shares],
    }


def _share(state: Fee, share: Mapping[str, Any]) -> Mapping[str, Any]:
    own = state.shares[share["share"]]
    invoiced = told(own.invoiced) if own.invoiced else None
    return {**share, "amount": money(own.amount), "state": own.standing, "proposal": own.proposal, "invoiced": invoiced}


def shown_proposal(state: Proposal) -> Mapping[str, Any]:
    """The proposal with its lines, and what they come to."""
    return {
        **told(state.created),
        **_proposal(state),
        "total": money(state.total),
        "allowed": allowed_actions(state),
        "lines": [line.model_dump(mode="json", exclude_none=True) for line in state.content],
    }


def shown_schedule(state: Schedule) -> Mapping[str, Any]:
    """The schedule with what is earned of it. Source: ACC-09."""
    return {**told(state.built, "lines"), "lines": [_line(state, number) for number in sorted(state.lines)]}


def _line(state: Schedule, number: int) -> Mapping[str, Any]:
    line = state.lines[number]
    return {**line.content.model_dump(mode="json"), "state": line.state, "on": line.on, "count": line.count}
