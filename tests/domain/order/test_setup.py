"""What orders are set up with: stages (STG-01 to STG-03, STG-11, STG-12), reason codes (STG-07), parameters (CFG-03 to
CFG-05)."""

from typing import Any

import pytest

from libs.events.order_stages import OrderParametersSet, Stage, StageGraphDefined, StageReasonRecorded
from services.order.domain.parameters import Parameters, SetParameters, parameters
from services.order.domain.stage_graph import DefineStages, StageGraph, stage_graph
from services.order.domain.stage_reason import Reason, RecordReason, stage_reason, stream_of
from tests.support.spec import specification

a_graph = specification(stage_graph)
a_reason = specification(stage_reason)
the_parameters = specification(parameters)


def stage(key: str, parent: str | None = None, **flags: Any) -> Stage:
    return Stage(stage=key, description=key.title(), parent=parent, **flags)


PLANNED, AT_WORK, DROPPED = stage("PLANNED"), stage("AT-WORK", "PLANNED"), stage("DROPPED", "PLANNED")
DONE = stage("DONE", "AT-WORK")
TREE = (PLANNED, AT_WORK, DROPPED, DONE)
DEFINED = StageGraphDefined(stages=TREE)


def test_a_graph_is_told_whole_with_every_flag() -> None:
    """STG-01."""
    odd = stage(
        "HOLD",
        "PLANNED",
        allows_modify=False,
        allows_cancel=False,
        allows_delete=False,
        allows_post=False,
        requires_reason=True,
        stops_clock=True,
        responds=True,
    )
    a_graph.when(DefineStages((PLANNED, odd))).then(StageGraphDefined(stages=(PLANNED, odd)))


def test_of_a_graph_the_first_stage_and_the_branches_are_asked_in_the_order_defined() -> None:
    """STG-02, STG-04."""
    state = a_graph.given(DEFINED).state
    assert state.first == PLANNED
    assert state.children("PLANNED") == ("AT-WORK", "DROPPED")
    assert state.children("DONE") == ()


def test_before_any_is_defined_there_is_no_first_stage() -> None:
    """STG-11."""
    assert a_graph.state == StageGraph()
    assert a_graph.state.first is None
    assert a_graph.state.children(None) == ()


NO_TREES = {
    "two without a parent": ((PLANNED, stage("OTHER")), "stage_graph"),
    "none without a parent": ((stage("A", "B"), stage("B", "A")), "stage_graph"),
    "a ring beside the tree": ((PLANNED, stage("A", "B"), stage("B", "A")), "stage_graph"),
    "its own parent": ((PLANNED, stage("A", "A")), "stage_graph"),
    "a parent that is not there": ((PLANNED, stage("A", "NOWHERE")), "stage_graph"),
    "named twice": ((PLANNED, AT_WORK, stage("AT-WORK", "PLANNED")), "duplicate_key"),
}


@pytest.mark.parametrize("stages", NO_TREES.values(), ids=NO_TREES)
def test_what_is_not_one_tree_is_refused(stages: tuple[tuple[Stage, ...], str]) -> None:
    """STG-02."""
    a_graph.when(DefineStages(stages[0])).then_refused("value", stages[1], "/stages")


def test_a_graph_in_which_every_stage_stops_the_clock_is_refused() -> None:
    """The start condition would be a subset of the pause condition: such a clock never runs. Source: sla trap 7."""
    stopping = tuple(each.model_copy(update={"stops_clock": True}) for each in TREE)
    a_graph.when(DefineStages(stopping)).then_refused("value", "clock_never_runs", "/stages")
    a_graph.when(DefineStages(stopping[:1])).then_refused("value", "clock_never_runs", "/stages")
    lets_one = (*stopping[:3], DONE)
    a_graph.when(DefineStages(lets_one)).then(StageGraphDefined(stages=lets_one))


def test_the_parent_of_a_stage_stays() -> None:
    """STG-02: whoever wants another one deletes the stage and makes it again."""
    moved = DefineStages((PLANNED, AT_WORK, DROPPED, stage("DONE", "PLANNED")))
    a_graph.given(DEFINED).when(moved).then_refused("state", "stage_parent_stays")
    without = StageGraphDefined(stages=(PLANNED, AT_WORK, DROPPED))
    a_graph.given(DEFINED).when(DefineStages(without.stages)).then(without).when(moved).then_accepted()


def test_a_stage_in_use_is_not_deleted_and_may_change_otherwise() -> None:
    """STG-12."""
    fewer = (PLANNED, AT_WORK, DONE)
    order = a_graph.given(DEFINED)
    order.when(DefineStages(fewer, in_use={"DROPPED"})).then_refused("state", "stage_in_use")
    order.when(DefineStages((), in_use={"PLANNED"})).then_refused("state", "stage_in_use")
    order.when(DefineStages(fewer, in_use={"PLANNED", "DONE"})).then(StageGraphDefined(stages=fewer))
    named = (*TREE[:2], stage("DROPPED", "PLANNED", requires_reason=True), DONE)
    order.when(DefineStages(named, in_use={"DROPPED"})).then(StageGraphDefined(stages=named))


def test_a_stage_with_children_is_not_deleted_without_them() -> None:
    """STG-12: a child would hang on nothing."""
    order = a_graph.given(DEFINED)
    order.when(DefineStages((PLANNED, DROPPED, DONE))).then_refused("value", "stage_graph", "/stages")
    order.when(DefineStages((PLANNED, DROPPED))).then(StageGraphDefined(stages=(PLANNED, DROPPED)))


def test_a_graph_that_nothing_uses_may_be_taken_away() -> None:
    """STG-11."""
    emptied = a_graph.given(DEFINED).when(DefineStages(())).then(StageGraphDefined(stages=()))
    assert (emptied.state.stages, emptied.state.first) == ({}, None)


def test_a_stage_that_was_deleted_is_not_forgotten() -> None:
    """STG-12: an order may have entered it meanwhile. Nothing hangs on it, and it comes back as it is defined then."""
    without = StageGraphDefined(stages=(PLANNED, AT_WORK))
    graph = a_graph.given(DEFINED, without).state
    assert (list(graph.stages), graph.stage("DONE"), graph.stage("NOWHERE")) == (["PLANNED", "AT-WORK"], DONE, None)
    assert (graph.children("AT-WORK"), graph.children("DROPPED")) == ((), ())
    again = a_graph.given(DEFINED, without, StageGraphDefined(stages=(*without.stages, stage("DONE", "PLANNED")))).state
    assert (again.stage("DONE"), again.deleted) == (stage("DONE", "PLANNED"), {"DROPPED": DROPPED})


def test_from_a_deleted_stage_an_order_goes_back_to_the_nearest_that_is_there() -> None:
    """STG-05, STG-12."""
    left, other = StageGraphDefined(stages=(PLANNED,)), StageGraphDefined(stages=(stage("NEW"),))
    assert [a_graph.given(DEFINED, left).state.before(key) for key in ("DONE", "AT-WORK", "PLANNED")] == [
        *("PLANNED", "PLANNED", None)
    ]
    assert [a_graph.given(DEFINED, other).state.before(key) for key in ("DONE", "PLANNED", "NEW")] == [
        *("NEW", "NEW", None)
    ]
    assert a_graph.given(DEFINED, StageGraphDefined(stages=())).state.before("DONE") is None


def test_a_reason_code_is_told_whole_and_the_last_word_stands() -> None:
    """STG-07."""
    first = StageReasonRecorded(code="PARTS", description="Waiting for parts")
    after = a_reason.when(RecordReason("PARTS", "Waiting for parts")).then(first)
    closed = StageReasonRecorded(code="PARTS", description="No parts", active=False)
    told = after.when(RecordReason("PARTS", "No parts", active=False)).then(closed)
    assert told.state == Reason("PARTS", "No parts", active=False)
    assert a_reason.state.code == ""


def test_each_code_has_a_stream_of_its_own() -> None:
    assert stream_of("PARTS") == stream_of("PARTS") != stream_of("PART")


def test_before_anybody_sets_them_parameters_demand_nothing() -> None:
    """CFG-03: orders without agreement are allowed; CFG-04, CFG-05: no reasons; no default policy."""
    assert the_parameters.state == Parameters(
        allow_without_agreement=True, reason_on_cancel=False, reason_on_exceeding=False, default_sla_policy=None
    )


def test_parameters_are_told_whole_and_the_last_word_stands() -> None:
    strict = Parameters(
        allow_without_agreement=False, reason_on_cancel=True, reason_on_exceeding=True, default_sla_policy="GOLD"
    )
    told = OrderParametersSet(
        allow_without_agreement=False, reason_on_cancel=True, reason_on_exceeding=True, default_sla_policy="GOLD"
    )
    after = the_parameters.when(SetParameters(strict)).then(told)
    assert after.state == strict
    assert after.when(SetParameters(Parameters())).then(OrderParametersSet()).state == Parameters()


def test_a_default_policy_is_one_that_may_be_chosen() -> None:
    unknown = SetParameters(Parameters(default_sla_policy="GOLD"), policy_known=False)
    the_parameters.when(unknown).then_refused("value", "unknown_reference", "/default_sla_policy")
    the_parameters.when(SetParameters(Parameters(), policy_known=False)).then(OrderParametersSet())
