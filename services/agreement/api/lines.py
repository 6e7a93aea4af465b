"""Routes of an agreement's lines: add, revise, remove, stop, restart."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from libs.events.types import Id
from libs.runtime.http.call import CallDep, answer
from libs.runtime.http.route import routes
from libs.runtime.store import FactStore
from services.agreement.api.bodies import AddLineBody, LineNumber, NothingBody, ReasonBody, ReviseLineBody, said
from services.agreement.api.shapes import AGREEMENTS
from services.agreement.application import existing, references
from services.agreement.domain.service_agreement.guards import line_of
from services.agreement.domain.service_agreement.lines import AddLine, RemoveLine, RestartLine, ReviseLine, StopLine
from services.agreement.domain.service_agreement.state import LineEntry


class Lines:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="lines")
        router.post("/agreements/{agreement}/lines", status_code=201)(self.add)
        router.patch("/agreements/{agreement}/lines/{line}")(self.revise)
        router.post("/agreements/{agreement}/lines/{line}/remove")(self.remove)
        router.post("/agreements/{agreement}/lines/{line}/stop")(self.stop)
        router.post("/agreements/{agreement}/lines/{line}/restart")(self.restart)
        return router

    async def add(self, call: CallDep, agreement: Id, body: AddLineBody) -> Response:
        """Add a resource of the visit. Source: AGL-01."""
        _, state = await existing(self.store, agreement)
        entry = LineEntry(**said(body))
        found = await references(self.store, state.header, entry)
        return await answer(call, AGREEMENTS, agreement, AddLine(entry, found), 201)

    async def revise(self, call: CallDep, agreement: Id, line: LineNumber, body: ReviseLineBody) -> Response:
        """Change a line. Source: AGL-01."""
        _, state = await existing(self.store, agreement)
        entry = replace(line_of(state, line).entry, **said(body))
        found = await references(self.store, state.header, entry)
        return await answer(call, AGREEMENTS, agreement, ReviseLine(line, entry, found))

    async def remove(self, call: CallDep, agreement: Id, line: LineNumber, body: NothingBody) -> Response:
        """Take a line out. Source: AGL-01."""
        await existing(self.store, agreement)
        return await answer(call, AGREEMENTS, agreement, RemoveLine(line))

    async def stop(self, call: CallDep, agreement: Id, line: LineNumber, body: ReasonBody) -> Response:
        """Let a line yield no orders. Source: AGL-05."""
        await existing(self.store, agreement)
        return await answer(call, AGREEMENTS, agreement, StopLine(line, body.reason))

    async def restart(self, call: CallDep, agreement: Id, line: LineNumber, body: NothingBody) -> Response:
        """Let a stopped line yield orders again. Source: AGL-05."""
        await existing(self.store, agreement)
        return await answer(call, AGREEMENTS, agreement, RestartLine(line))
