"""Subscriptions of a whole file, which have been running elsewhere: each is opened as it stands there."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.events import subscription_billing_subscriptions as says
from libs.kernel.decider import Decider, Rejected
from services.subscription_billing.domain.subscription import evolve
from services.subscription_billing.domain.subscription.creation import OpenSubscription, open_subscription
from services.subscription_billing.domain.subscription.state import Absent, State


@dataclass(frozen=True)
class ImportSubscription:
    """Open the subscription, and let it receive fees at once where it is `active`. The days that were billed before it
    came are in `opening.billed_before`: the next fee begins after them, and the first of them stays its start date."""

    opening: OpenSubscription
    active: bool


def decide(command: ImportSubscription, state: State) -> Sequence[says.SubscriptionFact]:
    """A row that says what was imported gives no fact; a number that another has is taken. Source: contracts 5."""
    facts = open_subscription(command.opening, Absent())
    told = [*facts, says.SubscriptionActivated()] if command.active else facts
    if isinstance(state, Absent):
        return told
    if state.same_beginning(imported.fold(facts)):
        return []
    raise Rejected.value("number_taken", "another subscription has this number", field="/number")


imported: Decider[ImportSubscription, State, says.SubscriptionFact] = Decider(Absent(), decide, evolve)
