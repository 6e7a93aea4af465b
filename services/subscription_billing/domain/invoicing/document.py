"""A posted document: an invoice or a credit note, once and for ever."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.events import subscription_billing_invoices as says
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.kernel.decider import Decider, Rejected


@dataclass(frozen=True)
class PostDocument:
    """Record it, with its number."""

    document: says.PostedDocument


@dataclass(frozen=True)
class Absent:
    """Nothing was posted yet."""


@dataclass(frozen=True)
class Posted:
    """It was posted, for good."""

    document: says.PostedDocument


State = Absent | Posted


def decide(command: PostDocument, state: State) -> Sequence[SubscriptionBillingFact]:
    """A proposal becomes one document. Source: INV-03, INV-14."""
    if isinstance(state, Posted):
        raise Rejected.state("already_posted", f"it was posted as {state.document.number}")
    return [command.document]


def evolve(state: State, fact: SubscriptionBillingFact) -> State:
    """The state after the fact."""
    return Posted(fact) if isinstance(fact, says.PostedDocument) else state


document: Decider[PostDocument, State, SubscriptionBillingFact] = Decider(Absent(), decide, evolve)
