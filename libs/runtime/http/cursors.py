"""Cursors: where a list goes on, opaque to clients and signed, so that only ours are read back."""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from libs.runtime.http.problems import Refused

_DIGEST = 16
LONGEST = 2048


class Cursors:
    """Writes and reads cursors. A cursor is good for one list only, named by `of`: route, sort and filters.

    Without a secret one is made up: cursors then end with the process.
    """

    def __init__(self, secret: bytes = b"") -> None:
        self._secret = secret or secrets.token_bytes(32)

    def write(self, of: str, values: list[Any]) -> str:
        """A cursor that holds JSON values."""
        payload = json.dumps(values, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._digest(of, payload) + payload).decode().rstrip("=")

    def read(self, of: str, cursor: str) -> list[Any]:
        """The values of a cursor of this list. Refused with invalid_cursor (400) for anything that was not written
        for it, in every character."""
        signed = _decoded(cursor)
        digest, payload = signed[:_DIGEST], signed[_DIGEST:]
        if not hmac.compare_digest(digest, self._digest(of, payload)):
            raise _invalid()
        values: list[Any] = json.loads(payload)
        return values

    def _digest(self, of: str, payload: bytes) -> bytes:
        message = hashlib.sha256(of.encode()).digest() + payload
        return hmac.new(self._secret, message, hashlib.sha256).digest()[:_DIGEST]


def _decoded(cursor: str) -> bytes:
    """The bytes of a cursor, which has one spelling only: spare bits of its last character are zero."""
    try:
        plain = cursor.encode("ascii")
        decoded = base64.urlsafe_b64decode(plain + b"=" * (-len(plain) % 4))
    except ValueError as fault:
        raise _invalid() from fault
    if len(plain) > LONGEST or base64.urlsafe_b64encode(decoded).rstrip(b"=") != plain:
        raise _invalid()
    return decoded


def _invalid() -> Refused:
    return Refused(400, "invalid_cursor", "The cursor is not one that this list gave.")
