"""Inside a major version only optional fields are added: every other change is a break, and is named."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel, create_model

from libs.events.compatibility import Schema, breaks
from libs.events.fact import Fact
from libs.events.types import Amount, Count, CurrencyCode, Day, Flag, Instant, Key, Name, Note

Fields = dict[str, Any]
GONE = None

LINE: Fields = {"line": (Count, ...), "text": (Note | None, None)}
FIELDS: Fields = {
    "number": (Name, ...),
    "on": (Day, ...),
    "kind": (Literal["a", "b"], ...),
    "customer": (Key | None, None),
    "active": (Flag, True),
    "total": (Amount, ...),
    "currency": (CurrencyCode, ...),
}


def model(name: str, base: type[BaseModel], fields: Fields) -> type[BaseModel]:
    kept = {field: definition for field, definition in fields.items() if definition is not GONE}
    made: type[BaseModel] = create_model(name, __base__=base, **kept)
    return made


def schema(changes: Fields | None = None, line: Fields | None = None) -> Schema:
    """The schema of a fact with these fields changed, added or gone, and the same for the lines it holds."""
    row = model("Line", BaseModel, LINE | (line or {}))
    return model("Ordered", Fact, FIELDS | {"lines": (tuple[row, ...], ...)} | (changes or {})).model_json_schema()  # type: ignore[valid-type]


def said(after: Schema) -> list[str]:
    return [str(each) for each in breaks(schema(), after)]


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"number": GONE}, ["field removed: number"]),
        ({"customer": GONE}, ["field removed: customer"]),
        ({"colour": (Key, ...)}, ["required field added: colour"]),
        ({"customer": (Key, ...)}, ["field no longer optional: customer"]),
        ({"active": (Flag, ...)}, ["field no longer optional: active"]),
        ({"number": (Name | None, None)}, ["field no longer required: number"]),
        ({"number": (Name, "none")}, ["field no longer required: number"]),
        ({"active": (Flag, False)}, ["default changed: active"]),
        ({"active": (Count, True)}, ["type changed: active"]),
        ({"total": (Name, ...)}, ["type changed: total"]),
        ({"on": (Name, ...)}, ["format changed: on", "limit changed: on"]),
        ({"on": (Instant, ...)}, ["format changed: on"]),
        ({"currency": (Name, ...)}, ["format changed: currency", "limit changed: currency"]),
        ({"number": (Key, ...)}, ["limit changed: number"]),
        ({"customer": (Name | None, None)}, ["limit changed: customer"]),
        ({"kind": (Literal["a"], ...)}, ["enum narrowed: kind"]),
        ({"kind": (Literal["a", "c"], ...)}, ["enum narrowed: kind"]),
        ({"kind": (Literal["a", "b", "c"], ...)}, ["enum widened: kind"]),
        ({"number": (Literal["a"], ...)}, ["limit changed: number", "enum narrowed: number"]),
        ({"lines": (tuple[Count, ...], ...)}, ["type changed: lines[]"]),
        ({"lines": (Count, ...)}, ["type changed: lines"]),
    ],
)
def test_a_break_is_named(changes: Fields, broken: list[str]) -> None:
    assert said(schema(changes)) == broken


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"line": GONE}, ["field removed: lines[].line"]),
        ({"amount": (Amount, ...)}, ["required field added: lines[].amount"]),
        ({"text": (Note, ...)}, ["field no longer optional: lines[].text"]),
        ({"line": (Key, ...)}, ["type changed: lines[].line"]),
    ],
)
def test_a_break_inside_a_list_is_named_with_its_path(changes: Fields, broken: list[str]) -> None:
    assert said(schema(line=changes)) == broken


def test_every_break_of_a_change_is_named() -> None:
    after = schema({"number": GONE, "on": (Instant, ...), "colour": (Key, ...)}, line={"line": GONE})
    assert said(after) == [
        "field removed: number",
        "format changed: on",
        "field removed: lines[].line",
        "required field added: colour",
    ]


@pytest.mark.parametrize("added", [(Key | None, None), (Flag, False), (tuple[Key, ...], ())])
def test_an_optional_field_may_be_added(added: Any) -> None:
    assert said(schema({"colour": added})) == []
    assert said(schema(line={"colour": added})) == []


def test_words_and_the_order_of_fields_promise_nothing() -> None:
    reordered = schema({"number": GONE}) | {"description": "Other words."}
    reordered["properties"] = dict(reversed(schema()["properties"].items()))
    reordered["required"] = sorted(schema()["required"])
    assert said(reordered) == []
