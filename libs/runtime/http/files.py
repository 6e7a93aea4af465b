"""Files of rows that come in, as CSV or JSON: all of it is taken in, or nothing and a list of what is wrong with which row."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from libs.runtime.http.bodies import Body
from libs.runtime.http.incoming import Call
from libs.runtime.http.json import parse
from libs.runtime.http.positions import Position
from libs.runtime.http.problems import Refused
from libs.runtime.http.table import BadRows, Row, RowFault, check_count, faults_of, read_csv
from libs.runtime.many import ManyRejected, last_positions
from libs.runtime.store import FactStore
from libs.runtime.streams import Outcome

Model = TypeVar("Model", bound=BaseModel)

_FILE_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]{1,200}")
_ROWS = {"type": "array", "items": {"type": "object"}, "maxItems": 1000}
FILE_BODY = {
    "required": True,
    "content": {
        "text/csv": {"schema": {"type": "string", "description": "A header of field names, then a row per record."}},
        "application/json": {"schema": {"type": "object", "required": ["rows"], "properties": {"rows": _ROWS}}},
    },
}
"""The request body of a route that takes a file, for its OpenAPI document."""


class Rows(Body):
    """Rows in JSON."""

    rows: list[dict[str, Any]]


def rows_of(request: Request, model: type[BaseModel]) -> list[Row]:
    """The rows of a body: of JSON, or of CSV, whose cells become what the model's columns hold. Refused with
    invalid_filename when the file has a path for a name."""
    _check_file_name(request.headers.get("content-disposition", ""))
    body = request.state.body
    if isinstance(body, str):
        columns = model.model_json_schema()["properties"]
        rows = read_csv(body, columns)
        return [Row(row.number, {name: _cell(columns[name], text) for name, text in row.cells.items()}) for row in rows]
    try:
        rows = [Row(number, cells) for number, cells in enumerate(Rows.model_validate(body).rows, 1)]
    except ValidationError as fault:
        raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in fault.errors()]) from fault
    check_count(len(rows))
    return rows


def records_of(rows: Sequence[Row], model: type[Model], key: str) -> list[Model]:
    """The records of the rows, in their order. BadRows names every row that holds none, or whose key another row has; a
    record without a key meets no other."""
    records, faults, seen = list[Model](), list[RowFault](), dict[str, int]()
    for row in rows:
        try:
            record = model.model_validate(row.cells)
        except ValidationError as fault:
            faults += faults_of(row.number, fault.errors())
            continue
        value = getattr(record, key)
        if value is not None and seen.setdefault(value, row.number) != row.number:
            faults.append(RowFault(row.number, "duplicate_row", f"row {seen[value]} has the same key", key))
        records.append(record)
    if faults:
        raise BadRows(faults)
    return records


def bad_rows(refused: ManyRejected, numbers: Mapping[str, int]) -> BadRows:
    """The refusals as faults of the rows, whose numbers are given by stream."""
    return BadRows(
        [
            RowFault(numbers[stream], no.reason, no.sentence, (no.field or "").lstrip("/") or None)
            for stream, no in refused.refusals.items()
        ]
    )


async def many_response(store: FactStore, call: Call, outcome: Outcome, facts: int) -> Response:
    """The answer of one append to many streams, with the last position in every partition that was written to."""
    last = await last_positions(store, outcome.position, facts)
    service = call.front.service
    headers = {"position": ", ".join(str(Position(service, *place)) for place in sorted(last.items()))} if last else {}
    if outcome.replayed:
        headers["idempotency-replayed"] = "true"
    return Response(outcome.body, outcome.status, headers, "application/json")


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
