"""Routes of what orders are set up with: the stage graph, reason codes, parameters. Source: STG, CFG."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from libs.events.order_stages import Stage
from libs.events.types import Flag, Key, Name
from libs.runtime.faults import NotFound
from libs.runtime.http.answers import stream_answer
from libs.runtime.http.bodies import Body, CommandBody
from libs.runtime.http.call import CallDep, Resource, answer
from libs.runtime.http.route import routes
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Made, Stream
from services.order.domain import parameters as parameters_of
from services.order.domain import stage_graph as stages_of
from services.order.domain.parameters import Parameters, SetParameters, parameters
from services.order.domain.stage_graph import DefineStages, StageGraph, stage_graph
from services.order.domain.stage_reason import Reason, RecordReason, stage_reason, stream_of
from services.order.projections import lookups
from services.order.projections.around import policy_may_be_chosen


class StageBody(Body):
    """A stage; what it does not allow is forbidden while an order stands in it. Source: STG-01, STG-03."""

    stage: Key
    description: Name
    parent: Key | None = None
    allows_modify: Flag = True
    allows_cancel: Flag = True
    allows_delete: Flag = True
    allows_post: Flag = True
    requires_reason: Flag = False
    stops_clock: Flag = False
    responds: Flag = False


class StageGraphBody(CommandBody):
    """The graph, whole."""

    stages: Annotated[list[StageBody], Field(max_length=200)]


class StageReasonBody(CommandBody):
    """A reason code."""

    description: Name
    active: Flag = True


class ParametersBody(CommandBody):
    """The parameters, whole."""

    allow_without_agreement: Flag = True
    reason_on_cancel: Flag = False
    reason_on_exceeding: Flag = False
    default_sla_policy: Key | None = None


def _graph_shown(_: StageGraph) -> Mapping[str, Any]:
    return {"number": "stage-graph", "state": "defined"}


def _reason_shown(reason: Reason) -> Mapping[str, Any]:
    return {"number": reason.code, "state": "recorded"}


def _parameters_shown(_: Parameters) -> Mapping[str, Any]:
    return {"number": "order-parameters", "state": "set"}


GRAPH = Resource("/v1/stage-graph", stage_graph, _graph_shown)
REASONS = Resource("/v1/stage-reasons", stage_reason, _reason_shown)
PARAMETERS = Resource("/v1/order-parameters", parameters, _parameters_shown)


class Setup:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="setup")
        router.put("/stage-graph")(self.put_graph)
        router.get("/stage-graph")(self.graph)
        router.put("/stage-reasons/{code}")(self.put_reason)
        router.get("/stage-reasons/{code}")(self.reason)
        router.put("/order-parameters")(self.put_parameters)
        router.get("/order-parameters")(self.parameters)
        return router

    async def put_graph(self, call: CallDep, body: StageGraphBody) -> Response:
        """Define the stages. Source: STG-01 to STG-03, STG-12."""
        stages = tuple(Stage(**each.model_dump()) for each in body.stages)

        async def make(_: Stream) -> DefineStages:
            return DefineStages(stages, {row["stage"] for row in await rows(self.store, lookups.stages_in_use())})

        return await answer(call, GRAPH, stages_of.STREAM, Made(make), 201 if call.creates else 200)

    async def graph(self) -> Response:
        """The stages as they are defined."""
        stream = await self.store.load(stage_graph, stages_of.STREAM)
        shown = [stage.model_dump() for stage in stream.state.stages.values()]
        return stream_answer(stages_of.STREAM, stream.version, {"stages": shown})

    async def put_reason(self, call: CallDep, code: Key, body: StageReasonBody) -> Response:
        """Record a reason code. Source: STG-07."""
        command = RecordReason(code, body.description, body.active)
        return await answer(call, REASONS, stream_of(code), command, 201 if call.creates else 200)

    async def reason(self, code: Key) -> Response:
        """A reason code."""
        stream = await self.store.load(stage_reason, stream_of(code))
        if not stream.version:
            raise NotFound
        state: Reason = stream.state
        shown = {"code": state.code, "description": state.description, "active": state.active}
        return stream_answer(stream_of(code), stream.version, shown)

    async def put_parameters(self, call: CallDep, body: ParametersBody) -> Response:
        """Set the parameters. Source: CFG-03 to CFG-05."""
        given = {name: getattr(body, name) for name in ParametersBody.model_fields if name != "at"}
        known = await policy_may_be_chosen(self.store, body.default_sla_policy, call.at.date())
        command = SetParameters(Parameters(**given), known)
        return await answer(call, PARAMETERS, parameters_of.STREAM, command, 201 if call.creates else 200)

    async def parameters(self) -> Response:
        """The parameters as they are set."""
        stream = await self.store.load(parameters, parameters_of.STREAM)
        shown = {name: getattr(stream.state, name) for name in ParametersBody.model_fields if name != "at"}
        return stream_answer(parameters_of.STREAM, stream.version, shown)
