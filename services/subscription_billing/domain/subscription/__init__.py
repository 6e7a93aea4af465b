"""The subscription: a standing commitment on a project, paid ahead for a recurring service."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_subscriptions as says
from libs.kernel.decider import Decider, Rejected
from services.subscription_billing.domain.subscription import billing, course, creation, prices
from services.subscription_billing.domain.subscription.course import (
    Activate,
    Cancel,
    Deactivate,
    EndIfOver,
    Park,
    ReleaseParked,
    SetTerm,
    UndoCancellation,
)
from services.subscription_billing.domain.subscription.creation import (
    ChangeCategory,
    ChangeCurrency,
    Delete,
    OpenSubscription,
    Rename,
)
from services.subscription_billing.domain.subscription.prices import UpdateBasePrice, UpdateIndex, UpdateInGroup
from services.subscription_billing.domain.subscription.state import (
    Absent,
    Active,
    Cancelled,
    Deleted,
    Draft,
    Expired,
    Inactive,
    State,
)

Command = (
    OpenSubscription
    | Rename
    | ChangeCategory
    | ChangeCurrency
    | Activate
    | Deactivate
    | SetTerm
    | Delete
    | Cancel
    | UndoCancellation
    | EndIfOver
    | UpdateBasePrice
    | UpdateIndex
    | UpdateInGroup
    | Park
    | ReleaseParked
)
Fact = says.SubscriptionFact

Decision = Callable[[Any, Any], Sequence[Fact]]
Fold = Callable[[Any, Any], State]

OF_RUNS: frozenset[type[Command]] = frozenset({EndIfOver, UpdateInGroup, Park})
"""What timers and runs ask, and no person."""

_CHANGES: Mapping[type[Command], Decision] = {
    Rename: creation.rename,
    ChangeCategory: creation.change_category,
    ChangeCurrency: creation.change_currency,
    SetTerm: course.set_term,
    Delete: creation.delete,
    Cancel: course.cancel,
    UndoCancellation: course.undo_cancellation,
    UpdateBasePrice: prices.update_base_price,
    UpdateIndex: prices.update_index,
    UpdateInGroup: prices.update_in_group,
    EndIfOver: course.end_if_over,
}
"""What every state accepts that is not over."""

_OVER: Mapping[type[Command], Decision] = {
    UpdateInGroup: prices.update_in_group,
    EndIfOver: course.over_already,
}

DECISIONS: Mapping[type[State], Mapping[type[Command], Decision]] = {
    Absent: {
        OpenSubscription: creation.open_subscription,
    },
    Draft: {
        **_CHANGES,
        Activate: course.activate,
    },
    Active: {
        **_CHANGES,
        Deactivate: course.deactivate,
        Park: course.park,
        ReleaseParked: course.release_parked,
    },
    Inactive: {
        **_CHANGES,
        Activate: course.activate,
        ReleaseParked: course.release_parked,
    },
    Cancelled: {**_OVER},
    Expired: {**_OVER},
    Deleted: {**_OVER},
}
"""Which commands a state accepts, and who decides."""

_BILLED: Mapping[type[Fact], Fold] = {
    fees.SubscriptionBilled: billing.billed,
    fees.FeeDaysFreed: billing.freed,
}
"""What the fees of a subscription leave behind in its stream, whatever its state."""

_CHANGED: Mapping[type[Fact], Fold] = {
    **_BILLED,
    says.SubscriptionRenamed: creation.renamed,
    says.CategoryChanged: creation.category_changed,
    says.CurrencyChanged: creation.currency_changed,
    says.TermSet: course.term_set,
    says.CancellationScheduled: course.cancellation_scheduled,
    says.CancellationUndone: course.cancellation_undone,
    says.SubscriptionCancelled: course.cancelled,
    says.SubscriptionExpired: course.expired,
    says.SubscriptionDeleted: creation.deleted,
    says.BasePriceUpdated: prices.base_price_updated,
    says.IndexUpdated: prices.index_updated,
}

FOLDS: Mapping[type[State], Mapping[type[Fact], Fold]] = {
    Absent: {
        says.SubscriptionOpened: creation.opened,
    },
    Draft: {
        **_CHANGED,
        says.SubscriptionActivated: course.activated,
    },
    Active: {
        **_CHANGED,
        says.SubscriptionDeactivated: course.deactivated,
        says.SubscriptionParked: course.parked,
        says.ParkReleased: course.park_released,
    },
    Inactive: {
        **_CHANGED,
        says.SubscriptionActivated: course.activated,
        says.ParkReleased: course.park_released,
    },
    Cancelled: {**_BILLED},
    Expired: {**_BILLED},
    Deleted: {**_BILLED},
}
"""What a fact makes of a state; any other pair leaves the state as it is."""


def decide(command: Command, state: State) -> Sequence[Fact]:
    """The facts that the command gives. A command that the state does not accept is refused with those it does."""
    decision, name = DECISIONS[type(state)].get(type(command)), state_name(state)
    if decision is None:
        sentence = f"a subscription that is {name} does not allow {action_name(type(command))}"
        raise Rejected.transition(name, allowed_actions(state), sentence)
    if (untimely := course.untimely(command, state)) is not None:
        without = tuple(action for action in allowed_actions(state) if action != action_name(type(command)))
        raise Rejected.transition(name, without, untimely)
    return decision(command, state)


def evolve(state: State, fact: Fact) -> State:
    """The state after the fact."""
    fold = FOLDS[type(state)].get(type(fact))
    return state if fold is None else fold(state, fact)


def state_name(state: State) -> str:
    """The word for a state: absent, draft, active, inactive, cancelled, expired, deleted."""
    return type(state).__name__.lower()


def action_name(command: type[Command]) -> str:
    """The word for a command: set-term."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in command.__name__).lstrip("-")


def allowed_actions(state: State) -> tuple[str, ...]:
    """What the state accepts of people, in the order of the table."""
    return tuple(action_name(command) for command in DECISIONS[type(state)] if command not in OF_RUNS)


subscription: Decider[Command, State, Fact] = Decider(Absent(), decide, evolve)
