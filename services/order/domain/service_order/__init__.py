"""The service order: one visit to a customer, what it used and what of that is sold."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from libs.events import order as says
from libs.events import order_sla as measures
from libs.events import order_stages as stages
from libs.kernel.decider import Decider, Rejected, Snapshots
from services.order.domain.service_order import (
    adjustment,
    cancellation,
    creation,
    lines,
    posting,
    reasons,
    sign_off,
    stage,
    visits,
)
from services.order.domain.service_order.adjustment import AdjustPostedLine
from services.order.domain.service_order.cancellation import CancelLine, CancelOrder
from services.order.domain.service_order.course import Course
from services.order.domain.service_order.creation import CreateOrder, ReviseOrder
from services.order.domain.service_order.guards import insist
from services.order.domain.service_order.lines import AddLine, OverridePrice, ReviseLine
from services.order.domain.service_order.posting import Post
from services.order.domain.service_order.reasons import GiveReason, RemoveReason
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from services.order.domain.service_order.sla import commands, folds, overrun, verdicts
from services.order.domain.service_order.sla.commands import (
    CancelSla,
    ChangeSlaPolicy,
    MeasureAnew,
    NoticeSla,
    StartSlaRecording,
    StopSlaRecording,
)
from services.order.domain.service_order.sla.following import follow
from services.order.domain.service_order.stage import MoveToNextStage, MoveToPreviousStage
from services.order.domain.service_order.state import Absent, Canceled, Existing, Open, Posted, State
from services.order.domain.service_order.surroundings import NOTHING_AROUND, Asked, Surroundings
from services.order.domain.service_order.visits import ReportArrival, ReportTravel, ReportWork

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
    | MoveToNextStage
    | MoveToPreviousStage
    | GiveReason
    | RemoveReason
    | ReportTravel
    | ReportArrival
    | ReportWork
    | StartSlaRecording
    | StopSlaRecording
    | CancelSla
    | ChangeSlaPolicy
    | NoticeSla
    | MeasureAnew
)
Fact = says.OrderFact

Decision = Callable[[Any, Any, Surroundings], Sequence[Fact]]
Fold = Callable[[Any, Any], State]


def _by_course(decision: Callable[[Any, Course], None]) -> Decision:
    """A decision about clocks, each of whose facts stands on the one before."""

    def decided(command: Any, order: Existing, around: Surroundings) -> Sequence[Fact]:
        course = Course(order, around, evolve)
        decision(command, course)
        return course.facts

    return decided


_ALWAYS: Mapping[type[Command], Decision] = {
    MoveToNextStage: stage.next_stage,
    MoveToPreviousStage: stage.previous_stage,
    GiveReason: reasons.give_reason,
    RemoveReason: reasons.remove_reason,
    NoticeSla: _by_course(commands.notice_sla),
    MeasureAnew: _by_course(commands.measure_anew),
}
"""Whatever became of the order: stages are another axis (STG-13)."""

_VISITS: Mapping[type[Command], Decision] = {
    ReportTravel: visits.report_travel,
    ReportArrival: visits.report_arrival,
    ReportWork: visits.report_work,
}
"""Also of a posted order, because reports come late."""

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
        StartSlaRecording: _by_course(commands.start_recording),
        StopSlaRecording: _by_course(commands.stop_recording),
        CancelSla: _by_course(commands.cancel_sla),
        ChangeSlaPolicy: _by_course(commands.change_policy),
        **_VISITS,
        **_ALWAYS,
    },
    Posted: {
        AdjustPostedLine: adjustment.adjust_posted_line,
        **_VISITS,
        **_ALWAYS,
    },
    Canceled: {**_ALWAYS},
}
"""Which commands a state accepts, and who decides."""

OF_TIMERS = (NoticeSla, MeasureAnew)
"""What nobody but a timer asks."""

PERMISSIONS: Mapping[type[Command], stage.Action] = {
    ReviseOrder: "modify",
    AddLine: "modify",
    ReviseLine: "modify",
    OverridePrice: "modify",
    SignOff: "modify",
    WithdrawSignOff: "modify",
    CancelLine: "cancel",
    CancelOrder: "cancel",
    Post: "post",
    AdjustPostedLine: "post",
}
"""What the stage must allow for a command; any other command no stage forbids. Source: STG-03, section 2."""

_ALWAYS_FOLDS: Mapping[type[Fact], Fold] = {
    stages.OrderStageChanged: stage.changed,
    stages.OrderReasonGiven: reasons.noted,
    stages.OrderReasonRemoved: reasons.removed,
    stages.OrderTravelReported: visits.travelled,
    stages.OrderArrivalReported: visits.arrived,
    stages.OrderWorkReported: visits.worked,
    measures.OrderSlaAttached: folds.attached,
    **dict.fromkeys(folds.FACTS, folds.marked),
}

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
        **_ALWAYS_FOLDS,
    },
    Posted: {
        says.OrderLinePosted: posting.line_posted,
        says.OrderPosted: posting.posted,
        **_ALWAYS_FOLDS,
    },
    Canceled: {**_ALWAYS_FOLDS},
}
"""What a fact makes of a state; any other pair leaves the state as it is."""


def decide(command: Command | Asked, state: State) -> Sequence[Fact]:
    """The facts that the command gives. A command that the state does not accept is refused with those it does.

    First what has become true of the clocks by then, then what the command decides, each fact with what it does to the
    clocks, then what is true of them now. A bare command is one with nothing around it.
    """
    asked = command if isinstance(command, Asked) else Asked(command, NOTHING_AROUND)
    decision = DECISIONS[type(state)].get(type(asked.command))
    if decision is None:
        name, wanted = state_name(state), action_name(type(asked.command))
        raise Rejected.transition(name, allowed_actions(state), f"an order that is {name} does not allow {wanted}")
    insist(stage.permits(PERMISSIONS.get(type(asked.command)), state, asked.around))
    course = Course(state, asked.around, evolve)
    if isinstance(state, Existing):
        verdicts.notice(course)
    for fact in decision(asked.command, course.state, asked.around):
        before = course.state
        course.tell(fact)
        follow(course, before, fact)
    verdicts.notice(course)
    overrun.insist_on_reason(asked.command, course)
    return course.facts


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
    """What the state accepts of people, in the order of the table."""
    return tuple(action_name(command) for command in DECISIONS[type(state)] if command not in OF_TIMERS)


service_order: Decider[Command | Asked, State, Fact] = Decider(Absent(), decide, evolve, Snapshots(State, fold=1))
