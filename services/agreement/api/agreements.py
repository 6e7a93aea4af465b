"""Routes of whole agreements: create, list, show, revise, and their course from activation to termination."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from libs.events.types import Day, Id, Key
from libs.runtime import clock
from libs.runtime.auth.caller import Caller, CallerDep
from libs.runtime.http.answers import list_answer, stream_answer
from libs.runtime.http.bodies import PageQuery
from libs.runtime.http.bodies import Query as StrictQuery
from libs.runtime.http.call import CallDep, answer
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from services.agreement.api.bodies import (
    AmendBody,
    CreateAgreementBody,
    NothingBody,
    ReasonBody,
    RenewBody,
    ReviseAgreementBody,
    TerminateBody,
    said,
)
from services.agreement.api.shapes import AGREEMENTS, owner, shown
from services.agreement.application import amendment, existing, new_agreement, workers
from services.agreement.domain.service_agreement.course import Activate, Renew, Resume, Suspend, Terminate
from services.agreement.domain.service_agreement.creation import ReviseAgreement
from services.agreement.projections import lookups


def _today() -> date:
    """The day in UTC: what a question about the present stands on."""
    return clock.now().date()


class AgreementQuery(StrictQuery):
    """The day whose terms are shown; today when it is not named."""

    on: Day | None = None


class AgreementsQuery(PageQuery):
    """Which agreements: each filter that is named must fit. Group and SLA policy are those of `active_on`, or of today."""

    number: Key | None = None
    project: Key | None = None
    customer: Key | None = None
    group: Key | None = None
    state: Literal["draft", "active", "suspended", "terminated"] | None = None
    active_on: Day | None = None

    def wanted(self, caller: Caller) -> lookups.Wanted:
        """The question without the page, held to what the caller may see."""
        return lookups.Wanted(
            on=self.active_on or _today(),
            exact={name: getattr(self, name) for name in ("number", "project", "customer", "state")},
            group=self.group,
            active_on=self.active_on,
            own_customer=caller.own_customer,
            own_worker=caller.own_worker,
        )


class Agreements:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="agreements")
        router.post("/agreements", status_code=201)(self.create)
        router.get("/agreements")(self.list)
        router.get("/agreements/{agreement}")(self.show)
        router.patch("/agreements/{agreement}")(self.revise)
        router.post("/agreements/{agreement}/activate")(self.activate)
        router.post("/agreements/{agreement}/suspend")(self.suspend)
        router.post("/agreements/{agreement}/resume")(self.resume)
        router.post("/agreements/{agreement}/terminate")(self.terminate)
        router.post("/agreements/{agreement}/renew")(self.renew)
        router.post("/agreements/{agreement}/amend")(self.amend)
        return router

    async def create(self, call: CallDep, body: CreateAgreementBody) -> Response:
        """Draft an agreement on a project. Source: AGR-01."""
        command = await new_agreement(self.store, said(body))
        return await answer(call, AGREEMENTS, call.new_id, command, 201)

    async def list(
        self, query: Annotated[AgreementsQuery, Query()], caller: CallerDep, cursors: CursorsDep
    ) -> Response:
        """Agreements by number. Source: AGR-13."""
        of = f"agreements {query.model_dump_json(exclude={'cursor', 'limit'})}"
        after = cursors.read(of, query.cursor)[0] if query.cursor else ""
        found = await rows(self.store, lookups.page_of_agreements(query.wanted(caller), after, query.limit + 1))
        items = [{"id": str(row["stream_id"]), **{name: row[name] for name in lookups.LISTED}} for row in found]
        more = len(found) > query.limit
        following = cursors.write(of, [found[query.limit - 1]["number"]]) if more else None
        return list_answer(items[: query.limit], following)

    async def show(self, agreement: Id, query: Annotated[AgreementQuery, Query()], caller: CallerDep) -> Response:
        """An agreement with its terms and lines."""
        version, state = await existing(self.store, agreement)
        caller.must_see(owner(state))
        return stream_answer(agreement, version, shown(state, query.on or _today()))

    async def revise(self, call: CallDep, agreement: Id, body: ReviseAgreementBody) -> Response:
        """Change the header. Source: AGR-02."""
        given = said(body)
        named = await workers(self.store, given.get("responsible"), given.get("preferred_technician"))
        return await answer(call, AGREEMENTS, agreement, ReviseAgreement(**given, workers=named))

    async def activate(self, call: CallDep, agreement: Id, body: NothingBody) -> Response:
        """Make the draft a contract. Source: contracts 7."""
        await existing(self.store, agreement)
        return await answer(call, AGREEMENTS, agreement, Activate())

    async def suspend(self, call: CallDep, agreement: Id, body: ReasonBody) -> Response:
        """Let no orders be created. Source: AGR-05."""
        await existing(self.store, agreement)
        return await answer(call, AGREEMENTS, agreement, Suspend(body.reason))

    async def resume(self, call: CallDep, agreement: Id, body: NothingBody) -> Response:
        """Let orders be created again. Source: AGR-05."""
        await existing(self.store, agreement)
        return await answer(call, AGREEMENTS, agreement, Resume())

    async def terminate(self, call: CallDep, agreement: Id, body: TerminateBody) -> Response:
        """End the agreement for good."""
        await existing(self.store, agreement)
        return await answer(call, AGREEMENTS, agreement, Terminate(body.on, body.reason))

    async def renew(self, call: CallDep, agreement: Id, body: RenewBody) -> Response:
        """Let the agreement be valid to a later day. Source: AGR-04."""
        await existing(self.store, agreement)
        return await answer(call, AGREEMENTS, agreement, Renew(body.to))

    async def amend(self, call: CallDep, agreement: Id, body: AmendBody) -> Response:
        """Let other terms hold from a day on. Source: AGR-08."""
        _, state = await existing(self.store, agreement)
        command = await amendment(self.store, state, said(body))
        return await answer(call, AGREEMENTS, agreement, command)
