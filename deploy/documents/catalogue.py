"""The catalogue of facts as a page: by publisher, with their fields as they stand in JSON."""

import inspect
import json
from collections.abc import Iterable, Iterator
from itertools import groupby

from pydantic import BaseModel

from deploy.documents.personal import is_personal, models_of
from libs.events.compatibility import Schema
from libs.events.fact import Fact
from libs.events.topics import TOPICS

_HEAD = """# Facts

Written by `python -m deploy.documents` from `libs/events`; do not edit. How to read facts from Kafka stands in
[consuming.md](consuming.md), the JSON Schema of each in `libs/events/schemas`. A *key* has at most 60 characters, a *line*
200, a *text* 4,000; *personal* fields name people or hold free notes. A field that is not always there is left out when
it has no value. Inside a major version only such fields are added.
"""
_FORMATS = {"decimal": "decimal string", "uuid": "id", "date": "date", "date-time": "instant"}
_PATTERNS = {
    "^[A-Z]{3}$": "currency",
    r"^PT(\d+H)?(\d+M)?(\d+S)?$": "open time, as `PT4H`",
    r"^\d\d:\d\d$": "time of day",
}
_TEXTS = {60: "key", 200: "line", 4000: "text"}


def catalogue(facts: Iterable[type[Fact]]) -> str:
    """The page: one section per publisher, one table per fact, and one per record that facts hold lists of."""
    sections = [_HEAD]
    for publisher, group in groupby(facts, lambda fact: fact.publisher):
        own = list(group)
        sections.append(f"## {publisher}\n\nTopic `{TOPICS[publisher]}`.\n")
        sections += [_fact(fact) for fact in own]
        sections += [_section(record.__name__, record) for record in _records(own)]
    return "\n".join(sections)


def _records(facts: Iterable[type[Fact]]) -> list[type[BaseModel]]:
    found = dict.fromkeys(model for fact in facts for model in models_of(fact) if not issubclass(model, Fact))
    return list(found)


def _fact(fact: type[Fact]) -> str:
    return _section(fact.wire() + (" (internal)" if fact.internal else ""), fact)


def _section(title: str, model: type[BaseModel]) -> str:
    return f"### {title}\n\n{_said(model)}\n\n{_table(model)}\n"


def _said(model: type[BaseModel]) -> str:
    """What the model says of itself and, after it, what the models say that its fields come from."""
    above = [base for base in model.__mro__[1:] if issubclass(base, BaseModel) and base.model_fields]
    return "\n\n".join(inspect.cleandoc(base.__doc__ or "") for base in [model, *above])


def _table(model: type[BaseModel]) -> str:
    return "\n".join(["| field | JSON | always there |", "|---|---|---|", *_rows(model)])


def _rows(model: type[BaseModel]) -> Iterator[str]:
    schema = model.model_json_schema()
    for name, field in model.model_fields.items():
        part = schema["properties"][name]
        personal = ", personal" if is_personal(field) else ""
        yield f"| `{name}` | {_written(part)}{personal} | {_there(name, schema)} |"


def _there(name: str, schema: Schema) -> str:
    if name in schema.get("required", ()):
        return "yes"
    default = schema["properties"][name].get("default")
    return "no" if default is None else f"no, then `{json.dumps(default)}`"


def _written(part: Schema) -> str:
    """How the value stands in JSON, in a few words."""
    if alternatives := [each for each in part.get("anyOf", ()) if each != {"type": "null"}]:
        return " or ".join(_written(each) for each in alternatives)
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if part.get("type") == "array":
        return f"list of {_written(part['items'])}"
    if "additionalProperties" in part:
        names = _written(part.get("propertyNames", {"type": "string"}))
        return f"by {names}: {_written(part['additionalProperties'])}"
    if part.get("type") == "object":
        return "money"
    return _scalar(part)


def _scalar(part: Schema) -> str:
    if values := part.get("enum", [part["const"]] if "const" in part else []):
        return " or ".join(f'`"{value}"`' for value in values)
    if "format" in part:
        return _FORMATS[part["format"]]
    if "pattern" in part:
        return _PATTERNS[part["pattern"]]
    if "maxLength" in part:
        return _TEXTS.get(part["maxLength"], f"text of at most {part['maxLength']:,} characters")
    return {"integer": "whole number", "boolean": "`true` or `false`", "string": "text"}[part["type"]]
