"""Earning revenue: by a run, step by step, or one line of one schedule at a time; each with its voucher."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from libs.events import subscription_billing_accruals as says
from libs.kernel.money import Money, total
from libs.runtime.faults import NotFound
from libs.runtime.jointly import Joint, execute_jointly
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Request
from services.subscription_billing.application.fee_runs import ACTOR, nobody
from services.subscription_billing.application.records import code, parameters
from services.subscription_billing.domain.accruals.accrual_run import (
    AccrualRun,
    AdvanceAccrualRun,
    CompleteAccrualRun,
    RequestAccrualRun,
    accrual_run,
)
from services.subscription_billing.domain.accruals.schedule import (
    AccrueDue,
    AccrueLine,
    DeletePostedLines,
    ReverseLine,
    Schedule,
    schedule,
    voucher_of,
)
from services.subscription_billing.domain.accruals.voucher import PostVoucher, voucher
from services.subscription_billing.projections.books import books
from services.subscription_billing.projections.candidates import to_earn

BATCH = 100
"""Schedules in one step."""
SHOWN = 1000
"""Schedules of one preview."""


async def request_of(store: FactStore, asked: says.AccrualRunRequested) -> RequestAccrualRun:
    """The command that asks for a run, knowing its code and whether the ledger takes its day. Source: ACC-08, ACC-11."""
    found = await books(store)
    known = await code(store, asked.code) is not None
    return RequestAccrualRun(asked, known, found.closed(asked.posting_date))


async def standing_run(store: FactStore, run_id: str) -> tuple[int, AccrualRun]:
    """The version and the state of an accrual run; NotFound when there is none."""
    stream = await store.load(accrual_run, run_id)
    if not isinstance(stream.state, AccrualRun):
        raise NotFound
    return stream.version, stream.state


async def standing_schedule(store: FactStore, schedule_id: str) -> tuple[int, Schedule]:
    """The version and the state of a schedule; NotFound when there is none."""
    stream = await store.load(schedule, schedule_id)
    if not isinstance(stream.state, Schedule):
        raise NotFound
    return stream.version, stream.state


async def advance(store: FactStore, run_id: str) -> bool:
    """Does the next step of a run and answers whether there may be another: one append of what is earned, its vouchers
    and how far the run is. A line that is posted is not open, so that nothing is earned twice. Source: ACC-08, 5.7."""
    more = False

    async def work(joint: Joint) -> None:
        nonlocal more
        more = await _step(joint)

    await execute_jointly(store, run_id, work, Request(ACTOR, run_id, causation_id=run_id), nobody)
    return more


async def _step(joint: Joint) -> bool:
    run = await joint.main(accrual_run)
    if not isinstance(run, AccrualRun) or run.completed:
        return False
    asked, found = run.asked, await books(joint.store)
    currency = found.company.accounting_currency
    if found.closed(asked.posting_date):
        joint.decide(joint.main_id, CompleteAccrualRun(currency, "ledger_period_closed"))
        return False
    due = await _due(joint.store, asked, run.through, BATCH)
    if not due:
        joint.decide(joint.main_id, CompleteAccrualRun(currency))
        return False
    await joint.load_all(schedule, due)
    earned = [fact for key in due for fact in post(joint, key, AccrueDue(asked.posting_date, joint.main_id))]
    advanced = says.AccrualRunAdvanced(
        through=due[-1], schedules=len(due), posted=len(earned), amount=_sum(earned, currency)
    )
    joint.decide(joint.main_id, AdvanceAccrualRun(advanced))
    return True


async def _due(store: FactStore, asked: says.AccrualRunRequested, after: str | None, limit: int) -> list[str]:
    only = {"group": asked.group, "subscription": asked.subscription}
    named = {name: value for name, value in only.items() if value is not None}
    found = await rows(store, to_earn(asked.code, asked.posting_date, named, after, limit))
    return [row["stream_id"] for row in found]


def _sum(earned: Sequence[says.RevenueAccrued | says.AccrualReversed], currency: str) -> Money:
    return total((fact.amount for fact in earned), currency)


def post(joint: Joint, key: str, command: Any) -> list[says.RevenueAccrued | says.AccrualReversed]:
    """Decides on a loaded schedule, and posts a voucher for everything that was earned or taken back."""
    before: Schedule = joint.state(key)
    posted = [
        fact for fact in joint.facts(key, command) if isinstance(fact, says.RevenueAccrued | says.AccrualReversed)
    ]
    for fact in posted:
        joint.begin(voucher, fact.voucher, PostVoucher(voucher_of(before, fact)))
    return posted


async def accrue_line(joint: Joint, line: int, on: date) -> None:
    """Earns a line of the schedule that the call names. Source: ACC-09, ACC-11."""
    await _main(joint)
    post(joint, joint.main_id, AccrueLine(line, on, (await books(joint.store)).closed(on)))


async def reverse_line(joint: Joint, line: int, on: date, reason: str | None) -> None:
    """Takes a line of the schedule that the call names back. Source: ACC-07, ACC-09."""
    await _main(joint)
    post(joint, joint.main_id, ReverseLine(line, on, (await books(joint.store)).closed(on), reason))


async def delete_lines(joint: Joint) -> None:
    """Takes the lines of the schedule that the call names out of sight. Source: ACC-09."""
    await _main(joint)
    allowed = (await parameters(joint.store))[1].delete_accrued_periods
    joint.decide(joint.main_id, DeletePostedLines(allowed))


async def _main(joint: Joint) -> None:
    if not isinstance(await joint.main(schedule), Schedule):
        raise NotFound


async def preview(store: FactStore, asked: says.AccrualRunRequested) -> list[tuple[str, list[says.RevenueAccrued]]]:
    """What a run would earn now, by schedule; nothing is recorded. Source: ACC-08, 5.9 (11)."""
    command = await request_of(store, asked)
    accrual_run.decide(command, accrual_run.initial)
    due = await _due(store, asked, None, SHOWN)
    joint = Joint(store, Request(ACTOR, "preview"), "")
    states = await joint.load_all(schedule, due) if due else []
    found = [schedule.decide(AccrueDue(asked.posting_date, None), state) for state in states]
    return [
        (key, [fact for fact in facts if isinstance(fact, says.RevenueAccrued)])
        for key, facts in zip(due, found, strict=True)
    ]
