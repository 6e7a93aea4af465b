"""A fee run: what was asked, how far it has come, and what it came to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from libs.events import subscription_billing_fees as says
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.kernel.decider import Decider, Rejected
from libs.rules.billing import FeeRange, PeriodCalendar, demand_periods

MOST_SUBSCRIPTIONS = 1000
"""Of those named one by one."""


@dataclass(frozen=True)
class RequestFeeRun:
    """Ask for fees. `calendar` is that of the period code, None where there is no such code. Source: FEE-01, FEE-09."""

    asked: says.FeeRunRequested
    calendar: PeriodCalendar | None


@dataclass(frozen=True)
class AdvanceFeeRun:
    """Record that some more subscriptions are done with."""

    advanced: says.FeeRunAdvanced


@dataclass(frozen=True)
class CompleteFeeRun:
    """Close it: no subscription is left."""


@dataclass(frozen=True)
class Absent:
    """Nothing was asked yet."""


@dataclass(frozen=True)
class FeeRun:
    """A run as it stands; `through` is the last subscription it has done with."""

    asked: says.FeeRunRequested
    through: str | None = None
    created: int = 0
    parked: int = 0
    subscriptions: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    completed: bool = False


Command = RequestFeeRun | AdvanceFeeRun | CompleteFeeRun
State = Absent | FeeRun


def decide(command: Command, state: State) -> Sequence[SubscriptionBillingFact]:
    """The facts that the command gives; a run that is over says nothing again."""
    match command, state:
        case RequestFeeRun(), Absent():
            return _request(command)
        case AdvanceFeeRun(advanced), FeeRun(completed=False):
            if state.through is not None and advanced.through <= state.through:
                raise Rejected.state("already_done", "the run has done with these subscriptions")
            return [advanced]
        case CompleteFeeRun(), FeeRun(completed=False):
            skipped = tuple(
                says.SkipCount(reason=reason, count=state.skipped[reason]) for reason in sorted(state.skipped)
            )
            return [
                says.FeeRunCompleted(
                    subscriptions=state.subscriptions, created=state.created, parked=state.parked, skipped=skipped
                )
            ]
        case _, Absent():
            raise Rejected.transition("absent", (), "there is no such run")
        case _:
            return []


def _request(command: RequestFeeRun) -> Sequence[SubscriptionBillingFact]:
    """Refuses (`periods_not_generated`, `period_mismatch`) before any subscription is looked at. Source: FEE-01, PER-05."""
    asked = command.asked
    if command.calendar is None:
        raise Rejected.value("unknown_reference", f"there is no period code {asked.code}", field="/code")
    if len(asked.subscriptions) > MOST_SUBSCRIPTIONS:
        raise Rejected.value("too_many_subscriptions", f"at most {MOST_SUBSCRIPTIONS}", field="/subscriptions")
    if asked.percentage < -100:
        raise Rejected.value("net_negative", "a price is not changed by more than all of it", field="/percentage")
    demand_periods(command.calendar, FeeRange(asked.days, asked.kind, asked.continuous))
    return [asked]


def evolve(state: State, fact: SubscriptionBillingFact) -> State:
    """The state after the fact."""
    match fact, state:
        case says.FeeRunRequested(), Absent():
            return FeeRun(fact)
        case says.FeeRunAdvanced(), FeeRun():
            skipped = Counter(state.skipped) + Counter(one.reason for one in fact.skipped)
            return replace(
                state,
                through=fact.through,
                created=state.created + fact.created,
                parked=state.parked + fact.parked,
                subscriptions=state.subscriptions + fact.subscriptions,
                skipped=dict(skipped),
            )
        case says.FeeRunCompleted(), FeeRun():
            return replace(state, completed=True)
        case _:
            return state


fee_run: Decider[Command, State, SubscriptionBillingFact] = Decider(Absent(), decide, evolve)
