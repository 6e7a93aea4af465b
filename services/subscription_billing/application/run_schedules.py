"""Runs that a schedule asks for: each due day once, whoever wakes up, with what it asked in the same append."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from libs.events import subscription_billing_accruals as accrual_says
from libs.events import subscription_billing_fees as fee_says
from libs.events import subscription_billing_invoices as proposal_says
from libs.events import subscription_billing_schedules as says
from libs.kernel.decider import Rejected
from libs.kernel.ids import natural_id
from libs.rules.billing import Span
from libs.runtime.faults import NotFound, Unavailable
from libs.runtime.jointly import Joint, execute_jointly
from libs.runtime.metrics import TIMER_FAULTS
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import AnyDecider, Request
from services.subscription_billing.application import accruals, fee_runs, records
from services.subscription_billing.application.run_numbers import next_number
from services.subscription_billing.domain.accruals.accrual_run import accrual_run
from services.subscription_billing.domain.fees.fee_run import fee_run
from services.subscription_billing.domain.invoicing.proposal_run import RequestProposalRun, proposal_run
from services.subscription_billing.domain.run_schedule import (
    SetRunSchedule,
    Standing,
    TellAsked,
    TellRefused,
    due_day,
    run_schedule,
)
from services.subscription_billing.projections.run_schedules import waiting

NAME = "subscription_billing"


def schedule_id(key: str) -> str:
    """The stream of the schedule with this key. Source: contracts 4."""
    return natural_id("run_schedule", key)


def run_id(key: str, day: date) -> str:
    """The run of a schedule and a day: the same whoever asks for it. Source: contracts 4."""
    return natural_id("scheduled_run", key, day.isoformat())


async def standing_schedule(store: FactStore, key: str) -> tuple[int, Standing]:
    """The version and the state of a schedule; NotFound when there is none."""
    stream = await store.load(run_schedule, schedule_id(key))
    if not isinstance(stream.state, Standing):
        raise NotFound
    return stream.version, stream.state


async def put_of_schedule(store: FactStore, terms: says.RunScheduleSet) -> SetRunSchedule:
    """The command that puts a schedule, with the records that it names."""
    group = await records.group(store, terms.group) if terms.group is not None else None
    return SetRunSchedule(terms, await records.code(store, terms.code), group)


async def ask_due(store: FactStore, now: datetime) -> int:
    """Asks the run of every day that is due by now, and answers how many schedules were looked at closely.

    What one of them raises keeps no other from being asked: it is counted, and when all were asked the first of such
    faults is raised. A database that is away is the fault of all, and is raised at once.
    """
    faults, asked = list[Exception](), 0
    for row in await rows(store, waiting(now)):
        terms = says.RunScheduleSet.from_bytes(row["body"].encode())
        if due_day(terms, row["told_on"], row["today"]) is None:
            continue
        asked += 1
        try:
            await _ask(store, row["key"], row["today"])
        except Unavailable:
            raise
        except Exception as fault:  # noqa: BLE001 - it is raised once all others were asked
            fault.add_note(f"while run schedule {row['key']} was asked by a timer")
            faults.append(fault)
    if faults:
        TIMER_FAULTS.labels(NAME).inc(len(faults))
        raise faults[0]
    return asked


async def _ask(store: FactStore, key: str, today: date) -> None:
    """One append on the streams of the schedule and of the run: two that meet ask once, one that dies asks all or nothing."""
    name = natural_id("timer", key, "ask-run", today.isoformat())
    request = Request(fee_runs.ACTOR, name, causation_id=name)
    await execute_jointly(store, schedule_id(key), partial(_ask_or_refuse, today=today), request, fee_runs.nobody)


async def _ask_or_refuse(joint: Joint, today: date) -> None:
    state = await joint.main(run_schedule)
    day = due_day(state.terms, state.told_on, today) if isinstance(state, Standing) else None
    if day is None:
        return
    terms, run = state.terms, run_id(state.terms.schedule, day)
    decider, request_of = _REQUESTS[terms.kind]
    command = await request_of(joint.store, terms, day)
    try:
        joint.begin(decider, run, command)
    except Rejected as refusal:
        joint.decide(joint.main_id, TellRefused(day, refusal.reason))
    else:
        joint.decide(joint.main_id, TellAsked(day, run))


async def _fee_run(store: FactStore, terms: says.RunScheduleSet, day: date) -> Any:
    """Whatever starts by the day, from where each subscription ended. Source: FEE-16."""
    asked = fee_says.FeeRunRequested(
        number=await next_number(store, "fee_run"),
        kind="non_regular",
        days=Span.of(day, day),
        catch_up=True,
        **_said(terms, "code", "group", "price_source"),
    )
    return await fee_runs.request_of(store, asked)


async def _proposal_run(store: FactStore, terms: says.RunScheduleSet, day: date) -> Any:
    """Whatever is open by then. Source: INV-02."""
    number = await next_number(store, "proposal_run")
    names = ("method", "grouped_by", "project", "contract", "customer", "group", "subscription", "kinds")
    asked = proposal_says.ProposalRunRequested(number=number, invoice_date=day, **_said(terms, *names))
    return RequestProposalRun(asked)


async def _accrual_run(store: FactStore, terms: says.RunScheduleSet, day: date) -> Any:
    """Whatever ends by the day. Source: ACC-08."""
    number = await next_number(store, "accrual_run")
    asked = accrual_says.AccrualRunRequested(number=number, posting_date=day, **_said(terms, "code", "group"))
    return await accruals.request_of(store, asked)


def _said(terms: says.RunScheduleSet, *names: str) -> dict[str, Any]:
    """What the schedule says of these; where it says nothing, the run has its own default."""
    return {name: value for name in names if (value := getattr(terms, name)) is not None}


_REQUESTS: Mapping[says.RunOf, tuple[AnyDecider, Callable[[FactStore, says.RunScheduleSet, date], Awaitable[Any]]]] = {
    "fee_run": (fee_run, _fee_run),
    "proposal_run": (proposal_run, _proposal_run),
    "accrual_run": (accrual_run, _accrual_run),
}
