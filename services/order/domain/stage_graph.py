"""The stages of orders: a tree, defined whole."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from libs.events import order_stages as says
from libs.kernel.decider import Decider, Rejected
from libs.kernel.ids import natural_id

STREAM = natural_id("stage-graph", "order")
"""There is one graph."""


@dataclass(frozen=True)
class DefineStages:
    """Define the graph anew, whole. Source: STG-01 to STG-03.

    `in_use` are the stages in which orders stand, as far as the list of orders has heard: an order may enter a stage
    while that is deleted. The graph therefore forgets no stage: see `StageGraph`.
    """

    stages: tuple[says.Stage, ...]
    in_use: Collection[str] = ()


@dataclass(frozen=True)
class StageGraph:
    """The stages by key; none when nothing was set up, and then every action is allowed. Source: STG-11.

    `deleted` are those that were there once, as they were last. An order that was on its way into one while it was
    deleted stands in it with its flags, and goes back from it to a stage that is there; no order enters it any more.
    Decided so because the promise of STG-12 is that no order hangs on nothing: a lock over all orders would buy no more.
    """

    stages: Mapping[str, says.Stage] = field(default_factory=dict)
    deleted: Mapping[str, says.Stage] = field(default_factory=dict)

    @property
    def first(self) -> says.Stage | None:
        """The stage in which orders begin: the one without a parent."""
        return next((stage for stage in self.stages.values() if stage.parent is None), None)

    def stage(self, key: str | None) -> says.Stage | None:
        """The stage in which an order stands, also when it was deleted; None where none is known."""
        return None if key is None else self.stages.get(key) or self.deleted.get(key)

    def before(self, key: str | None) -> str | None:
        """The stage to which an order goes back: the nearest before it that is there. From a deleted stage of which none
        is left the first one; None where nothing comes before. Source: STG-05."""
        stage = self.stage(key)
        while stage is not None and stage.parent is not None and stage.parent not in self.stages:
            stage = self.deleted.get(stage.parent)
        if stage is not None and stage.parent is not None:
            return stage.parent
        return self.first.stage if self.first is not None and key in self.deleted else None

    def children(self, stage: str | None) -> tuple[str, ...]:
        """The stages that may follow, in the order in which they were defined. Source: STG-04."""
        return tuple(each.stage for each in self.stages.values() if each.parent == stage)


def decide(command: DefineStages, state: StageGraph) -> Sequence[says.StageGraphDefined]:
    """A tree with one beginning, in which parents stay and what is in use stays. Source: STG-02, STG-12."""
    named = [stage.stage for stage in command.stages]
    if len(set(named)) < len(named):
        raise Rejected.value("duplicate_key", "every stage is named once", field="/stages")
    graph = StageGraph({stage.stage: stage for stage in command.stages})
    _is_a_tree(graph)
    _lets_the_clock_run(graph)
    _keeps(graph, state, command.in_use)
    return [says.StageGraphDefined(stages=command.stages)]


def _is_a_tree(graph: StageGraph) -> None:
    """Exactly one stage has no parent, and every other hangs on it. Source: STG-02."""
    if not graph.stages:
        return
    if len(graph.children(None)) != 1:
        raise Rejected.value("stage_graph", "exactly one stage has no parent: the first", field="/stages")
    reached, waiting = set[str](), list(graph.children(None))
    while waiting:
        reached.add(stage := waiting.pop())
        waiting += graph.children(stage)
    if lost := sorted(set(graph.stages) - reached):
        raise Rejected.value("stage_graph", f"{lost[0]} does not hang on the first stage", field="/stages")


def _lets_the_clock_run(graph: StageGraph) -> None:
    """A clock starts in the first stage: where every stage stops it, it never runs. Source: sla, traps."""
    if graph.stages and all(stage.stops_clock for stage in graph.stages.values()):
        raise Rejected.value("clock_never_runs", "at least one stage lets the clock run", field="/stages")


def _keeps(graph: StageGraph, before: StageGraph, in_use: Collection[str]) -> None:
    """A parent does not change, and a stage in which orders stand is not deleted. Source: STG-02, STG-12."""
    for key, stage in before.stages.items():
        now = graph.stages.get(key)
        if now is None and key in in_use:
            raise Rejected.state("stage_in_use", f"orders stand in {key}")
        if now is not None and now.parent != stage.parent:
            raise Rejected.state("stage_parent_stays", f"the parent of {key} is {stage.parent}: it does not change")


def evolve(state: StageGraph, fact: says.StageGraphDefined) -> StageGraph:
    """The graph as it was defined last, and what it had before."""
    stages = {stage.stage: stage for stage in fact.stages}
    before = {**state.deleted, **state.stages}
    return StageGraph(stages, {key: stage for key, stage in before.items() if key not in stages})


stage_graph: Decider[DefineStages, StageGraph, says.StageGraphDefined] = Decider(StageGraph(), decide, evolve)
