"""The service order: one visit to a customer, what it used and what of that is sold."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from libs.events import order as says
from libs.kernel.decider import Decider, Rejected, Snapshots
from services.order.domain.service_order import adjustment, cancellation, creation, lines, posting, sign_off
from services.order.domain.service_order.adjustment import AdjustPostedLine
from services.order.domain.service_order.cancellation import CancelLine, CancelOrder
from services.order.domain.service_order.creation import CreateOrder, ReviseOrder
from services.order.domain.service_order.lines import AddLine, OverridePrice, ReviseLine
from services.order.domain.service_order.posting import Post
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from services.order.domain.service_order.state import Absent, Canceled, Open, Posted, State

Command = (
    CreateOrder
    | ReviseOrder
    | AddLine
    | ReviseLine
    | OverridePrice
    | CancelLine
    | CancelOrder
    | SignOff
    | WithdrawSignOff
    | Post
    | AdjustPostedLine
)
Fact = says.OrderFact

Decision = Callable[[Any, Any], Sequence[Fact]]
Fold = Callable[[Any, Any], State]

DECISIONS: Mapping[type[State], Mapping[type[Command], Decision]] = {
    Absent: {
        CreateOrder: creation.create_order,
    },
    Open: {
        ReviseOrder: creation.revise_order,
        AddLine: lines.add_line,
        ReviseLine: lines.revise_line,
        OverridePrice: lines.override_price,
        CancelLine: cancellation.cancel_line,
        CancelOrder: cancellation.cancel_order,
        SignOff: sign_off.sign_off,
        WithdrawSignOff: sign_off.withdraw_sign_off,
        Post: posting.post,
        AdjustPostedLine: adjustment.adjust_posted_line,
    },
    Posted: {
        AdjustPostedLine: adjustment.adjust_posted_line,
    },
    Canceled: {},
}
"""Which commands a state accepts, and who decides."""

FOLDS: Mapping[type[State], Mapping[type[Fact], Fold]] = {
    Absent: {
        says.OrderCreated: creation.created,
    },
    Open: {
        says.OrderRevised: creation.revised,
        says.OrderLineAdded: lines.added,
        says.OrderLineRevised: lines.revised,
        says.OrderLinePriceOverridden: lines.overridden,
        says.OrderLineCanceled: cancellation.line_canceled,
        says.OrderCanceled: cancellation.order_canceled,
        says.OrderSignedOff: sign_off.signed_off,
        says.OrderSignOffWithdrawn: sign_off.sign_off_withdrawn,
        says.OrderLinePosted: posting.line_posted,
        says.OrderLinePostingFailed: posting.failed,
        says.OrderPosted: posting.posted,
    },
    Posted: {
        says.OrderLinePosted: posting.line_posted,
        says.OrderPosted: posting.posted,
    },
    Canceled: {},
}
"""What a fact makes of a state; any other pair leaves the state as it is."""


def decide(command: Command, state: State) -> Sequence[Fact]:
    """The facts that the command gives. A command that the state does not accept is refused with those it does."""
    decision = DECISIONS[type(state)].get(type(command))
    if decision is None:
        name, asked = state_name(state), action_name(type(command))
        raise Rejected.transition(name, allowed_actions(state), f"an order that is {name} does not allow {asked}")
    return decision(command, state)


def evolve(state: State, fact: Fact) -> State:
    """The state after the fact."""
    fold = FOLDS[type(state)].get(type(fact))
    return state if fold is None else fold(state, fact)


def state_name(state: State) -> str:
    """The word for a state: absent, open, posted, canceled."""
    return type(state).__name__.lower()


def action_name(command: type[Command]) -> str:
    """The word for a command: add-line."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in command.__name__).lstrip("-")


def allowed_actions(state: State) -> tuple[str, ...]:
    """What the state accepts, in the order of the table."""
    return tuple(map(action_name, DECISIONS[type(state)]))


service_order: Decider[Command, State, Fact] = Decider(Absent(), decide, evolve, Snapshots(State, fold=1))
