"""Facts as they arrive: from Kafka, or from the service's own log."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from aiokafka import ConsumerRecord

from libs.events.envelope import Envelope, NotOurs
from libs.events.topics import partition_of
from libs.kernel.view import Heard
from libs.runtime.recorder import StoredFact

_partition_of = lru_cache(2**16)(partition_of)

OWN_LOG = -1
"""Stands for a partition where a service reads its own log, which has none."""


@dataclass(frozen=True)
class Record:
    """One arrival. `envelope` is None when the headers are not those of a fact; `fault` then says why."""

    partition: int
    offset: int
    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None
    envelope: Envelope | None
    fault: str = ""

    @property
    def misplaced(self) -> str:
        """Why a fact of another service may not stand in this partition; empty when it may. Source: contracts 2."""
        if self.envelope is None or self.partition == OWN_LOG:
            return ""
        wanted = _partition_of(self.envelope.stream_id)
        return "" if wanted == self.partition else f"stands in partition {self.partition}, belongs in {wanted}"


def from_kafka(record: "ConsumerRecord[bytes, bytes]", publisher: str) -> Record:
    """A record of a publisher's topic, its bytes untouched."""
    envelope, fault = None, ""
    try:
        envelope = Envelope.read(record.headers, publisher, record.key)
    except NotOurs as misfit:
        fault = str(misfit)
    return Record(record.partition, record.offset, record.key, record.headers, record.value, envelope, fault)


def from_log(fact: StoredFact, publisher: str, previous: int | None = None) -> Record:
    """A fact of the service's own log; its offset is its position, and the log itself is the chain: `previous` is the
    position read before it, by default the one below."""
    envelope = envelope_of(fact, publisher, fact.position - 1 if previous is None else previous)
    return Record(OWN_LOG, fact.position, envelope.stream_id.encode(), envelope.headers(), fact.state, envelope)


def envelope_of(fact: StoredFact, publisher: str, previous: int) -> Envelope:
    """The envelope of a stored fact that follows position `previous`."""
    return Envelope(
        type=fact.topic,
        publisher=publisher,
        stream_id=str(fact.originator_id),
        sequence=fact.originator_version,
        position=fact.position,
        previous=previous,
        occurred_at=fact.occurred_at,
        recorded_at=fact.recorded_at,
        correlation_id=fact.meta["correlation_id"],
        causation_id=fact.meta["causation_id"],
        actor=fact.meta["actor"],
        traceparent=fact.meta.get("traceparent", ""),
    )


def heard(envelope: Envelope) -> Heard:
    """What a view or policy may know of a fact beside its content."""
    return Heard(envelope.stream_id, envelope.sequence, envelope.occurred_at, envelope.recorded_at)
