"""Ids that are the same whoever computes them: version 5 UUIDs of natural keys, in the URL namespace."""

import re
from uuid import NAMESPACE_URL, UUID, uuid5

_CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_NOBODY = ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff")


def natural_id(kind: str, *parts: str | int) -> str:
    """The stream id of a thing with a natural key: natural_id("posting", order_id, 2). Source: contracts 4."""
    return str(uuid5(NAMESPACE_URL, f"urn:fieldfact:{kind}:{'|'.join(str(part) for part in parts)}"))


def requested_id(caller: str, idempotency_key: str) -> str:
    """The stream id of a thing without a natural key: the caller's own key names it. Source: contracts 4."""
    return natural_id("request", caller, idempotency_key)


def canonical_id(text: str) -> str:
    """A UUID in its one spelling, lower case with dashes; ValueError for any other spelling, nil and max."""
    if _CANONICAL.fullmatch(text) and text not in _NOBODY:
        return text
    value = UUID(text)
    if str(value) != text.lower() or value.int in (0, 2**128 - 1):
        raise ValueError("not a canonical UUID")
    return str(value)
