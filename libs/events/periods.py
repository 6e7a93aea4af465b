"""Spans of local days in JSON: {"from": "2026-01-01", "to": "2026-01-31"}, both days included."""

from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, TypeAdapter, ValidationError, WithJsonSchema

from libs.events.types import Day, refuse
from libs.kernel.period import Period
from libs.rules.billing.days import Span

_DAY: TypeAdapter[Any] = TypeAdapter(Day)
_WRITTEN = '{"from": "2026-01-01", "to": "2026-01-31"}'


def _days(value: Any) -> Span:
    if isinstance(value, Period):
        value = {"from": value.first, "to": value.last}
    if not isinstance(value, dict):
        raise refuse("invalid_value", f"a period is {_WRITTEN}")
    if unknown := set(value) - {"from", "to"}:
        raise refuse("unknown_field", f"a period has no {min(unknown)}")
    for name in ("from", "to"):
        if name not in value:
            raise refuse("missing", f"a period names its {name}")
    first, last = _day(value["from"]), _day(value["to"])
    if last < first:
        raise refuse("period_reversed", f"{last} is before {first}")
    return Span.of(first, last)


def _day(value: Any) -> Any:
    try:
        return _DAY.validate_python(value)
    except ValidationError as fault:
        raise refuse("invalid_date", fault.errors()[0]["msg"]) from None


def _written(value: Span) -> dict[str, str]:
    return {"from": value.first.isoformat(), "to": value.last.isoformat()}


Days = Annotated[
    Span,
    PlainValidator(_days),
    PlainSerializer(_written),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {"from": {"type": "string", "format": "date"}, "to": {"type": "string", "format": "date"}},
            "required": ["from", "to"],
        }
    ),
]
"""From a first to a last day, both included; `from` = `to` is one day. Inside half-open, and never open-ended. Source:
contracts 3."""
