"""Routes of fee runs and fees: ask, look first, follow; adjust, delete, select for credit."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from libs.events.subscription_billing_fees import FeeKind, FeeRunRequested
from libs.events.types import Id, Key
from libs.runtime.auth.caller import CallerDep
from libs.runtime.http.answers import json_answer, stream_answer
from libs.runtime.http.bodies import PageQuery
from libs.runtime.http.call import CallDep, answer, answer_jointly
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.jointly import Joint
from libs.runtime.store import FactStore
from services.subscription_billing.api.bodies import NothingBody, ReasonBody, said
from services.subscription_billing.api.fee_bodies import ChangeFeePriceBody, FeeRunBody, ReduceDaysBody
from services.subscription_billing.api.fee_shapes import FEE_RUNS, FEES, shown_fee, shown_fee_run
from services.subscription_billing.api.pages import page
from services.subscription_billing.application import fee_runs, fees, subscriptions
from services.subscription_billing.application.run_numbers import next_number
from services.subscription_billing.domain.fees.commands import SelectForCredit, UnselectForCredit
from services.subscription_billing.projections.pages import page_of_fees, page_of_runs


class FeeRunsQuery(PageQuery):
    """Which runs."""

    state: Literal["running", "completed"] | None = None


class FeesQuery(PageQuery):
    """Which fees: each filter that is named must fit; `standing` is that of a share. Source: FTR-02."""

    subscription: Id | None = None
    group: Key | None = None
    project: Key | None = None
    customer: Key | None = None
    run: Id | None = None
    adjusts: Id | None = None
    kind: FeeKind | None = None
    standing: (
        Literal[
            "open", "non_chargeable", "on_proposal", "invoiced", "selected_for_credit", "on_credit_proposal", "credited"
        ]
        | None
    ) = None


class Fees:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router, one = routes(tag="fees"), "/fees/{fee}"
        router.post("/fee-runs", status_code=201)(self.request)
        router.post("/fee-runs/preview")(self.preview)
        router.get("/fee-runs")(self.list_runs)
        router.get("/fee-runs/{run}")(self.show_run)
        router.get("/fees")(self.list_fees)
        router.get(one)(self.show)
        router.post(f"{one}/reduce-days")(self.reduce_days)
        router.post(f"{one}/change-price")(self.change_price)
        router.post(f"{one}/delete")(self.delete)
        router.post(f"{one}/select-for-credit")(self.select)
        router.post(f"{one}/unselect-for-credit")(self.unselect)
        return router

    async def request(self, call: CallDep, body: FeeRunBody) -> Response:
        """Ask for fees; the run goes on by itself. Source: FEE-01 to FEE-09, FEE-16."""
        number = await next_number(self.store, "fee_run")
        command = await fee_runs.request_of(self.store, _asked(body, number))
        return await answer(call, FEE_RUNS, call.new_id, command, 201)

    async def preview(self, call: CallDep, body: FeeRunBody) -> Response:
        """What a run would do now, for its first 1000 subscriptions. Source: FEE-17."""
        looked = await fee_runs.preview(self.store, _asked(body, "preview"))
        return json_answer({"items": fee_runs.shown(looked)})

    async def list_runs(
        self, query: Annotated[FeeRunsQuery, Query()], caller: CallerDep, cursors: CursorsDep
    ) -> Response:
        """Fee runs by number."""
        exact = {"kind": "fee_run", "state": query.state}
        return await page(self.store, cursors, query, lambda *behind: page_of_runs(exact, *behind), ["number"])

    async def show_run(self, run: Id, caller: CallerDep) -> Response:
        """A run: what was asked, how far it is, what was left out and why."""
        version, state = await fee_runs.standing_run(self.store, run)
        return stream_answer(run, version, shown_fee_run(state))

    async def list_fees(self, query: Annotated[FeesQuery, Query()], caller: CallerDep, cursors: CursorsDep) -> Response:
        """Shares of fees, each with its fee. Source: FTR-01."""
        names = ("subscription", "group", "project", "customer", "run", "adjusts", "kind")
        exact = {name: getattr(query, name) for name in names}
        order = ["id", "share"]
        return await page(
            self.store, cursors, query, lambda *behind: page_of_fees(exact, query.standing, *behind), order
        )

    async def show(self, fee: Id, caller: CallerDep) -> Response:
        """A fee with its adjustments and shares."""
        version, state = await fees.standing_fee(self.store, fee)
        return stream_answer(fee, version, shown_fee(state))

    async def reduce_days(self, call: CallDep, fee: Id, body: ReduceDaysBody) -> Response:
        """Take days off the fee. Source: RED-01."""
        _, state = await fees.standing_fee(self.store, fee)
        on = body.project_date or await subscriptions.today(self.store, state.created.project, call.at)

        async def work(joint: Joint) -> None:
            await fees.reduce_days(joint, body.days, on, body.reason)

        return await answer_jointly(call, self.store, FEES, fee, work)

    async def change_price(self, call: CallDep, fee: Id, body: ChangeFeePriceBody) -> Response:
        """Change the price of the fee, by a percentage or by a discount. Source: PCH-01, PCH-03."""
        _, state = await fees.standing_fee(self.store, fee)
        on = body.project_date or await subscriptions.today(self.store, state.created.project, call.at)

        async def work(joint: Joint) -> None:
            await fees.change_price(joint, body.change, on, body.reason)

        return await answer_jointly(call, self.store, FEES, fee, work)

    async def delete(self, call: CallDep, fee: Id, body: ReasonBody) -> Response:
        """Take the fee back before it is invoiced. Source: FEE-14."""

        async def work(joint: Joint) -> None:
            await fees.delete(joint, body.reason)

        return await answer_jointly(call, self.store, FEES, fee, work)

    async def select(self, call: CallDep, fee: Id, body: ReasonBody) -> Response:
        """Choose the invoiced fee for credit. Source: CRN-01."""
        await fees.standing_fee(self.store, fee)
        return await answer(call, FEES, fee, SelectForCredit(body.reason))

    async def unselect(self, call: CallDep, fee: Id, body: NothingBody) -> Response:
        """Let the fee stay invoiced. Source: CRN-07."""
        await fees.standing_fee(self.store, fee)
        return await answer(call, FEES, fee, UnselectForCredit())


def _asked(body: FeeRunBody, number: str) -> FeeRunRequested:
    values = said(body) | {"subscriptions": tuple(body.subscriptions)}
    return FeeRunRequested(number=number, **values)
