"""The promise of a wire name: its schema is frozen, and inside a major version only optional fields are added."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from libs.events.fact import Fact

Schema = dict[str, Any]
What = Literal[
    "field removed",
    "required field added",
    "field no longer optional",
    "field no longer required",
    "type changed",
    "format changed",
    "enum narrowed",
    "enum widened",
    "limit changed",
    "default changed",
]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LIMITS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")


@dataclass(frozen=True)
class Break:
    """What a reader or a stored fact of the same major version would trip over, and where: "lines[].sales.amount"."""

    what: What
    where: str

    def __str__(self) -> str:
        return f"{self.what}: {self.where}"


def frozen(fact: type[Fact]) -> str:
    """The text of the fact's schema file: what a reader may rely on for as long as the wire name lives."""
    schema = fact.model_json_schema()
    named = {"$schema": _DIALECT, "$id": f"urn:fieldfact:{fact.wire()}", "title": fact.wire()}
    return json.dumps(named | _untitled(schema), indent=2, ensure_ascii=False) + "\n"


def breaks(before: Schema, after: Schema) -> list[Break]:
    """How `after` breaks the promise that `before` made; nothing when only optional fields were added."""
    return list(dict.fromkeys(_compared(_Side(before, before), _Side(after, after), "")))


def _untitled(schema: Schema) -> Schema:
    """The schema without the titles that are only the fields' names once more."""
    return {
        name: _untitled(value) if isinstance(value, dict) else value
        for name, value in schema.items()
        if name != "title" or not isinstance(value, str)
    }


@dataclass(frozen=True)
class _Side:
    """A part of a schema, with the whole document in which its references are found."""

    part: Schema
    document: Schema

    def of(self, part: Schema) -> "_Side":
        """Another part of the same document, with its reference followed."""
        reference = part.get("$ref")
        found = self.document["$defs"][reference.rpartition("/")[2]] if reference else part
        return _Side(found, self.document)

    def fields(self) -> dict[str, Schema]:
        found: dict[str, Schema] = self.part.get("properties", {})
        return found

    def required(self) -> set[str]:
        return set(self.part.get("required", ()))

    def plain(self) -> "_Side":
        """Without the null that an optional field may be."""
        meant = [option for option in self.part.get("anyOf", ()) if option != {"type": "null"}]
        return self.of(meant[0]) if len(meant) == 1 else self

    def nullable(self) -> bool:
        return {"type": "null"} in self.part.get("anyOf", ())

    def kind(self) -> Any:
        """The JSON type, or the alternatives of a field that has several."""
        return self.part.get("type", self.part.get("anyOf"))


def _compared(before: _Side, after: _Side, where: str) -> Iterator[Break]:
    if before.nullable() and not after.nullable():
        yield Break("field no longer optional", where)
    if after.nullable() and not before.nullable():
        yield Break("field no longer required", where)
    before, after = before.plain(), after.plain()
    if before.kind() != after.kind():
        yield Break("type changed", where)
        return
    yield from _constraints(before.part, after.part, where)
    yield from _fields(before, after, where)
    if "items" in before.part and "items" in after.part:
        yield from _compared(before.of(before.part["items"]), after.of(after.part["items"]), f"{where}[]")


def _constraints(before: Schema, after: Schema, where: str) -> Iterator[Break]:
    if any(before.get(name) != after.get(name) for name in ("format", "pattern")):
        yield Break("format changed", where)
    if any(before.get(name) != after.get(name) for name in _LIMITS):
        yield Break("limit changed", where)
    values, values_after = _values(before), _values(after)
    if values - values_after or (values_after and not values):
        yield Break("enum narrowed", where)
    elif values_after != values:
        yield Break("enum widened", where)


def _values(part: Schema) -> set[str]:
    listed = part.get("enum", [part["const"]] if "const" in part else [])
    return {json.dumps(value) for value in listed}


def _fields(before: _Side, after: _Side, where: str) -> Iterator[Break]:
    below = f"{where}." if where else ""
    for name, field in before.fields().items():
        if name not in after.fields():
            yield Break("field removed", below + name)
            continue
        if name in after.required() - before.required():
            yield Break("field no longer optional", below + name)
        elif name in before.required() - after.required():
            yield Break("field no longer required", below + name)
        elif field.get("default") != after.fields()[name].get("default"):
            yield Break("default changed", below + name)
        yield from _compared(before.of(field), after.of(after.fields()[name]), below + name)
    for name in sorted((after.required() & set(after.fields())) - set(before.fields())):
        yield Break("required field added", below + name)
