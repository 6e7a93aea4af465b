"""What a request says of itself: the version that it saw, and the key by which it is known. Source: contracts 5."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from libs.runtime.http.problems import Refused

_TAG = re.compile(r'"(0|[1-9]\d{0,18})-([0-9a-f]{8})"', re.ASCII)
_KEY = re.compile(r"[!-~]([ -~]{0,253}[!-~])?", re.ASCII)
_LARGEST = 2**63 - 1

NO_VERSION = -1
"""A version that no stream has: what a tag of another stream expects."""


@dataclass(frozen=True)
class Tag:
    """An entity tag: the version, and the first eight characters of the stream's id."""

    version: int
    stream: str

    @classmethod
    def of(cls, stream_id: str, version: int) -> "Tag":
        """The tag of a stream at a version."""
        return cls(version, stream_id[:8])

    def __str__(self) -> str:
        return f'"{self.version}-{self.stream}"'

    def version_of(self, stream_id: str) -> int:
        """The version that this tag expects of the stream: NO_VERSION when it is the tag of another one."""
        return self.version if stream_id.startswith(self.stream) else NO_VERSION


@dataclass(frozen=True)
class Precondition:
    """What must hold of the stream: the version of a tag, or that it does not exist."""

    tag: Tag | None = None
    absent: bool = False


def precondition(if_match: Sequence[str], if_none_match: Sequence[str], *, required: bool) -> Precondition:
    """The precondition of a command. Refused with if_match_required (428) or invalid_etag (400)."""
    absent = _absent(if_none_match)
    if absent and if_match:
        raise Refused(400, "invalid_etag", "If-Match and If-None-Match exclude each other.")
    if not absent and not if_match and required:
        raise Refused(428, "if_match_required", "If-Match names the version that is to be changed.")
    return Precondition(_tag(if_match) if if_match else None, absent)


def _tag(values: Sequence[str]) -> Tag:
    if len(values) == 1 and values[0].strip() == "*":
        raise Refused(428, "if_match_required", "If-Match names one version; * would switch the check off.")
    found = _TAG.fullmatch(values[0].strip()) if len(values) == 1 else None
    if found is None or int(found[1]) > _LARGEST:
        raise Refused(400, "invalid_etag", "If-Match holds one tag, as an ETag header gave it.")
    return Tag(int(found[1]), found[2])


def _absent(values: Sequence[str]) -> bool:
    if not values:
        return False
    if [value.strip() for value in values] != ["*"]:
        raise Refused(400, "invalid_etag", "If-None-Match of a command is *.")
    return True


def idempotency_key(values: Sequence[str], *, required: bool) -> str | None:
    """The key by which a command is known when it comes again: 1 to 255 printable ASCII characters, no blank at an
    end. Refused with idempotency_key_required or invalid_idempotency_key (400)."""
    if not values:
        if required:
            raise Refused(400, "idempotency_key_required", "A POST carries an Idempotency-Key.")
        return None
    if len(values) > 1 or not _KEY.fullmatch(values[0]):
        raise Refused(400, "invalid_idempotency_key", "An Idempotency-Key is 1 to 255 printable ASCII characters.")
    return values[0]
