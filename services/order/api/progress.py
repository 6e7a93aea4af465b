"""Routes of an order on its way: stages, the log of reasons, visits."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import Response

from libs.events.types import Id, Key, Note
from libs.runtime.http.bodies import CommandBody
from libs.runtime.http.call import CallDep
from libs.runtime.http.incoming import Call
from libs.runtime.http.problems import Refused
from libs.runtime.http.route import routes
from libs.runtime.store import FactStore
from services.order.api.asking import decided, decided_as_it_stands
from services.order.api.bodies import LineNumber, said
from services.order.application.references import Standing, workers
from services.order.domain.service_order.reasons import GiveReason, RemoveReason
from services.order.domain.service_order.references import Worker
from services.order.domain.service_order.stage import MoveToNextStage, MoveToPreviousStage
from services.order.domain.service_order.visits import ReportArrival, ReportTravel, ReportWork


class PreviousStageBody(CommandBody):
    """`reason` is the code of why the stage is entered, `sla_reason` that of why a clock which it stops was exceeded."""

    reason: Key | None = None
    note: Note | None = None
    sla_reason: Key | None = None


class NextStageBody(PreviousStageBody):
    """`stage` is the one to enter; it may be left out where only one follows."""

    stage: Key | None = None


class ReasonGivenBody(CommandBody):
    """An entry of the log."""

    code: Key
    note: Note | None = None


class ReportBody(CommandBody):
    """`worker` is whose report it is; a technician reports for himself."""

    worker: Key | None = None


class WorkBody(ReportBody):
    """The step that the work has come to."""

    step: Literal["started", "interrupted", "continued", "ended"]


class Progress:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="progress")
        router.post("/orders/{order}/move-to-next-stage")(self.next_stage)
        router.post("/orders/{order}/move-to-previous-stage")(self.previous_stage)
        router.post("/orders/{order}/reasons", status_code=201)(self.give_reason)
        router.post("/orders/{order}/reasons/{entry}/remove")(self.remove_reason)
        router.post("/orders/{order}/report-travel")(self.report_travel)
        router.post("/orders/{order}/report-arrival")(self.report_arrival)
        router.post("/orders/{order}/report-work")(self.report_work)
        return router

    async def next_stage(self, call: CallDep, order: Id, body: NextStageBody) -> Response:
        """Enter a stage that follows. Source: STG-04."""
        return await decided(call, self.store, order, MoveToNextStage(**said(body)))

    async def previous_stage(self, call: CallDep, order: Id, body: PreviousStageBody) -> Response:
        """Go back to the stage before. Source: STG-05."""
        return await decided(call, self.store, order, MoveToPreviousStage(**said(body)))

    async def give_reason(self, call: CallDep, order: Id, body: ReasonGivenBody) -> Response:
        """Add a reason to the log. Source: STG-08."""
        return await decided(call, self.store, order, GiveReason(body.code, body.note), status=201)

    async def remove_reason(self, call: CallDep, order: Id, entry: LineNumber, body: CommandBody) -> Response:
        """Take a wrong reason off the log. Source: STG-08."""
        return await decided(call, self.store, order, RemoveReason(entry))

    async def report_travel(self, call: CallDep, order: Id, body: ReportBody) -> Response:
        """A worker set out. Source: contracts 7."""
        return await self._report(call, order, body, ReportTravel)

    async def report_arrival(self, call: CallDep, order: Id, body: ReportBody) -> Response:
        """A worker arrived: the first arrival is the response. Source: contracts 7."""
        return await self._report(call, order, body, ReportArrival)

    async def report_work(self, call: CallDep, order: Id, body: WorkBody) -> Response:
        """Work began, was interrupted, went on or ended. Source: contracts 7."""
        return await self._report(call, order, body, partial(ReportWork, step=body.step))

    async def _report(
        self, call: Call, order: str, body: ReportBody, report: Callable[[str, Worker | None], Any]
    ) -> Response:
        """Whose report it is: who is named, or who calls. Source: security 6.3."""
        worker = body.worker or call.caller.worker_id
        if worker is None:
            raise Refused(422, "missing", "The report names its worker.", pointer="/worker")
        if call.caller.own_worker not in (None, worker):
            raise Refused(403, "forbidden", "A technician reports for himself.")

        async def making(_: Standing) -> Any:
            found = await workers(self.store, worker)
            return report(worker, found[0] if found else None)

        return await decided_as_it_stands(call, self.store, order, making)
