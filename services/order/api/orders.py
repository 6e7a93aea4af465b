"""Routes of whole orders: create, list, show, revise, cancel, sign off, post."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from libs.events.types import Day, Id, Key
from libs.runtime import clock
from libs.runtime.auth.caller import Caller, CallerDep
from libs.runtime.http.answers import list_answer, stream_answer
from libs.runtime.http.bodies import PageQuery
from libs.runtime.http.call import CallDep, answer
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Made, Stream
from services.order.api.asking import decided, decided_as_it_stands
from services.order.api.bodies import (
    CreateOrderBody,
    PostBody,
    ReasonBody,
    ReviseOrderBody,
    SignOffBody,
    WithdrawSignOffBody,
    chosen,
    said,
)
from services.order.api.measured import sla_of
from services.order.api.shapes import ORDERS, owner, shown
from services.order.application.creation import new_order
from services.order.application.references import Standing, existing, references_of_lines, workers
from services.order.domain.service_order.cancellation import CancelOrder
from services.order.domain.service_order.creation import ReviseOrder
from services.order.domain.service_order.posting import Post
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from services.order.domain.service_order.surroundings import Asked
from services.order.projections import lookups

EXACT = ("number", "project", "customer", "agreement", "stage", "progress")


class OrdersQuery(PageQuery):
    """Which orders: each filter that is named must fit."""

    number: Key | None = None
    project: Key | None = None
    customer: Key | None = None
    agreement: Id | None = None
    stage: Key | None = None
    progress: Literal["in_process", "posted", "canceled"] | None = None
    worker: Key | None = None
    service_date_from: Day | None = None
    service_date_to: Day | None = None

    def wanted(self, caller: Caller) -> lookups.Wanted:
        """The question without the page, held to what the caller may see."""
        return lookups.Wanted(
            exact={name: getattr(self, name) for name in EXACT},
            worker=self.worker,
            served_from=self.service_date_from,
            served_to=self.service_date_to,
            own_customer=caller.own_customer,
            own_worker=caller.own_worker,
        )


class Orders:
    """The routes, over one store."""

    def __init__(self, store: FactStore, accounting_currency: str) -> None:
        self.store, self.accounting_currency = store, accounting_currency

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="orders")
        router.post("/orders", status_code=201)(self.create)
        router.get("/orders")(self.list)
        router.get("/orders/{order}")(self.show)
        router.patch("/orders/{order}")(self.revise)
        router.post("/orders/{order}/cancel")(self.cancel)
        router.post("/orders/{order}/sign-off")(self.sign_off)
        router.post("/orders/{order}/withdraw-sign-off")(self.withdraw_sign_off)
        router.post("/orders/{order}/post")(self.post)
        return router

    async def create(self, call: CallDep, body: CreateOrderBody) -> Response:
        """Create an order on a project or an agreement. Source: ORD-01, ORD-03."""

        async def make(_: Stream) -> Asked:
            return await new_order(self.store, call.new_id, self.accounting_currency, said(body), call.at)

        return await answer(call, ORDERS, call.new_id, Made(make), 201)

    async def list(self, query: Annotated[OrdersQuery, Query()], caller: CallerDep, cursors: CursorsDep) -> Response:
        """Orders by number. Source: ORD-12."""
        of = f"orders {query.model_dump_json(exclude={'cursor', 'limit'})}"
        after = cursors.read(of, query.cursor)[0] if query.cursor else ""
        found = await rows(self.store, lookups.page_of_orders(query.wanted(caller), after, query.limit + 1))
        items = [{"id": row["stream_id"], **{name: row[name] for name in lookups.LISTED}} for row in found]
        more = len(found) > query.limit
        following = cursors.write(of, [found[query.limit - 1]["number"]]) if more else None
        return list_answer(items[: query.limit], following)

    async def show(self, order: Id, caller: CallerDep) -> Response:
        """An order with its lines, totals, visits, reasons and SLA clocks."""
        version, state = await existing(self.store, order)
        caller.must_see(owner(state))
        clocks = await sla_of(self.store, state, clock.now())
        return stream_answer(order, version, {**shown(state, caller), "sla": clocks})

    async def revise(self, call: CallDep, order: Id, body: ReviseOrderBody) -> Response:
        """Change the header. Source: ORD-07."""
        given = said(body)

        async def making(_: Standing) -> ReviseOrder:
            named = await workers(self.store, given.get("responsible"), given.get("preferred_technician"))
            return ReviseOrder(**given, workers=named)

        return await decided_as_it_stands(call, self.store, order, making)

    async def cancel(self, call: CallDep, order: Id, body: ReasonBody) -> Response:
        """Cancel the order with every Created line. Source: LIF-02."""
        return await decided(call, self.store, order, CancelOrder(body.reason))

    async def sign_off(self, call: CallDep, order: Id, body: SignOffBody) -> Response:
        """Confirm lines as done. Source: PST-01."""
        return await decided(call, self.store, order, SignOff(chosen(body.lines), body.sla_reason, body.note))

    async def withdraw_sign_off(self, call: CallDep, order: Id, body: WithdrawSignOffBody) -> Response:
        """Open signed-off lines again. Source: PST-10."""
        return await decided(call, self.store, order, WithdrawSignOff(chosen(body.lines), body.reason))

    async def post(self, call: CallDep, order: Id, body: PostBody) -> Response:
        """Post signed-off lines, of the types chosen. Source: PST-03, PST-04."""
        types = None if body.types is None else frozenset(body.types)

        async def making(present: Standing) -> Post:
            found = await references_of_lines(self.store, present)
            return Post(order_id=order, found=found, types=types, lines=chosen(body.lines))

        return await decided_as_it_stands(call, self.store, order, making)
