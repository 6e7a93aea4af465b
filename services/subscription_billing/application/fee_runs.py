"""Fee runs: asked by a person or a scheduler, done step by step by whoever wakes up, each step all or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libs.events import subscription_billing_fees as says
from libs.runtime.faults import NotFound
from libs.runtime.jointly import Joint, execute_jointly
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, Request, Stream
from services.subscription_billing.application.records import code_id, parameters
from services.subscription_billing.domain import period_code as codes
from services.subscription_billing.domain.books import Books
from services.subscription_billing.domain.fees.account import Account, Bill, account
from services.subscription_billing.domain.fees.commands import CreateFee
from services.subscription_billing.domain.fees.fee import fee
from services.subscription_billing.domain.fees.fee_run import (
    AdvanceFeeRun,
    CompleteFeeRun,
    FeeRun,
    RequestFeeRun,
    fee_run,
)
from services.subscription_billing.domain.fees.planning import Beyond, Planned, Run, billed, plan
from services.subscription_billing.domain.subscription.course import Park, ReleaseParked
from services.subscription_billing.domain.subscription.state import Existing
from services.subscription_billing.projections.books import books
from services.subscription_billing.projections.candidates import groups_by, has_code, to_bill

BATCH = 200
"""Subscriptions in one step: what is appended at once, and at most done again after a kill."""
SHOWN = 1000
"""Subscriptions of one preview."""
ACTOR = "service:subscription_billing"


@dataclass(frozen=True)
class Looked:
    """A subscription as a run sees it, and what it would get."""

    subscription_id: str
    account: Account
    outcome: Planned | Beyond


async def request_of(store: FactStore, asked: says.FeeRunRequested) -> RequestFeeRun:
    """The command that asks for a run, with the calendar of its code. Source: FEE-01, PER-05."""
    stream = await store.load(codes.period_code, code_id(asked.code))
    return RequestFeeRun(asked, stream.state.calendar if isinstance(stream.state, codes.Defined) else None)


async def standing_run(store: FactStore, run_id: str) -> tuple[int, FeeRun]:
    """The version and the state of a fee run; NotFound when there is none."""
    stream = await store.load(fee_run, run_id)
    if not isinstance(stream.state, FeeRun):
        raise NotFound
    return stream.version, stream.state


async def advance(store: FactStore, run_id: str) -> bool:
    """Does the next step of a run and answers whether there may be another.

    The step is one append: fees, what their subscriptions remember, and how far the run is. A process that dies inside
    leaves all of it or nothing; two at once meet on the run's own stream, and the slower decides anew behind the faster.
    Source: FEE-15, FEE-16, reliability (billing run).
    """
    more = False

    async def work(joint: Joint) -> None:
        nonlocal more
        more = await _step(joint)

    await execute_jointly(store, run_id, work, Request(ACTOR, run_id, causation_id=run_id), nobody)
    return more


def nobody(_: Stream) -> Answer:
    """No caller waits for an answer."""
    return Answer(200, b"")


async def _step(joint: Joint) -> bool:
    run = await joint.main(fee_run)
    if not isinstance(run, FeeRun) or run.completed:
        return False
    ids = await _candidates(joint.store, run.asked, run.through, BATCH)
    if not ids:
        joint.decide(joint.main_id, CompleteFeeRun())
        return False
    accounts = await joint.load_all(account, ids)
    looked = await look(joint.store, joint.main_id, run.asked, dict(zip(ids, accounts, strict=True)))
    for one in looked:
        record(joint, joint.main_id, one)
    joint.decide(joint.main_id, AdvanceFeeRun(_advanced(looked)))
    return True


async def _candidates(store: FactStore, asked: says.FeeRunRequested, after: str | None, limit: int) -> list[str]:
    groups = [row["key"] for row in await rows(store, groups_by(asked.code)) if has_code(row["body"], asked.code)]
    found = await rows(store, to_bill(asked, groups, after, limit))
    return [row["stream_id"] for row in found]


async def look(
    store: FactStore,
    run_id: str | None,
    asked: says.FeeRunRequested,
    accounts: Mapping[str, Account],
    *,
    bounded: bool = True,
) -> list[Looked]:
    """What each subscription would get: previews and runs ask the same. Source: FEE-17, 5.9 (11)."""
    command = await request_of(store, asked)
    if command.calendar is None:
        raise NotFound
    run = Run(run_id, asked, command.calendar, (await parameters(store))[1].max_periods_per_run)
    headers = [one.subscription.header for one in accounts.values() if isinstance(one.subscription, Existing)]
    found = await books(store, [each.project for each in headers], [each.category for each in headers])
    return [Looked(key, one, _planned(run, key, one, found, bounded)) for key, one in accounts.items()]


def _planned(run: Run, key: str, one: Account, found: Books, bounded: bool) -> Planned | Beyond:
    """What one subscription cannot be billed by is no reason to keep the others waiting. Source: reliability F9."""
    subscription = one.subscription
    if not isinstance(subscription, Existing):
        return Planned()
    try:
        around = found.around(subscription.header.project, subscription.header.category)
        return plan(run, key, one, around, bounded=bounded)
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is told to the one who looks at the parked
        return Beyond("failed", repr(fault)[:1000])


def record(joint: Joint, run_id: str, one: Looked, *, bounded: bool = True) -> None:
    """Decides what a subscription gets on its own stream and on those of its fees."""
    outcome = one.outcome
    if isinstance(outcome, Beyond):
        joint.decide(one.subscription_id, Park(outcome.reason, outcome.sentence, run_id))
    elif outcome.fees:
        kept = tuple(billed(fee_id, created) for fee_id, created in outcome.fees)
        joint.decide(one.subscription_id, Bill(kept, run_id, bounded))
        for fee_id, created in outcome.fees:
            joint.begin(fee, fee_id, CreateFee(created))


def _advanced(looked: Sequence[Looked]) -> says.FeeRunAdvanced:
    planned = [one.outcome for one in looked if isinstance(one.outcome, Planned)]
    return says.FeeRunAdvanced(
        through=looked[-1].subscription_id,
        subscriptions=len(looked),
        created=sum(len(one.fees) for one in planned),
        parked=len(looked) - len(planned),
        skipped=tuple(exception for one in planned for exception in _in_short(one.skipped)),
    )


def _in_short(skipped: Iterable[says.RunException]) -> list[says.RunException]:
    """The first days of each reason: why a subscription got less is said once."""
    first: dict[str, says.RunException] = {}
    for one in skipped:
        first.setdefault(one.reason, one)
    return list(first.values())


async def preview(store: FactStore, asked: says.FeeRunRequested) -> list[Looked]:
    """What a run would do now, for the first subscriptions; nothing is recorded. Source: FEE-17."""
    command = await request_of(store, asked)
    fee_run.decide(command, fee_run.initial)
    ids = await _candidates(store, asked, None, SHOWN)
    joint = Joint(store, Request(ACTOR, "preview"), "")
    accounts = await joint.load_all(account, ids) if ids else []
    return await look(store, None, asked, dict(zip(ids, accounts, strict=True)))


async def release(joint: Joint, reason: str) -> None:
    """Bills a parked subscription what its run wanted to, whatever the bounds: somebody has looked at it.

    Source: reliability (safety bounds).
    """
    own: Account = await joint.main(account)
    parked = own.subscription.parked if isinstance(own.subscription, Existing) else None
    released = joint.decide(joint.main_id, ReleaseParked(reason))
    if parked is None:
        return
    (run,) = await joint.load(fee_run, parked.run)
    if isinstance(run, FeeRun):
        (one,) = await look(joint.store, parked.run, run.asked, {joint.main_id: released}, bounded=False)
        record(joint, parked.run, one, bounded=False)


def shown(looked: Iterable[Looked]) -> list[Mapping[str, Any]]:
    """The lines of a preview."""
    return [_shown(one) for one in looked]


def _shown(one: Looked) -> Mapping[str, Any]:
    outcome = one.outcome
    if isinstance(outcome, Beyond):
        return {"subscription": one.subscription_id, "fees": [], "parked": outcome.reason, "skipped": []}
    told = ("kind", "days", "period", "cycle", "base_price", "index", "percentage", "amount", "chargeable", "shares")
    return {
        "subscription": one.subscription_id,
        "fees": [
            {"id": fee_id, **created.model_dump(mode="json", include=set(told), exclude_none=True)}
            for fee_id, created in outcome.fees
        ],
        "parked": None,
        "skipped": [exception.model_dump(mode="json", exclude_none=True) for exception in outcome.skipped],
    }
