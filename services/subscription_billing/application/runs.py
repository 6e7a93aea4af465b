"""Waking up runs: whatever is asked and not completed goes on, whoever was doing it before."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

from libs.kernel.decider import Rejected
from libs.runtime.faults import Unavailable
from libs.runtime.jointly import Joint, execute_jointly
from libs.runtime.metrics import TIMER_FAULTS
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Request
from services.subscription_billing.application import accruals, fee_runs, fees, proposal_runs
from services.subscription_billing.projections.cancellations import to_credit
from services.subscription_billing.projections.candidates import running

NAME = "subscription_billing"
STEPS = 50
"""Of one run at a time, before others are looked at again."""
MOST = 20
"""Runs and cancellations that are looked at in one go."""

ADVANCES: Mapping[str, Callable[[FactStore, str], Awaitable[bool]]] = {
    "fee_run": fee_runs.advance,
    "proposal_run": proposal_runs.advance,
    "accrual_run": accruals.advance,
}

WAITS = ("fee_on_proposal", "fee_selected")
"""Why days that are not used any more are still billed: something of the fee is under way."""


async def go_on(store: FactStore, now: datetime) -> int:
    """Does some steps of every run that is not completed, and takes off what cancelled subscriptions were billed for later
    days; answers how many it found. Twice, or two at once, do no harm: each step is decided on the streams themselves.

    What one of them raises keeps no other from going on: it is counted, and when all were asked the first of such faults
    is raised. A database that is away is the fault of all, and is raised at once.
    """
    found = await rows(store, running(MOST))
    cancelled = await rows(store, to_credit(MOST))
    asked = [partial(_steps, store, row["kind"], row["stream_id"]) for row in found]
    asked += [partial(_credit_unused, store, row["stream_id"], now) for row in cancelled]
    faults = list[Exception]()
    for ask in asked:
        try:
            await ask()
        except Unavailable:
            raise
        except Exception as fault:  # noqa: BLE001 - it is raised once all others were asked
            fault.add_note(f"while {ask.args[1:]} was gone on with")
            faults.append(fault)
    if faults:
        TIMER_FAULTS.labels(NAME).inc(len(faults))
        raise faults[0]
    return len(asked)


async def _steps(store: FactStore, kind: str, run_id: str) -> None:
    for _ in range(STEPS):
        if not await ADVANCES[kind](store, run_id):
            return


async def _credit_unused(store: FactStore, subscription_id: str, now: datetime) -> None:
    """Source: LIF-04. A subscription of which a fee is being invoiced or given back waits until that is over."""
    request = Request(fee_runs.ACTOR, subscription_id, causation_id=subscription_id, at=now)
    try:
        await execute_jointly(store, subscription_id, _credit, request, fee_runs.nobody)
    except Rejected as refusal:
        if refusal.reason not in WAITS:
            raise


async def _credit(joint: Joint) -> None:
    await fees.credit_unused(joint)
