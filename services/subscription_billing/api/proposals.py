"""Routes of invoice proposals and of runs that make them: prepare, change, approve, post."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from libs.events.subscription_billing_invoices import ProposalRunRequested
from libs.events.types import Id, Key
from libs.runtime.auth.caller import CallerDep
from libs.runtime.http.answers import stream_answer
from libs.runtime.http.bodies import PageQuery
from libs.runtime.http.call import CallDep, answer, answer_jointly
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.jointly import Joint
from libs.runtime.store import FactStore
from services.subscription_billing.api.bodies import NothingBody, ReasonBody, said
from services.subscription_billing.api.fee_bodies import (
    ApproveBody,
    LineNumber,
    PostBody,
    ProposalBody,
    ProposalRunBody,
    ProposedFeeBody,
    RepriceBody,
)
from services.subscription_billing.api.fee_shapes import PROPOSAL_RUNS, PROPOSALS, shown_proposal, shown_proposal_run
from services.subscription_billing.api.pages import page
from services.subscription_billing.application import posting, proposal_runs, proposals
from services.subscription_billing.application.records import parameters
from services.subscription_billing.application.run_numbers import next_number
from services.subscription_billing.domain.invoicing.commands import Approve, Reject, Submit
from services.subscription_billing.domain.invoicing.proposal_run import RequestProposalRun
from services.subscription_billing.projections.pages import page_of_proposals, page_of_runs


class ProposalRunsQuery(PageQuery):
    """Which runs."""

    state: Literal["running", "completed"] | None = None


class ProposalsQuery(PageQuery):
    """Which proposals: each filter that is named must fit."""

    number: Key | None = None
    state: Literal["open", "submitted", "approved", "rejected", "canceled", "invoiced"] | None = None
    customer: Key | None = None
    contract: Key | None = None
    run: Id | None = None


class Proposals:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router, one = routes(tag="invoice proposals"), "/invoice-proposals/{proposal}"
        router.post("/proposal-runs", status_code=201)(self.request)
        router.get("/proposal-runs")(self.list_runs)
        router.get("/proposal-runs/{run}")(self.show_run)
        router.post("/invoice-proposals", status_code=201)(self.create)
        router.get("/invoice-proposals")(self.list)
        router.get(one)(self.show)
        router.post(f"{one}/lines", status_code=201)(self.add_line)
        router.post(f"{one}/lines/{{line}}/remove")(self.remove_line)
        router.post(f"{one}/lines/{{line}}/reprice")(self.reprice_line)
        router.post(f"{one}/submit")(self.submit)
        router.post(f"{one}/approve")(self.approve)
        router.post(f"{one}/reject")(self.reject)
        router.post(f"{one}/cancel")(self.cancel)
        router.post(f"{one}/post")(self.post)
        return router

    async def request(self, call: CallDep, body: ProposalRunBody) -> Response:
        """Ask for proposals of everything that fits; the run goes on by itself. Source: INV-02."""
        number = await next_number(self.store, "proposal_run")
        asked = ProposalRunRequested(number=number, **said(body) | {"kinds": tuple(body.kinds)})
        return await answer(call, PROPOSAL_RUNS, call.new_id, RequestProposalRun(asked), 201)

    async def list_runs(
        self, query: Annotated[ProposalRunsQuery, Query()], caller: CallerDep, cursors: CursorsDep
    ) -> Response:
        """Proposal runs by number."""
        exact = {"kind": "proposal_run", "state": query.state}
        return await page(self.store, cursors, query, lambda *behind: page_of_runs(exact, *behind), ["number"])

    async def show_run(self, run: Id, caller: CallerDep) -> Response:
        """A run: what was asked, how far it is, what was left out and why."""
        version, state = await proposal_runs.standing_run(self.store, run)
        return stream_answer(run, version, shown_proposal_run(state))

    async def create(self, call: CallDep, body: ProposalBody) -> Response:
        """Prepare a proposal of some fees. Source: INV-01, INV-03."""
        shares = await proposals.shares_of(self.store, list(dict.fromkeys(body.fees)), body.customer)
        header: dict[str, Any] = {
            "number": await proposal_runs.next_number(self.store),
            "method": body.method,
            "grouped_by": "contract",
            "invoice_date": body.invoice_date,
        }
        present = (await parameters(self.store))[1]
        return await self._jointly(call, call.new_id, lambda it: proposals.create(it, header, shares, present), 201)

    async def list(self, query: Annotated[ProposalsQuery, Query()], caller: CallerDep, cursors: CursorsDep) -> Response:
        """Proposals by number."""
        exact = {name: getattr(query, name) for name in ("number", "state", "customer", "contract", "run")}
        return await page(self.store, cursors, query, lambda *behind: page_of_proposals(exact, *behind), ["number"])

    async def show(self, proposal: Id, caller: CallerDep) -> Response:
        """A proposal with its lines."""
        version, state = await proposals.standing_proposal(self.store, proposal)
        return stream_answer(proposal, version, shown_proposal(state))

    async def add_line(self, call: CallDep, proposal: Id, body: ProposedFeeBody) -> Response:
        """Put one more fee on it. Source: INV-06."""
        present = (await parameters(self.store))[1]
        return await self._jointly(call, proposal, lambda it: proposals.add_line(it, body.fee, None, present), 201)

    async def remove_line(self, call: CallDep, proposal: Id, line: LineNumber, body: NothingBody) -> Response:
        """Take a line off. Source: INV-06."""
        return await self._jointly(call, proposal, lambda it: proposals.remove_line(it, line))

    async def reprice_line(self, call: CallDep, proposal: Id, line: LineNumber, body: RepriceBody) -> Response:
        """Invoice a line at another amount. Source: INV-06."""
        return await self._jointly(
            call, proposal, lambda it: proposals.reprice_line(it, line, body.amount, body.reason)
        )

    async def submit(self, call: CallDep, proposal: Id, body: NothingBody) -> Response:
        """Ask for approval. Source: INV-07."""
        return await self._answer(call, proposal, Submit())

    async def approve(self, call: CallDep, proposal: Id, body: ApproveBody) -> Response:
        """Let it be posted. Source: INV-07."""
        return await self._answer(call, proposal, Approve(body.total))

    async def reject(self, call: CallDep, proposal: Id, body: ReasonBody) -> Response:
        """Send it back to be changed. Source: INV-07."""
        return await self._answer(call, proposal, Reject(body.reason))

    async def cancel(self, call: CallDep, proposal: Id, body: ReasonBody) -> Response:
        """Give it up; its fees are as before. Source: INV-07."""
        return await self._jointly(call, proposal, lambda it: proposals.cancel(it, body.reason))

    async def post(self, call: CallDep, proposal: Id, body: PostBody) -> Response:
        """Post it as an invoice or a credit note. Posted before, the same document is answered. Source: INV-12, INV-14."""
        return await self._jointly(call, proposal, lambda it: posting.post(it, body.issued_on, body.total))

    async def _jointly(
        self, call: CallDep, proposal: str, work: Callable[[Joint], Awaitable[None]], status: int = 200
    ) -> Response:
        return await answer_jointly(call, self.store, PROPOSALS, proposal, work, status)

    async def _answer(self, call: CallDep, proposal: str, command: object) -> Response:
        """Only what was begun is asked anything."""
        await proposals.standing_proposal(self.store, proposal)
        return await answer(call, PROPOSALS, proposal, command)
