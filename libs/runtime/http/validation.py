"""What pydantic found, in the words of our contract: a code and the place, never the value."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic_core.core_schema import ErrorType

MOST = 50
"""So many broken fields are named; a body with more is beyond mending by hand."""

_HARMLESS = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)
_PYDANTIC = frozenset(get_args(ErrorType))
"""What pydantic calls its own errors; some of our codes have the same name and are told apart by their sentence."""

_CODES: Mapping[str, str] = {
    "extra_forbidden": "unknown_field",
    "missing": "missing",
    "too_long": "too_many_items",
    "too_short": "too_few_items",
    "string_too_long": "too_long",
    "string_too_short": "blank",
    "string_unicode": "invalid_unicode",
}
_FAMILIES: Sequence[tuple[tuple[str, ...], str]] = (
    (("int_", "float_", "decimal_", "greater_than", "less_than", "multiple_of", "finite_number"), "invalid_number"),
    (("model_", "dict_", "list_", "tuple_", "set_", "dataclass_", "mapping_", "iterable_"), "wrong_type"),
    (("datetime_", "timezone_"), "invalid_instant"),
    (("date_",), "invalid_date"),
    (("uuid_",), "invalid_id"),
)
_SENTENCES: Mapping[str, str] = {
    "unknown_field": "there is no such field",
    "unknown_parameter": "there is no such parameter",
    "missing": "it is required",
    "too_many_items": "these are too many",
    "too_few_items": "these are too few",
    "too_long": "it is too long",
    "blank": "it is not to be blank",
    "invalid_unicode": "a lone surrogate is no character",
    "invalid_number": "it is not a number of the kind that stands here",
    "wrong_type": "another kind of value is expected",
    "invalid_instant": "it is not an instant",
    "invalid_date": "it is not a date",
    "invalid_id": "it is not an id",
    "invalid_value": "it is not one of the values that stand here",
}


@dataclass(frozen=True)
class Broken:
    """One field that cannot be accepted: by JSON pointer in the body, or by name in path, query or header."""

    error_code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None

    def document(self) -> dict[str, str]:
        """The item of `errors`."""
        place = {"pointer": self.pointer} if self.pointer is not None else {"parameter": self.parameter or ""}
        return {**place, "error_code": self.error_code, "detail": self.detail}


def broken_fields(errors: Iterable[Mapping[str, Any]]) -> list[Broken]:
    """The errors of a validation, the first ones first; at least one."""
    return [_broken(error) for error, _ in zip(errors, range(MOST), strict=False)]


def pointer_to(place: Iterable[str | int]) -> str:
    """A JSON pointer; it ends before a name that is not harmless, since such a name came from outside."""
    pointer = ""
    for step in place:
        if not _HARMLESS.fullmatch(str(step)):
            break
        pointer += f"/{step}"
    return pointer


def _broken(error: Mapping[str, Any]) -> Broken:
    room, *place = error["loc"] or ("body",)
    code = _code(error)
    if room == "body" and not place and code == "missing":
        code = "wrong_type"  # a body of null: one that is not there at all was refused before
    if room != "body":
        code = "unknown_parameter" if code == "unknown_field" else code
        return Broken(code, _sentence(error, code), parameter=pointer_to(place).removeprefix("/"))
    return Broken(code, _sentence(error, code), pointer=pointer_to(place))


def _code(error: Mapping[str, Any]) -> str:
    """Our code for an error of pydantic; an error of our own types carries its code and its sentence."""
    kind = error["type"]
    if kind not in _PYDANTIC or "sentence" in error.get("ctx", {}):
        return str(kind)
    if kind in _CODES:
        return _CODES[kind]
    return next((code for starts, code in _FAMILIES if kind.startswith(starts)), "invalid_value")


def _sentence(error: Mapping[str, Any], code: str) -> str:
    plain = _SENTENCES.get(code, _SENTENCES["invalid_value"])
    return str(error.get("ctx", {}).get("sentence", plain))
