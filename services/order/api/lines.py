"""Routes of an order's lines: add, revise, cancel, override the price, adjust."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from libs.events.types import Id
from libs.runtime.http.call import CallDep
from libs.runtime.http.route import routes
from libs.runtime.store import FactStore
from services.order.api.asking import decided, decided_as_it_stands
from services.order.api.bodies import (
    AddLineBody,
    AdjustLineBody,
    LineNumber,
    OverridePriceBody,
    ReasonBody,
    ReviseLineBody,
    said,
)
from services.order.application.references import Standing, references
from services.order.domain.service_order.adjustment import AdjustPostedLine
from services.order.domain.service_order.cancellation import CancelLine
from services.order.domain.service_order.guards import line_of
from services.order.domain.service_order.lines import AddLine, OverridePrice, ReviseLine
from services.order.domain.service_order.state import LineEntry, entry_of


class Lines:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="lines")
        router.post("/orders/{order}/lines", status_code=201)(self.add)
        router.patch("/orders/{order}/lines/{line}")(self.revise)
        router.post("/orders/{order}/lines/{line}/cancel")(self.cancel)
        router.post("/orders/{order}/lines/{line}/override-price")(self.override_price)
        router.post("/orders/{order}/lines/{line}/adjust")(self.adjust)
        return router

    async def add(self, call: CallDep, order: Id, body: AddLineBody) -> Response:
        """Add a line at the prices that are found. Source: LIN-01, PRJ-01."""
        entry = LineEntry(**said(body))

        async def making(present: Standing) -> AddLine:
            return AddLine(entry, await references(self.store, present.header, entry))

        return await decided_as_it_stands(call, self.store, order, making, status=201)

    async def revise(self, call: CallDep, order: Id, line: LineNumber, body: ReviseLineBody) -> Response:
        """Change a Created line. Source: ORD-07, LIN-09."""

        async def making(present: Standing) -> ReviseLine:
            entry = replace(entry_of(line_of(present, line).values), **said(body))
            return ReviseLine(line, entry, await references(self.store, present.header, entry))

        return await decided_as_it_stands(call, self.store, order, making)

    async def cancel(self, call: CallDep, order: Id, line: LineNumber, body: ReasonBody) -> Response:
        """Cancel a Created line. Source: LIF-03."""
        return await decided(call, self.store, order, CancelLine(line, body.reason))

    async def override_price(self, call: CallDep, order: Id, line: LineNumber, body: OverridePriceBody) -> Response:
        """Set unit prices by hand. Source: LIN-05."""
        return await decided(call, self.store, order, OverridePrice(line=line, **said(body)))

    async def adjust(self, call: CallDep, order: Id, line: LineNumber, body: AdjustLineBody) -> Response:
        """Correct a posted line by a further posting. Source: contracts 1, PST-11."""
        return await decided(call, self.store, order, AdjustPostedLine(order_id=order, line=line, **said(body)))
