"""The envelope of a fact on Kafka: CloudEvents 1.0 in binary mode, everything in headers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from libs.kernel.ids import canonical_id

CONTENT_TYPE = "application/json"

TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
"""What a trace context looks like; anything else in its place is no reason to refuse a fact. Source: W3C."""

_WIRE = re.compile(r"[a-z_]+\.[A-Za-z0-9]+\.v[1-9][0-9]*", re.ASCII)
_LARGEST = 2**63 - 1


LONGEST_FAULT = 300
"""Characters of what is said of a record: its headers may be as long as a record."""


class NotOurs(ValueError):
    """A record whose headers are not those of a fact, or do not fit where it was found. The sentence begins with a
    code: poison_headers, poison_key_mismatch or producer_unknown."""


@dataclass(frozen=True)
class Envelope:
    """What travels beside a fact. Source: contracts 2.

    `sequence` is the version in the stream, from 1 without a hole; `position` the place in the publisher's log;
    `previous` the position before it in the same partition, 0 for the first. `recorded_at` never decreases along
    positions; `occurred_at` may.
    """

    type: str
    publisher: str
    stream_id: str
    sequence: int
    position: int
    previous: int
    occurred_at: datetime
    recorded_at: datetime
    correlation_id: str
    causation_id: str
    actor: str
    traceparent: str = ""

    @property
    def id(self) -> str:
        """The id of the fact: <stream id>:<sequence>."""
        return f"{self.stream_id}:{self.sequence}"

    def headers(self) -> list[tuple[str, bytes]]:
        """The record's headers."""
        return [
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_source", f"/fieldfact/{self.publisher}".encode()),
            ("ce_type", self.type.encode()),
            ("ce_subject", self.stream_id.encode()),
            ("ce_time", _written(self.occurred_at)),
            ("ce_dataschema", f"urn:fieldfact:{self.type}".encode()),
            ("content-type", CONTENT_TYPE.encode()),
            ("ce_recordedat", _written(self.recorded_at)),
            ("ce_sequence", b"%d" % self.sequence),
            ("ce_position", b"%d" % self.position),
            ("ce_previous", b"%d" % self.previous),
            ("ce_correlationid", self.correlation_id.encode()),
            ("ce_causationid", self.causation_id.encode()),
            ("ce_actor", self.actor.encode()),
            *([("traceparent", self.traceparent.encode())] if self.traceparent else []),
        ]

    @classmethod
    def read(cls, headers: Iterable[tuple[str, bytes | None]], publisher: str, key: bytes | None) -> "Envelope":
        """The envelope of a record found on `publisher`'s topic; NotOurs says what does not fit."""
        try:
            texts = {name: value.decode() for name, value in headers if value is not None}
            envelope = cls(
                type=texts["ce_type"],
                publisher=texts["ce_source"].removeprefix("/fieldfact/"),
                stream_id=texts["ce_subject"],
                sequence=int(texts["ce_sequence"]),
                position=int(texts["ce_position"]),
                previous=int(texts["ce_previous"]),
                occurred_at=_read(texts["ce_time"]),
                recorded_at=_read(texts["ce_recordedat"]),
                correlation_id=texts.get("ce_correlationid", ""),
                causation_id=texts.get("ce_causationid", ""),
                actor=texts.get("ce_actor", ""),
                traceparent=_trace(texts.get("traceparent", "")),
            )
        except (KeyError, ValueError, OverflowError) as fault:
            raise NotOurs(f"poison_headers: the headers are not those of a fact: {fault!r}"[:LONGEST_FAULT]) from fault
        envelope._check(texts, publisher, key)
        return envelope

    def _check(self, texts: dict[str, str], publisher: str, key: bytes | None) -> None:
        if texts.get("ce_specversion") != "1.0" or texts.get("ce_id") != self.id:
            raise NotOurs("poison_headers: ce_specversion or ce_id does not fit")
        if texts["ce_source"] != f"/fieldfact/{publisher}" or not self.type.startswith(f"{publisher}."):
            raise NotOurs(f"producer_unknown: {texts['ce_source']} does not publish here"[:LONGEST_FAULT])
        if key != self.stream_id.encode():
            raise NotOurs("poison_key_mismatch: the key is not the stream's id")
        if not (1 <= self.sequence <= _LARGEST and 0 <= self.previous < self.position <= _LARGEST):
            raise NotOurs("poison_headers: sequence, position and previous do not fit each other")
        if not _WIRE.fullmatch(self.type) or "\0" in "".join(texts.values()):
            raise NotOurs("poison_headers: ce_type is no wire name, or a header holds a NUL")
        try:
            canonical = canonical_id(self.stream_id)
        except ValueError as fault:
            raise NotOurs("poison_headers: ce_subject is no stream id") from fault
        if canonical != self.stream_id:
            raise NotOurs("poison_headers: ce_subject is not in lower case")


def _trace(text: str) -> str:
    return text if TRACEPARENT.fullmatch(text) else ""


def _written(instant: datetime) -> bytes:
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z").encode()


def _read(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without an offset")
    return instant.astimezone(UTC)
