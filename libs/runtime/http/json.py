"""Reading JSON strictly: one meaning for every reader, or none. Source: reliability FA-3 and PY-2."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, NoReturn

from libs.runtime.http.problems import Refused
from libs.runtime.http.validation import pointer_to

DEEPEST = 32
MOST_ITEMS = 1000
LONGEST_INTEGER = 40
"""Characters; a longer one stays text, since making it a number takes time that grows with its square."""

Json = Any


@dataclass(frozen=True)
class InexactNumber:
    """A JSON number with a fraction or an exponent, or an endless integer: no field of ours takes one.

    FastAPI lets pydantic read models from the attributes of any object but those of builtin types: so it says it is one.
    """

    __module__ = "builtins"
    text: str


class _DuplicateKey(ValueError):
    pass


def parse(body: bytes) -> Json:
    """What the body says. Refused with invalid_encoding, invalid_json, duplicate_key or too_deep (400), or
    too_many_items (422)."""
    if body.startswith(b"\xef\xbb\xbf"):
        raise Refused(400, "invalid_encoding", "The body starts with a byte order mark.")
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as fault:
        raise Refused(400, "invalid_encoding", "The body is not UTF-8.") from fault
    except _DuplicateKey as fault:
        raise Refused(400, "duplicate_key", "An object names a key twice.") from fault
    except RecursionError as fault:
        raise Refused(400, "too_deep", f"Objects and arrays stand in each other, {DEEPEST} deep at most.") from fault
    except ValueError as fault:
        raise Refused(400, "invalid_json", "The body is not JSON.") from fault
    _check_shape(value)
    return value


def fingerprint(method: str, path: str, value: Json) -> str:
    """A digest that two requests share when they ask the same: members in any order, blanks and escapes any way.

    The form follows RFC 8785 in spirit; it never leaves this system.
    """
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_inexact)
    return hashlib.sha256(f"{method} {path}\n{canonical}".encode("utf-8", "surrogatepass")).hexdigest()


def _inexact(value: InexactNumber) -> dict[str, str]:
    return {"inexact": value.text}


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateKey
    return members


def _integer(text: str) -> int | InexactNumber:
    return int(text) if len(text) <= LONGEST_INTEGER else InexactNumber(text)


def _constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=InexactNumber, parse_int=_integer, parse_constant=_constant
)


def _check_shape(value: Json) -> None:
    """Goes down level by level, so that no depth can exhaust the stack."""
    level: list[tuple[tuple[str | int, ...], Json]] = [((), value)] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        if not level:
            return
        for place, one in level:
            if isinstance(one, list) and len(one) > MOST_ITEMS:
                detail = f"An array holds at most {MOST_ITEMS} items."
                raise Refused(422, "too_many_items", detail, pointer=pointer_to(place))
        level = [((*place, step), inner) for place, one in level for step, inner in _containers(one)]
    if level:
        raise Refused(400, "too_deep", f"Objects and arrays stand in each other, {DEEPEST} deep at most.")


def _containers(value: Json) -> list[tuple[str | int, Json]]:
    members = value.items() if isinstance(value, dict) else enumerate(value)
    return [(step, inner) for step, inner in members if isinstance(inner, dict | list)]
