"""A proposal run: what was asked, how far it has come, and what it came to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from libs.events import subscription_billing_invoices as says
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.events.subscription_billing_fees import SkipCount
from libs.kernel.decider import Decider, Rejected


@dataclass(frozen=True)
class RequestProposalRun:
    """Ask for proposals of everything that fits. Source: INV-02."""

    asked: says.ProposalRunRequested


@dataclass(frozen=True)
class AdvanceProposalRun:
    """Record that some more shares of fees are done with."""

    advanced: says.ProposalRunAdvanced


@dataclass(frozen=True)
class CompleteProposalRun:
    """Close it: no share of a fee is left."""


@dataclass(frozen=True)
class Absent:
    """Nothing was asked yet."""


@dataclass(frozen=True)
class ProposalRun:
    """A run as it stands; `through` is the last share of a fee it has done with, `steps` counts its advances."""

    asked: says.ProposalRunRequested
    through: str = ""
    steps: int = 0
    proposals: int = 0
    lines: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    completed: bool = False


Command = RequestProposalRun | AdvanceProposalRun | CompleteProposalRun
State = Absent | ProposalRun


def decide(command: Command, state: State) -> Sequence[SubscriptionBillingFact]:
    """The facts that the command gives; a run that is over says nothing again."""
    match command, state:
        case RequestProposalRun(asked), Absent():
            return [asked]
        case AdvanceProposalRun(advanced), ProposalRun(completed=False):
            if advanced.through <= state.through:
                raise Rejected.state("already_done", "the run has done with these fees")
            return [advanced]
        case CompleteProposalRun(), ProposalRun(completed=False):
            skipped = tuple(SkipCount(reason=reason, count=state.skipped[reason]) for reason in sorted(state.skipped))
            return [says.ProposalRunCompleted(proposals=state.proposals, lines=state.lines, skipped=skipped)]
        case _, Absent():
            raise Rejected.transition("absent", (), "there is no such run")
        case _:
            return []


def evolve(state: State, fact: SubscriptionBillingFact) -> State:
    """The state after the fact."""
    match fact, state:
        case says.ProposalRunRequested(), Absent():
            return ProposalRun(fact)
        case says.ProposalRunAdvanced(), ProposalRun():
            skipped = Counter(state.skipped) + Counter({one.reason: one.count for one in fact.skipped})
            return replace(
                state,
                through=fact.through,
                steps=state.steps + 1,
                proposals=state.proposals + (fact.proposal is not None),
                lines=state.lines + fact.lines,
                skipped=dict(skipped),
            )
        case says.ProposalRunCompleted(), ProposalRun():
            return replace(state, completed=True)
        case _:
            return state


proposal_run: Decider[Command, State, SubscriptionBillingFact] = Decider(Absent(), decide, evolve)
