"""An accrual run: what was asked, how far it has come, and what it came to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from libs.events import subscription_billing_accruals as says
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.events.subscription_billing_fees import SkipCount
from libs.kernel.decider import Decider, Rejected
from libs.kernel.money import Money
from services.subscription_billing.domain.accruals.voucher import ledger_closed


@dataclass(frozen=True)
class RequestAccrualRun:
    """Ask for revenue to be earned. `code_known` tells that the period code exists, `closed` that the ledger period of the
    day is. Source: ACC-08, ACC-11."""

    asked: says.AccrualRunRequested
    code_known: bool = True
    closed: bool = False


@dataclass(frozen=True)
class AdvanceAccrualRun:
    """Record that some more schedules are done with."""

    advanced: says.AccrualRunAdvanced


@dataclass(frozen=True)
class CompleteAccrualRun:
    """Close it: no schedule is left or, `reason`, nothing more may be posted. `currency` is that of the books."""

    currency: str
    reason: str | None = None


@dataclass(frozen=True)
class Absent:
    """Nothing was asked yet."""


@dataclass(frozen=True)
class AccrualRun:
    """A run as it stands; `through` is the last schedule it has done with."""

    asked: says.AccrualRunRequested
    through: str | None = None
    schedules: int = 0
    posted: int = 0
    amount: Money | None = None
    completed: says.AccrualRunCompleted | None = None


Command = RequestAccrualRun | AdvanceAccrualRun | CompleteAccrualRun
State = Absent | AccrualRun


def decide(command: Command, state: State) -> Sequence[SubscriptionBillingFact]:
    """The facts that the command gives; a run that is over says nothing again."""
    match command, state:
        case RequestAccrualRun(asked, code_known, closed), Absent():
            if not code_known:
                raise Rejected.value("unknown_reference", f"there is no period code {asked.code}", field="/code")
            if closed:
                raise ledger_closed(asked.posting_date.isoformat())
            return [asked]
        case AdvanceAccrualRun(advanced), AccrualRun(completed=None):
            if state.through is not None and advanced.through <= state.through:
                raise Rejected.state("already_done", "the run has done with these schedules")
            return [advanced]
        case CompleteAccrualRun(currency, reason), AccrualRun(completed=None):
            return [
                says.AccrualRunCompleted(
                    schedules=state.schedules,
                    posted=state.posted,
                    amount=state.amount or Money.zero(currency),
                    skipped=(SkipCount(reason=reason, count=1),) if reason else (),
                )
            ]
        case _, Absent():
            raise Rejected.transition("absent", (), "there is no such run")
        case _:
            return []


def evolve(state: State, fact: SubscriptionBillingFact) -> State:
    """The state after the fact."""
    match fact, state:
        case says.AccrualRunRequested(), Absent():
            return AccrualRun(fact)
        case says.AccrualRunAdvanced(), AccrualRun():
            return replace(
                state,
                through=fact.through,
                schedules=state.schedules + fact.schedules,
                posted=state.posted + fact.posted,
                amount=state.amount + fact.amount if state.amount else fact.amount,
            )
        case says.AccrualRunCompleted(), AccrualRun():
            return replace(state, completed=fact)
        case _:
            return state


accrual_run: Decider[Command, State, SubscriptionBillingFact] = Decider(Absent(), decide, evolve)
