"""Routes of run schedules: put, show with the last run, list."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from libs.events import subscription_billing_schedules as says
from libs.events.calendars import Weekday
from libs.events.fact import Fact
from libs.events.subscription_billing_fees import FeeKind, PriceSource
from libs.events.subscription_billing_invoices import GroupedBy, InvoicingMethod
from libs.events.types import Count, Day, Flag, Id, Key
from libs.runtime.http.answers import list_answer, stream_answer
from libs.runtime.http.bodies import CommandBody, PageQuery
from libs.runtime.http.call import CallDep, Resource, answer
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from services.subscription_billing.api.bodies import said
from services.subscription_billing.application import run_schedules
from services.subscription_billing.domain.run_schedule import Standing, State, run_schedule
from services.subscription_billing.projections.run_schedules import page_of_schedules


class RunScheduleBody(CommandBody):
    """A schedule, whole: which run is asked, by what, and on which days from the first on; not `active`, it is retired.

    A fee run takes `code`, `group` and `price_source`; an accrual run `code` and `group`; a proposal run `group` and the
    others. Source: FEE-16, ACC-08, INV-02.
    """

    kind: says.RunOf
    frequency: says.Frequency
    starts_on: Day
    weekday: Weekday | None = None
    day_of_month: Count | None = None
    active: Flag = True
    code: Key | None = None
    group: Key | None = None
    price_source: PriceSource | None = None
    method: InvoicingMethod | None = None
    grouped_by: GroupedBy | None = None
    project: Key | None = None
    contract: Key | None = None
    customer: Key | None = None
    subscription: Id | None = None
    kinds: Annotated[list[FeeKind], Field(max_length=4, default_factory=list)]


_ASKS: Mapping[says.RunOf, str] = {
    "fee_run": "POST /v1/fee-runs",
    "proposal_run": "POST /v1/proposal-runs",
    "accrual_run": "POST /v1/accrual-runs",
}
"""By which route a person asks for the run."""


class RunSchedules:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router, one = routes(tag="records"), "/run-schedules/{key}"
        router.put(one)(self.put)
        router.get(one)(self.show)
        router.get("/run-schedules")(self.list)
        return router

    async def put(self, call: CallDep, key: Key, body: RunScheduleBody) -> Response:
        """Put a schedule; a due day that is over, or today, is asked at once, the latest alone. Nobody schedules what he
        may not ask for himself. Source: FEE-16, ACC-08, INV-02."""
        call.front.policy.grant(_ASKS[body.kind], call.caller)
        terms = says.RunScheduleSet(schedule=key, **said(body) | {"kinds": tuple(body.kinds)})
        command = await run_schedules.put_of_schedule(self.store, terms)
        return await answer(call, RUN_SCHEDULES, run_schedules.schedule_id(key), command, 201 if call.creates else 200)

    async def show(self, key: Key) -> Response:
        """A schedule as it was put last, with the last run that was asked and the last that could not be."""
        version, state = await run_schedules.standing_schedule(self.store, key)
        told = {"last_asked": _told(state.asked, "run"), "last_refused": _told(state.refused, "reason")}
        shown = {**_content(state.terms), "state": _name(state), **told}
        return stream_answer(run_schedules.schedule_id(key), version, shown)

    async def list(self, query: Annotated[PageQuery, Query()], cursors: CursorsDep) -> Response:
        """Every schedule, by key."""
        after = cursors.read("run_schedule", query.cursor)[0] if query.cursor else ""
        found = await rows(self.store, page_of_schedules(after, query.limit + 1))
        more = len(found) > query.limit
        following = cursors.write("run_schedule", [found[query.limit - 1]["key"]]) if more else None
        return list_answer([_listed(row) for row in found[: query.limit]], following)


def _name(state: State) -> str:
    if not isinstance(state, Standing):
        return "absent"
    return "active" if state.terms.active else "retired"


def _answered(state: State) -> Mapping[str, Any]:
    return {"number": state.terms.schedule if isinstance(state, Standing) else None, "state": _name(state)}


RUN_SCHEDULES = Resource("/v1/run-schedules", run_schedule, _answered)


def _told(fact: Fact | None, what: str) -> Mapping[str, Any] | None:
    return fact.model_dump(mode="json", include={"day", "kind", what}) if fact else None


def _content(fact: Fact) -> Mapping[str, Any]:
    return fact.model_dump(mode="json", exclude_none=True)


def _listed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    fact = says.RunScheduleSet.from_bytes(row["body"].encode())
    return {"version": row["version"], "state": row["state"], **_content(fact)}
