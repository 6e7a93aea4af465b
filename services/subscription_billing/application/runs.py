"""Waking up runs: whatever is asked and not completed goes on, whoever was doing it before."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from libs.kernel.decider import Rejected
from libs.runtime.jointly import Joint, execute_jointly
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Request
from services.subscription_billing.application import accruals, fee_runs, fees, proposal_runs
from services.subscription_billing.projections.cancellations import to_credit
from services.subscription_billing.projections.candidates import running

STEPS = 50
"""Of one run at a time, before others are looked at again."""
MOST = 20
"""Runs and cancellations that are looked at in one go."""

ADVANCES: Mapping[str, Callable[[FactStore, str], Awaitable[bool]]] = {
    "fee_run": fee_runs.advance,
    "proposal_run": proposal_runs.advance,
    "accrual_run": accruals.advance,
}


async def go_on(store: FactStore, now: datetime) -> int:
    """Does some steps of every run that is not completed, and takes off what cancelled subscriptions were billed for later
    days; answers how many it found. Twice, or two at once, do no harm: each step is decided on the streams themselves."""
    found = await rows(store, running(MOST))
    for row in found:
        for _ in range(STEPS):
            if not await ADVANCES[row["kind"]](store, row["stream_id"]):
                break
    return len(found) + await _credit_unused(store, now)


async def _credit_unused(store: FactStore, now: datetime) -> int:
    """Source: LIF-04. A subscription of which a fee is being invoiced waits until that is over."""
    found = await rows(store, to_credit(MOST))
    for row in found:
        key = row["stream_id"]
        request = Request(fee_runs.ACTOR, key, causation_id=key, at=now)
        try:
            await execute_jointly(store, key, _credit, request, fee_runs.nobody)
        except Rejected as refusal:
            if refusal.reason != "fee_on_proposal":
                raise
    return len(found)


async def _credit(joint: Joint) -> None:
    await fees.credit_unused(joint)
