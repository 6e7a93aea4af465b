"""An order moves through stages, and its log of reasons: STG-03 to STG-08, STG-11, STG-13, X15."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from libs.events.order_stages import OrderReasonGiven, OrderReasonRemoved, OrderStageChanged, Stage
from services.order.domain.service_order import PERMISSIONS, Command
from services.order.domain.service_order.adjustment import AdjustPostedLine
from services.order.domain.service_order.cancellation import CancelLine, CancelOrder
from services.order.domain.service_order.creation import ReviseOrder
from services.order.domain.service_order.lines import OverridePrice
from services.order.domain.service_order.posting import Post
from services.order.domain.service_order.reasons import GiveReason, RemoveReason
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from services.order.domain.service_order.stage import MoveToNextStage, MoveToPreviousStage
from services.order.domain.service_order.state import Existing
from services.order.domain.service_order.surroundings import Asked
from services.order.domain.service_order.visits import ReportArrival, ReportTravel, ReportWork
from services.order.domain.stage_graph import StageGraph
from tests.domain.order.facts import added, created, line_posted, posting, signed
from tests.domain.order.measured import AROUND, local
from tests.domain.order.records import ANNA, ORDER, add, an_order, found, hours, revise
from tests.domain.order.stories import adjust

NINE = "2026-05-04 09:00"


def entered(stage: str, before: str | None = "PLANNED", direction: Any = "next", when: str = NINE) -> OrderStageChanged:
    return OrderStageChanged(stage=stage, before=before, direction=direction, at=local(when))


def asked(command: Any, when: str = NINE, **around: Any) -> Asked:
    return Asked(command, replace(AROUND, at=local(when), policy=None, **around))


PLANNED = an_order.given(created(), entered("PLANNED", None, "first", "2026-05-04 08:00"))
ON_SITE = PLANNED.given(entered("ON-SITE", when="2026-05-04 08:30"))


def test_a_child_is_chosen_among_several() -> None:
    """STG-04."""
    PLANNED.when(asked(MoveToNextStage(stage="ON-SITE"))).then(entered("ON-SITE"))
    PLANNED.when(asked(MoveToNextStage())).then_refused("value", "stage_choice", "/stage")
    for other in ("PLANNED", "DONE", "NOWHERE"):
        PLANNED.when(asked(MoveToNextStage(stage=other))).then_refused("value", "stage_choice", "/stage")


def test_an_only_child_need_not_be_named() -> None:
    line = StageGraph({key: AROUND.stages.stages[key] for key in ("PLANNED", "ON-SITE")})
    PLANNED.when(asked(MoveToNextStage(), stages=line)).then(entered("ON-SITE"))


def test_after_the_last_stage_comes_none_and_before_the_first_neither() -> None:
    """STG-04, STG-05."""
    ON_SITE.given(entered("DONE", "ON-SITE")).when(asked(MoveToNextStage())).then_refused("state", "no_next_stage")
    PLANNED.when(asked(MoveToPreviousStage())).then_refused("state", "no_previous_stage")


def test_back_is_to_the_parent() -> None:
    """STG-05."""
    ten = "2026-05-04 10:00"
    waiting = ON_SITE.given(entered("WAITING", "ON-SITE"))
    back = waiting.when(asked(MoveToPreviousStage(), ten)).then(entered("ON-SITE", "WAITING", "previous", ten))
    back.when(asked(MoveToPreviousStage(), ten)).then(entered("PLANNED", "ON-SITE", "previous", ten))


def test_an_order_in_a_stage_that_was_deleted_keeps_its_flags_and_finds_back() -> None:
    """STG-12: it was on its way into the stage while that was deleted."""
    left = {key: AROUND.stages.stages[key] for key in ("PLANNED", "HOLD")}
    graph = StageGraph(left, {key: stage for key, stage in AROUND.stages.stages.items() if key not in left})
    done = ON_SITE.given(entered("DONE", "ON-SITE"))
    done.when(asked(CancelOrder(), stages=graph)).then_refused("state", "stage_forbids_cancel")
    done.when(asked(MoveToNextStage(), stages=graph)).then_refused("state", "no_next_stage")
    done.when(asked(MoveToPreviousStage(), stages=graph)).then(entered("PLANNED", "DONE", "previous"))


def test_without_stages_nothing_is_entered_and_everything_is_allowed() -> None:
    """STG-11."""
    for command, reason in ((MoveToNextStage(), "no_next_stage"), (MoveToPreviousStage(), "no_previous_stage")):
        an_order.given(created()).when(asked(command, stages=StageGraph())).then_refused("state", reason)
    PLANNED.when(asked(CancelOrder(), stages=StageGraph())).then_accepted()


def test_an_order_from_before_stages_were_set_up_begins_with_the_first() -> None:
    an_order.given(created()).when(asked(MoveToNextStage())).then(entered("PLANNED", None, "first"))


def test_a_stage_that_was_deleted_leads_nowhere() -> None:
    lost = PLANNED.given(entered("GONE"))
    lost.when(asked(MoveToNextStage())).then_refused("state", "no_next_stage")
    lost.when(asked(MoveToPreviousStage())).then_refused("state", "no_previous_stage")


def test_stages_are_entered_one_after_the_other_also_when_told_late() -> None:
    """contracts 5."""
    ON_SITE.when(asked(MoveToPreviousStage(), "2026-05-04 08:29")).then_refused("state", "time_goes_back")
    same = "2026-05-04 08:30"
    ON_SITE.when(asked(MoveToPreviousStage(), same)).then(entered("PLANNED", "ON-SITE", "previous", same))


def test_a_stage_is_another_axis_than_what_became_of_the_order() -> None:
    """STG-13: a posted and a canceled order move on."""
    hold = asked(MoveToNextStage(stage="HOLD", reason="PARTS"))
    told = (entered("HOLD"), OrderReasonGiven(entry=1, kind="stage", code="PARTS", stage="HOLD"))
    PLANNED.given(added(1), signed(1), *posting(line_posted(1), final=True)).when(hold).then(*told)
    PLANNED.given(added(1)).when(asked(CancelOrder())).then_accepted().when(hold).then(*told)


def test_a_reason_is_given_where_the_stage_that_is_entered_asks_for_one() -> None:
    """STG-06, [?24]: and not where it is left."""
    PLANNED.when(asked(MoveToNextStage(stage="HOLD"))).then_refused("value", "reason_required", "/reason")
    noted = OrderReasonGiven(entry=1, kind="stage", code="PARTS", stage="HOLD", note="Bearing 6204")
    hold = MoveToNextStage(stage="HOLD", reason="PARTS", note="Bearing 6204")
    held = PLANNED.when(asked(hold)).then(entered("HOLD"), noted)
    held.when(asked(MoveToPreviousStage())).then(entered("PLANNED", "HOLD", "previous"))


@pytest.mark.parametrize("field", ["reason", "sla_reason"])
def test_a_reason_is_one_of_the_codes(field: str) -> None:
    """STG-07."""
    hold = MoveToNextStage(stage="HOLD", **{"reason": "PARTS", field: "NOBODY"})
    PLANNED.when(asked(hold)).then_refused("value", "unknown_reference", f"/{field}")


FORBIDDEN: tuple[tuple[str, Command], ...] = (
    ("modify", ReviseOrder(description="Later")),
    ("modify", add(hours())),
    ("modify", revise(1, hours("4"))),
    ("modify", OverridePrice(line=1, unit_price=Decimal(1), reason="agreed")),
    ("modify", SignOff()),
    ("modify", WithdrawSignOff()),
    ("cancel", CancelLine(1)),
    ("cancel", CancelOrder()),
    ("post", Post(order_id=ORDER, found={2: found(hours("1"))})),
    ("post", adjust(1, "2")),
)


def only(**flags: Any) -> StageGraph:
    return StageGraph({"PLANNED": Stage(stage="PLANNED", description="Planned", **flags)})


@pytest.mark.parametrize(("action", "command"), FORBIDDEN, ids=[type(row[1]).__name__ for row in FORBIDDEN])
def test_what_a_stage_does_not_allow_is_forbidden_in_it_and_nothing_else(action: str, command: Command) -> None:
    """STG-03, section 2."""
    order = PLANNED.given(added(1), added(2), signed(2))
    if isinstance(command, AdjustPostedLine):
        order = PLANNED.given(added(1), signed(1), *posting(line_posted(1), final=True))
    flags = {name: name == action for name in ("modify", "cancel", "delete", "post")}
    forbidding = only(**{f"allows_{name}": not forbidden for name, forbidden in flags.items()})
    order.when(asked(command, stages=forbidding)).then_refused("state", f"stage_forbids_{action}")
    order.when(asked(command, stages=only(**{f"allows_{name}": own for name, own in flags.items()}))).then_accepted()


def test_every_command_that_a_stage_may_forbid_is_specified() -> None:
    assert {type(command): action for action, command in FORBIDDEN} == PERMISSIONS


def test_x15_nothing_posts_before_the_last_stage() -> None:
    """STG-10."""
    stages = {
        key: stage.model_copy(update={"allows_post": key == "DONE"}) for key, stage in AROUND.stages.stages.items()
    }
    order = ON_SITE.given(added(1), signed(1))
    post = asked(Post(order_id=ORDER, found={1: found(hours())}), stages=StageGraph(stages))
    order.when(post).then_refused("state", "stage_forbids_post")
    order.given(entered("DONE", "ON-SITE")).when(post).then(*posting(line_posted(1), final=True))


def test_visits_and_reasons_no_stage_forbids() -> None:
    shut = only(allows_modify=False, allows_cancel=False, allows_delete=False, allows_post=False)
    order = PLANNED
    reports = (ReportTravel("W-1", ANNA), ReportArrival("W-1", ANNA), ReportWork("W-1", ANNA, "started"))
    for command in (*reports, GiveReason("LATE")):
        order = order.when(asked(command, stages=shut)).then_accepted()


def test_reasons_are_counted_and_no_number_is_given_again() -> None:
    """STG-08: what was wrong is taken off, and the facts keep it."""
    second = OrderReasonGiven(entry=2, kind="manual", code="PARTS", stage="PLANNED")
    first = OrderReasonGiven(entry=1, kind="manual", code="LATE", stage="PLANNED", note="The bridge was open")
    log = PLANNED.when(asked(GiveReason("LATE", "The bridge was open"))).then(first)
    log = log.when(asked(GiveReason("PARTS"))).then(second)
    log = log.when(asked(RemoveReason(2))).then(OrderReasonRemoved(entry=2))
    for entry in (2, 3):
        log.when(asked(RemoveReason(entry))).then_refused("state", "unknown_reason")
    log = log.when(asked(GiveReason("PARTS"))).then(second.model_copy(update={"entry": 3}))
    assert isinstance(log.state, Existing)
    assert sorted(log.state.reasons) == [1, 3]


def test_a_reason_by_hand_is_one_of_the_codes_and_needs_no_stage() -> None:
    PLANNED.when(asked(GiveReason("NOBODY"))).then_refused("value", "unknown_reference", "/code")
    an_order.given(created()).when(asked(GiveReason("LATE"))).then(
        OrderReasonGiven(entry=1, kind="manual", code="LATE")
    )


def test_the_state_machine_answers_before_the_stage() -> None:
    gone = PLANNED.when(asked(CancelOrder())).then_accepted()
    shut = only(allows_modify=False)
    gone.when(asked(ReviseOrder(description="No"), stages=shut)).then_refused("state", "illegal_transition")
