"""Routes of posted documents, recognition schedules and accrual runs."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from libs.events.subscription_billing_accruals import AccrualRunRequested
from libs.events.types import Id, Key
from libs.runtime.auth.caller import CallerDep
from libs.runtime.faults import NotFound
from libs.runtime.http.answers import json_answer, stream_answer
from libs.runtime.http.bodies import PageQuery
from libs.runtime.http.call import CallDep, answer, answer_jointly
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.store import FactStore
from services.subscription_billing.api.bodies import NothingBody, said
from services.subscription_billing.api.fee_bodies import AccrualRunBody, AccrueBody, LineNumber, ReverseBody
from services.subscription_billing.api.fee_shapes import (
    ACCRUAL_RUNS,
    SCHEDULES,
    shown_accrual_run,
    shown_schedule,
    told,
)
from services.subscription_billing.api.pages import page
from services.subscription_billing.application import accruals
from services.subscription_billing.application.run_numbers import next_number
from services.subscription_billing.domain.accruals import voucher as vouchers
from services.subscription_billing.domain.invoicing import document as documents
from services.subscription_billing.projections.pages import page_of_documents, page_of_runs, page_of_schedule_lines


class AccrualRunsQuery(PageQuery):
    """Which runs."""

    state: Literal["running", "completed"] | None = None


class DocumentsQuery(PageQuery):
    """Which documents: each filter that is named must fit."""

    number: Key | None = None
    kind: Literal["invoice", "credit_note"] | None = None
    customer: Key | None = None
    contract: Key | None = None


class ScheduleLinesQuery(PageQuery):
    """Which lines: each filter that is named must fit. Source: SRP-03."""

    fee: Id | None = None
    document: Id | None = None
    subscription: Id | None = None
    group: Key | None = None
    code: Key | None = None
    state: Literal["open", "posted", "dropped", "deleted"] | None = None


class Accruals:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router, one = routes(tag="invoices and accruals"), "/recognition-schedules/{schedule}"
        router.get("/invoices")(self.list_documents)
        router.get("/invoices/{invoice}")(self.show_document)
        router.get("/vouchers/{voucher}")(self.show_voucher)
        router.post("/accrual-runs", status_code=201)(self.request)
        router.post("/accrual-runs/preview")(self.preview)
        router.get("/accrual-runs")(self.list_runs)
        router.get("/accrual-runs/{run}")(self.show_run)
        router.get("/recognition-schedule-lines")(self.list_lines)
        router.get(one)(self.show)
        router.post(f"{one}/lines/{{line}}/accrue")(self.accrue)
        router.post(f"{one}/lines/{{line}}/reverse")(self.reverse)
        router.post(f"{one}/delete-lines")(self.delete_lines)
        return router

    async def list_documents(
        self, query: Annotated[DocumentsQuery, Query()], caller: CallerDep, cursors: CursorsDep
    ) -> Response:
        """Invoices and credit notes by number."""
        exact = {name: getattr(query, name) for name in ("number", "kind", "customer", "contract")}
        return await page(self.store, cursors, query, lambda *behind: page_of_documents(exact, *behind), ["number"])

    async def show_document(self, invoice: Id, caller: CallerDep) -> Response:
        """An invoice or a credit note as it was posted."""
        stream = await self.store.load(documents.document, invoice)
        if not isinstance(stream.state, documents.Posted):
            raise NotFound
        return stream_answer(invoice, stream.version, told(stream.state.document))

    async def show_voucher(self, voucher: Id, caller: CallerDep) -> Response:
        """A voucher as it was posted."""
        stream = await self.store.load(vouchers.voucher, voucher)
        if not isinstance(stream.state, vouchers.Posted):
            raise NotFound
        return stream_answer(voucher, stream.version, told(stream.state.voucher))

    async def request(self, call: CallDep, body: AccrualRunBody) -> Response:
        """Ask for revenue to be earned; the run goes on by itself. Source: ACC-08."""
        asked = AccrualRunRequested(number=await next_number(self.store, "accrual_run"), **said(body))
        command = await accruals.request_of(self.store, asked)
        return await answer(call, ACCRUAL_RUNS, call.new_id, command, 201)

    async def preview(self, call: CallDep, body: AccrualRunBody) -> Response:
        """What a run would earn now, of its first 1000 schedules. Source: ACC-08, 5.9 (11)."""
        found = await accruals.preview(self.store, AccrualRunRequested(number="preview", **said(body)))
        return json_answer(
            {"items": [{"schedule": key, "lines": [told(fact, "voucher") for fact in facts]} for key, facts in found]}
        )

    async def list_runs(
        self, query: Annotated[AccrualRunsQuery, Query()], caller: CallerDep, cursors: CursorsDep
    ) -> Response:
        """Accrual runs by number."""
        exact = {"kind": "accrual_run", "state": query.state}
        return await page(self.store, cursors, query, lambda *behind: page_of_runs(exact, *behind), ["number"])

    async def show_run(self, run: Id, caller: CallerDep) -> Response:
        """A run: what was asked, how far it is, and what it came to."""
        version, state = await accruals.standing_run(self.store, run)
        return stream_answer(run, version, shown_accrual_run(state))

    async def list_lines(
        self, query: Annotated[ScheduleLinesQuery, Query()], caller: CallerDep, cursors: CursorsDep
    ) -> Response:
        """Lines of schedules. Source: SRP-03."""
        names = ("fee", "document", "subscription", "group", "code", "state")
        exact = {name: getattr(query, name) for name in names}
        order = ["id", "line"]
        return await page(self.store, cursors, query, lambda *behind: page_of_schedule_lines(exact, *behind), order)

    async def show(self, schedule: Id, caller: CallerDep) -> Response:
        """A schedule with what is earned of it. Source: ACC-09."""
        version, state = await accruals.standing_schedule(self.store, schedule)
        return stream_answer(schedule, version, shown_schedule(state))

    async def accrue(self, call: CallDep, schedule: Id, line: LineNumber, body: AccrueBody) -> Response:
        """Earn a line on a day of its own. Source: ACC-09."""
        work = lambda it: accruals.accrue_line(it, line, body.on)  # noqa: E731
        return await answer_jointly(call, self.store, SCHEDULES, schedule, work)

    async def reverse(self, call: CallDep, schedule: Id, line: LineNumber, body: ReverseBody) -> Response:
        """Take a posted line back. Source: ACC-07, ACC-09."""
        work = lambda it: accruals.reverse_line(it, line, body.on, body.reason)  # noqa: E731
        return await answer_jointly(call, self.store, SCHEDULES, schedule, work)

    async def delete_lines(self, call: CallDep, schedule: Id, body: NothingBody) -> Response:
        """Take the lines out of sight once all are posted. Source: ACC-09."""
        return await answer_jointly(call, self.store, SCHEDULES, schedule, accruals.delete_lines)
