"""Routes of SLA policies and agreement groups: put, show, list."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from libs.events.agreement import AgreementGroupRecorded, ClockTargets, SlaPolicyDefined
from libs.events.fact import Fact
from libs.events.types import Day, Key
from libs.rules.effective import in_force
from libs.runtime.http.answers import list_answer, stream_answer
from libs.runtime.http.bodies import PageQuery
from libs.runtime.http.bodies import Query as StrictQuery
from libs.runtime.http.call import CallDep, answer
from libs.runtime.http.cursors import Cursors
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from services.agreement.api.bodies import PutAgreementGroupBody, PutSlaPolicyBody, said
from services.agreement.api.shapes import GROUPS, POLICIES, content
from services.agreement.application import (
    group_id,
    policy_id,
    policy_versions,
    put_of_group,
    put_of_policy,
    recorded_group,
)
from services.agreement.projections.record_list import page_of_records


class PolicyQuery(StrictQuery):
    """Every version, or the one in force on a day."""

    on: Day | None = None


class Records:
    """The routes, over one store."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="records")
        router.put("/sla-policies/{key}")(self.put_policy)
        router.get("/sla-policies/{key}")(self.show_policy)
        router.get("/sla-policies")(self.list_policies)
        router.put("/agreement-groups/{key}")(self.put_group)
        router.get("/agreement-groups/{key}")(self.show_group)
        router.get("/agreement-groups")(self.list_groups)
        return router

    async def put_policy(self, call: CallDep, key: Key, body: PutSlaPolicyBody) -> Response:
        """Define a policy, or add a version. Source: SLA-01."""
        command = await put_of_policy(self.store, _terms(key, body))
        return await answer(call, POLICIES, policy_id(key), command, 201 if call.creates else 200)

    async def show_policy(self, key: Key, query: Annotated[PolicyQuery, Query()]) -> Response:
        """A policy with its versions as recorded; with `on` the one that is in force on that day, if any is."""
        version, policy = await policy_versions(self.store, key)
        wanted = policy.versions if query.on is None else [in_force(policy.versions, query.on)]
        versions = [content(one) for one in wanted if one is not None]
        return stream_answer(policy_id(key), version, {"policy": key, "versions": versions})

    async def list_policies(self, query: Annotated[PageQuery, Query()], cursors: CursorsDep) -> Response:
        """The last version of every policy, by key."""
        return await self._list("sla_policy", query, cursors)

    async def put_group(self, call: CallDep, key: Key, body: PutAgreementGroupBody) -> Response:
        """Record a group. Source: SAG-01, SAG-03."""
        command = await put_of_group(self.store, AgreementGroupRecorded(group=key, **said(body)))
        return await answer(call, GROUPS, group_id(key), command, 201 if call.creates else 200)

    async def show_group(self, key: Key) -> Response:
        """A group as it was put last."""
        version, group = await recorded_group(self.store, key)
        return stream_answer(group_id(key), version, content(group))

    async def list_groups(self, query: Annotated[PageQuery, Query()], cursors: CursorsDep) -> Response:
        """Every group, by key."""
        return await self._list("agreement_group", query, cursors)

    async def _list(self, kind: str, query: PageQuery, cursors: Cursors) -> Response:
        after = cursors.read(kind, query.cursor)[0] if query.cursor else ""
        found = await rows(self.store, page_of_records(kind, after, query.limit + 1))
        following = cursors.write(kind, [found[query.limit - 1]["key"]]) if len(found) > query.limit else None
        return list_answer([_listed(row) for row in found[: query.limit]], following)


def _terms(key: str, body: PutSlaPolicyBody) -> SlaPolicyDefined:
    given = said(body) | {
        "clocks": {name: ClockTargets(**clock.model_dump()) for name, clock in body.clocks.items()},
        "never_pauses": tuple(body.never_pauses),
    }
    return SlaPolicyDefined(policy=key, version=1, **given)


def _listed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    facts: Mapping[str, type[Fact]] = {"sla_policy": SlaPolicyDefined, "agreement_group": AgreementGroupRecorded}
    return {"version": row["version"], **content(facts[row["kind"]].from_bytes(row["body"].encode()))}
