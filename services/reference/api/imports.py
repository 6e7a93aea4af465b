"""Records of one kind from a file, CSV or JSON: all of it, or nothing and a list of what is wrong with which row."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, create_model
from starlette.requests import Request
from starlette.responses import Response

from libs.events.fact import Fact
from libs.runtime.faults import NotFound
from libs.runtime.http.answers import json_bytes
from libs.runtime.http.bodies import Body
from libs.runtime.http.call import IncomingDep, answered, ended, request_of
from libs.runtime.http.files import FILE_BODY, bad_rows, many_response, records_of, rows_of
from libs.runtime.http.incoming import Call
from libs.runtime.http.json import parse
from libs.runtime.http.route import routes
from libs.runtime.many import Many, ManyRejected, execute_many
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, Decision, Outcome
from services.reference.application import puts_of
from services.reference.domain.imports import imported
from services.reference.domain.kinds import KINDS, Kind

BY_PATH: Mapping[str, Kind] = {kind.path: kind for kind in KINDS.values()}


def import_routes(store: FactStore) -> APIRouter:
    """POST /v1/imports/<kind>."""

    async def take_in(call: IncomingDep, kind: str, request: Request) -> Response:
        """Put every record of a file. Source: architecture 1, contracts 5."""
        if kind not in BY_PATH:
            raise NotFound
        outcome = await answered(call) or await _import(store, call, BY_PATH[kind], request)
        told = parse(outcome.body)
        return await many_response(store, call, outcome, told["recorded"] + told["changed"])

    router = routes(tag="imports")
    router.add_api_route("/imports/{kind}", take_in, methods=["POST"], openapi_extra={"requestBody": FILE_BODY})
    return router


async def _import(store: FactStore, call: Call, kind: Kind, request: Request) -> Outcome:
    model = row_of(kind.fact)
    rows = rows_of(request, model)
    facts = [kind.fact(**dict(record)) for record in records_of(rows, model, kind.key)]
    streams = [kind.stream_id(getattr(fact, kind.key)) for fact in facts]
    commands = dict(zip(streams, await puts_of(store, kind, facts), strict=True))

    def answering(decisions: Sequence[Decision]) -> Answer:
        return Answer(200, json_bytes({"id": call.new_id, "kind": kind.path, "rows": len(rows), **_counted(decisions)}))

    many = Many(call.new_id, imported, commands, answering)
    try:
        return await ended(call, lambda: execute_many(store, many, request_of(call, many.id)))
    except ManyRejected as refused:
        numbers = dict(zip(streams, (row.number for row in rows), strict=True))
        raise bad_rows(refused, numbers) from refused


def _counted(decisions: Sequence[Decision]) -> Mapping[str, int]:
    told = [decision for decision in decisions if decision.facts]
    new = sum(decision.stream.version == 0 for decision in told)
    return {"recorded": new, "changed": len(told) - new, "unchanged": len(decisions) - len(told)}


@cache
def row_of(fact: type[Fact]) -> type[BaseModel]:
    """The model of a row: the fact's fields, and no other."""
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in fact.model_fields.items()}
    return create_model(f"Import{fact.__name__}", __base__=Body, **fields)
