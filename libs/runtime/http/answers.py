"""Answers with our JSON: exact numbers as strings, instants in UTC; and the choice between JSON and CSV."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from libs.kernel.money import Money
from libs.runtime.http.preconditions import Tag


def json_bytes(content: Any) -> bytes:
    """The JSON of plain values, money, dates and models. TypeError for a float: nothing exact is one."""
    return json.dumps(_exact(content), ensure_ascii=False, separators=(",", ":")).encode()


def json_answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(json_bytes(content), status, dict(headers or {}), "application/json")


def stream_answer(stream_id: str, version: int, content: Mapping[str, Any]) -> Response:
    """The answer to a question for one stream, with the ETag that a change of it needs."""
    return json_answer(
        {"id": stream_id, "version": version, **content}, headers={"etag": str(Tag.of(stream_id, version))}
    )


def list_answer(items: Sequence[Any], following: str | None) -> Response:
    """One page of a list; `following` is the cursor of the next. Source: contracts 5."""
    return json_answer({"items": items, "next": following})


def _exact(value: Any) -> Any:  # noqa: C901
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Money():
            return {"amount": value.amount, "currency": value.currency}
        case BaseModel():
            return value.model_dump(mode="json")
        case Mapping():
            return {str(name): _exact(one) for name, one in value.items()}
        case list() | tuple():
            return [_exact(one) for one in value]
        case _:
            raise TypeError(f"{type(value).__name__} has no form in our JSON")


def prefers_csv(accept: str) -> bool:
    """Whether an Accept header puts CSV before JSON. What it does not name gets JSON."""
    weights = dict(_weights(accept))
    everything = weights.get("*/*", 0)
    return weights.get("text/csv", 0) > weights.get("application/json", everything)


def _weights(accept: str) -> list[tuple[str, int]]:
    found = []
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        found.append((kind, _thousandths(quality)))
    return found


def _thousandths(quality: str) -> int:
    whole, _, rest = quality.partition(".")
    digits = whole + rest.ljust(3, "0")[:3]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


async def _wants_csv(request: Request) -> bool:
    return prefers_csv(request.headers.get("accept", ""))


WantsCsv = Annotated[bool, Depends(_wants_csv)]
"""Whether the caller wants CSV."""
