"""Records of one kind from a file, CSV or JSON: all of it, or nothing and a list of what is wrong with which row."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError, create_model
from starlette.requests import Request
from starlette.responses import Response

from libs.events.fact import Fact
from libs.runtime.faults import NotFound
from libs.runtime.http.answers import json_bytes
from libs.runtime.http.bodies import Body
from libs.runtime.http.call import IncomingDep, answered, ended, request_of
from libs.runtime.http.incoming import Call
from libs.runtime.http.json import parse
from libs.runtime.http.positions import Position
from libs.runtime.http.problems import Refused
from libs.runtime.http.route import routes
from libs.runtime.http.table import BadRows, Row, RowFault, check_count, faults_of, read_csv
from libs.runtime.many import Many, ManyRejected, execute_many, last_positions
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, Decision, Outcome
from services.reference.application import puts_of
from services.reference.domain.imports import imported
from services.reference.domain.kinds import KINDS, Kind

BY_PATH: Mapping[str, Kind] = {kind.path: kind for kind in KINDS.values()}

_FILE_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]{1,200}")
_ROWS = {"type": "array", "items": {"type": "object"}, "maxItems": 1000}
_BODY = {
    "required": True,
    "content": {
        "text/csv": {"schema": {"type": "string", "description": "A header of field names, then a row per record."}},
        "application/json": {"schema": {"type": "object", "required": ["rows"], "properties": {"rows": _ROWS}}},
    },
}


class Rows(Body):
    """Records in JSON."""

    rows: list[dict[str, Any]]


def import_routes(store: FactStore) -> APIRouter:
    """POST /v1/imports/<kind>."""

    async def take_in(call: IncomingDep, kind: str, request: Request) -> Response:
        """Put every record of a file. Source: architecture 1, contracts 5."""
        if kind not in BY_PATH:
            raise NotFound
        _check_file_name(request.headers.get("content-disposition", ""))
        outcome = await answered(call) or await _import(store, call, BY_PATH[kind], request.state.body)
        return await _response(store, call, outcome)

    router = routes(tag="imports")
    router.add_api_route("/imports/{kind}", take_in, methods=["POST"], openapi_extra={"requestBody": _BODY})
    return router


async def _import(store: FactStore, call: Call, kind: Kind, body: Any) -> Outcome:
    rows = _rows(kind, body)
    facts = _facts(kind, rows)
    streams = [kind.stream_id(getattr(fact, kind.key)) for fact in facts]
    commands = dict(zip(streams, await puts_of(store, kind, facts), strict=True))

    def answering(decisions: Sequence[Decision]) -> Answer:
        return Answer(200, json_bytes({"id": call.new_id, "kind": kind.path, "rows": len(rows), **_counted(decisions)}))

    many = Many(call.new_id, imported, commands, answering)
    try:
        return await ended(call, lambda: execute_many(store, many, request_of(call, many.id)))
    except ManyRejected as refused:
        numbers = dict(zip(streams, (row.number for row in rows), strict=True))
        faults = [
            RowFault(numbers[stream], no.reason, no.sentence, (no.field or "").lstrip("/") or None)
            for stream, no in refused.refusals.items()
        ]
        raise BadRows(faults) from refused


def _counted(decisions: Sequence[Decision]) -> Mapping[str, int]:
    told = [decision for decision in decisions if decision.facts]
    new = sum(decision.stream.version == 0 for decision in told)
    return {"recorded": new, "changed": len(told) - new, "unchanged": len(decisions) - len(told)}


async def _response(store: FactStore, call: Call, outcome: Outcome) -> Response:
    """The answer with the last position in every partition that was written to."""
    told = parse(outcome.body)
    last = await last_positions(store, outcome.position, told["recorded"] + told["changed"])
    service = call.front.service
    headers = {"position": ", ".join(str(Position(service, *place)) for place in sorted(last.items()))} if last else {}
    if outcome.replayed:
        headers["idempotency-replayed"] = "true"
    return Response(outcome.body, outcome.status, headers, "application/json")


def _rows(kind: Kind, body: Any) -> list[Row]:
    """The rows of a body: of JSON, or of CSV, whose cells become what their columns hold."""
    if isinstance(body, str):
        columns = row_of(kind.fact).model_json_schema()["properties"]
        rows = read_csv(body, columns)
        return [Row(row.number, {name: _cell(columns[name], text) for name, text in row.cells.items()}) for row in rows]
    try:
        rows = [Row(number, cells) for number, cells in enumerate(Rows.model_validate(body).rows, 1)]
    except ValidationError as fault:
        raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in fault.errors()]) from fault
    check_count(len(rows))
    return rows


def _facts(kind: Kind, rows: Sequence[Row]) -> list[Fact]:
    """The records of the rows. BadRows names every row that holds none, or whose key another row has."""
    facts, faults, seen = list[Fact](), list[RowFault](), dict[str, int]()
    for row in rows:
        try:
            fact = kind.fact(**dict(row_of(kind.fact).model_validate(row.cells)))
        except ValidationError as fault:
            faults += faults_of(row.number, fault.errors())
            continue
        first = seen.setdefault(getattr(fact, kind.key), row.number)
        if first != row.number:
            faults.append(RowFault(row.number, "duplicate_row", f"row {first} has the same key", kind.key))
        facts.append(fact)
    if faults:
        raise BadRows(faults)
    return facts


@cache
def row_of(fact: type[Fact]) -> type[BaseModel]:
    """The model of a row: the fact's fields, and no other."""
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in fact.model_fields.items()}
    return create_model(f"Import{fact.__name__}", __base__=Body, **fields)


def _cell(schema: Mapping[str, Any], text: str) -> Any:
    """A cell as the value that stands in JSON; what cannot be one stays text, which the model then refuses."""
    kinds = {each.get("type", "object") for each in schema.get("anyOf", [schema])}
    if "boolean" in kinds:
        return {"true": True, "false": False}.get(text, text)
    if not kinds & {"integer", "object", "array"}:
        return text
    try:
        return parse(text.encode())
    except Refused:
        return text


def _check_file_name(disposition: str) -> None:
    """The name of the file that the caller may tell, of which nothing is made. Refused with invalid_filename."""
    _, named, rest = disposition.partition("filename=")
    if named and not _FILE_NAME.fullmatch(rest.partition(";")[0].strip().strip('"')):
        raise Refused(422, "invalid_filename", "A file has a name, not a path.")
