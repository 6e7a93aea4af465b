"""Routes of an order's SLA: recording by hand, cancelling, another policy."""

from fastapi import APIRouter
from starlette.responses import Response

from libs.events.types import Flag, Id, Key, Note
from libs.runtime.http.bodies import CommandBody
from libs.runtime.http.call import CallDep
from libs.runtime.http.route import routes
from libs.runtime.store import FactStore
from services.order.api.asking import decided
from services.order.api.bodies import said
from services.order.domain.service_order.sla.commands import (
    CancelSla,
    ChangeSlaPolicy,
    StartSlaRecording,
    StopSlaRecording,
)


class StartRecordingBody(CommandBody):
    """The clock meant; every one when none is named."""

    clock: Key | None = None


class StopRecordingBody(StartRecordingBody):
    """`sla_reason` is the code of why a clock was exceeded."""

    sla_reason: Key | None = None
    note: Note | None = None


class CancelSlaBody(CommandBody):
    """`reason` is the code of why."""

    reason: Key | None = None
    note: Note | None = None


class ChangePolicyBody(CommandBody):
    """The policy to measure by; the agreement's when none is named. `retroactive`: as if it had applied from the
    beginning."""

    sla_policy: Key | None = None
    retroactive: Flag = True
    reason: Note | None = None


class SlaRoutes:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="sla")
        router.post("/orders/{order}/start-sla-recording")(self.start)
        router.post("/orders/{order}/stop-sla-recording")(self.stop)
        router.post("/orders/{order}/cancel-sla")(self.cancel)
        router.post("/orders/{order}/change-sla-policy")(self.change_policy)
        return router

    async def start(self, call: CallDep, order: Id, body: StartRecordingBody) -> Response:
        """Let paused clocks go on. Source: STR-02."""
        return await decided(call, self.store, order, StartSlaRecording(**said(body)))

    async def stop(self, call: CallDep, order: Id, body: StopRecordingBody) -> Response:
        """Pause running clocks. Source: STR-02, STR-06."""
        return await decided(call, self.store, order, StopSlaRecording(**said(body)))

    async def cancel(self, call: CallDep, order: Id, body: CancelSlaBody) -> Response:
        """Measure the order no longer. Source: STR-07."""
        return await decided(call, self.store, order, CancelSla(**said(body)))

    async def change_policy(self, call: CallDep, order: Id, body: ChangePolicyBody) -> Response:
        """Measure the order by another policy. Source: sla 8, [?34]."""
        command = ChangeSlaPolicy(body.retroactive, body.reason)
        return await decided(call, self.store, order, command, policy=body.sla_policy)
