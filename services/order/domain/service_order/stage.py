"""An order moves through the stages: to a child, or back to the parent. Source: STG-04 to STG-06, STG-13."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from libs.events import order_stages as says
from libs.events.order import OrderFact
from libs.kernel.decider import Rejected
from services.order.domain.service_order.guards import Refusal, insist, reason_known, rises
from services.order.domain.service_order.reasons import given
from services.order.domain.service_order.state import Existing
from services.order.domain.service_order.surroundings import Surroundings

Standing = TypeVar("Standing", bound=Existing)
Action = Literal["modify", "cancel", "post"]


@dataclass(frozen=True, kw_only=True)
class MoveToNextStage:
    """Enter a child of the present stage; which one must be said where there are several. Source: STG-04.

    `reason` is why the stage is entered, `sla_reason` why a clock that it stops has exceeded its limit (STR-06).
    """

    stage: str | None = None
    reason: str | None = None
    note: str | None = None
    sla_reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class MoveToPreviousStage:
    """Go back to the parent. Source: STG-05."""

    reason: str | None = None
    note: str | None = None
    sla_reason: str | None = None


def next_stage(command: MoveToNextStage, order: Existing, around: Surroundings) -> Sequence[OrderFact]:
    """Of several children one is chosen. Source: STG-04."""
    children = around.stages.children(order.stage)
    if not children:
        raise Rejected.state("no_next_stage", "no stage follows this one" if order.stage else "no stages are set up")
    if command.stage is None and len(children) > 1:
        raise Rejected.value("stage_choice", f"one of {', '.join(children)} is to be chosen", field="/stage")
    chosen = command.stage or children[0]
    if chosen not in children:
        raise Rejected.value("stage_choice", f"{chosen} does not follow: {', '.join(children)} do", field="/stage")
    return _entered(command, order, around, "next" if order.stage else "first", chosen)


def previous_stage(command: MoveToPreviousStage, order: Existing, around: Surroundings) -> Sequence[OrderFact]:
    """The first stage has no parent. Source: STG-05."""
    before = around.stages.before(order.stage)
    if before is None:
        raise Rejected.state("no_previous_stage", "no stage comes before this one")
    return _entered(command, order, around, "previous", before)


def _entered(
    command: MoveToNextStage | MoveToPreviousStage,
    order: Existing,
    around: Surroundings,
    direction: Literal["first", "next", "previous"],
    stage: str,
) -> Sequence[OrderFact]:
    """A reason is given where the stage that is entered asks for one. Source: STG-06, [?24]."""
    if command.reason is None and around.stages.stages[stage].requires_reason:
        raise Rejected.value("reason_required", f"entering {stage} asks for a reason code", field="/reason")
    insist(
        reason_known("reason", command.reason, around),
        reason_known("sla_reason", command.sla_reason, around),
        None if around.at is None else rises(around.happened_at, order.entered_at),
    )
    at = None if around.at is None else around.happened_at
    moved = says.OrderStageChanged(stage=stage, before=order.stage, direction=direction, at=at)
    if command.reason is None:
        return [moved]
    return [moved, given(changed(order, moved), "stage", command.reason, command.note)]


def begun(around: Surroundings) -> Sequence[OrderFact]:
    """A new order stands in the first stage, where stages are set up. Source: STG-02, GEN-10."""
    first = around.stages.first
    if first is None:
        return []
    at = None if around.at is None else around.happened_at
    return [says.OrderStageChanged(stage=first.stage, direction="first", at=at)]


def permits(action: Action | None, order: object, around: Surroundings) -> Refusal:
    """What a stage does not allow is forbidden while the order stands in it. Source: STG-03, X15."""
    if action is None or not isinstance(order, Existing):
        return None
    stage = around.stages.stage(order.stage)
    if stage is None or getattr(stage, f"allows_{action}"):
        return None
    return Rejected.state(f"stage_forbids_{action}", f"the stage {stage.stage} does not allow to {action}")


def changed(order: Standing, fact: says.OrderStageChanged) -> Standing:
    """The order stands in the stage."""
    return replace(order, stage=fact.stage, entered_at=fact.at)
