"""What of a batch is new: repeats are dropped, holes stop the reader, bad facts are set aside with their stream."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import ValidationError

from libs.events.envelope import Envelope
from libs.events.fact import Fact
from libs.runtime.records import Record


class Hole(RuntimeError):
    """A fact before this one is missing: something was lost. The publisher's replay mends it."""

    def __init__(self, message: str, partition: int = 0, offset: int = 0) -> None:
        super().__init__(message)
        self.partition, self.offset = partition, offset


class Mark(NamedTuple):
    """How far a partition was heard: the position, which is the authority, and the next offset to fetch."""

    position: int
    offset: int


class Fresh(NamedTuple):
    """A fact that was not heard before, decoded."""

    record: Record
    envelope: Envelope
    fact: Fact


class Parked(NamedTuple):
    """A record set aside with its bytes, and why."""

    record: Record
    reason: str


@dataclass
class Sifted:
    """A batch, sifted: what is fresh, what is parked, the marks after it, and how many were repeats or passed."""

    marks: dict[int, Mark]
    fresh: list[Fresh] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    repeats: int = 0
    passed: int = 0


def sift(
    records: Iterable[Record], marks: Mapping[int, Mark], parked: set[str], hears: Mapping[str, type[Fact]]
) -> Sifted:
    """Sifts records that stand in order within each partition. Raises Hole; changes none of its arguments.

    `parked` names the streams that already wait behind a bad fact; `hears` maps wire names to classes.
    """
    sifted, waiting = Sifted(dict(marks)), set(parked)
    for record in records:
        _sift_one(record, sifted, waiting, hears)
    return sifted


def _sift_one(record: Record, sifted: Sifted, waiting: set[str], hears: Mapping[str, type[Fact]]) -> None:
    mark = sifted.marks[record.partition]
    envelope = record.envelope
    if envelope is None:
        sifted.marks[record.partition] = Mark(mark.position, record.offset + 1)
        sifted.parked.append(Parked(record, record.fault))
        return
    if record.misplaced:
        sifted.marks[record.partition] = Mark(mark.position, record.offset + 1)
        _park(record, envelope, record.misplaced, sifted, waiting)
        return
    if envelope.position <= mark.position:
        sifted.repeats += 1
        sifted.marks[record.partition] = Mark(mark.position, record.offset + 1)
        return
    if envelope.previous != mark.position:
        raise Hole(
            f"{envelope.publisher}, partition {record.partition}: position {envelope.position} follows "
            f"{envelope.previous}, but {mark.position} was heard last, and what follows that is not there: a fact was "
            f"lost; let the publisher send again: fieldfact replay --service {envelope.publisher}",
            record.partition,
            record.offset,
        )
    sifted.marks[record.partition] = Mark(envelope.position, record.offset + 1)
    reason = _accept(record, envelope, sifted, waiting, hears)
    if reason:
        _park(record, envelope, reason, sifted, waiting)


def sift_parked(records: Iterable[Record], hears: Mapping[str, type[Fact]]) -> Sifted:
    """Sifts records of one stream that were parked, in order: their positions are known, so only the facts count."""
    sifted, waiting = Sifted({}), set[str]()
    for record in records:
        if record.envelope is None:
            sifted.parked.append(Parked(record, record.fault))
            continue
        reason = record.misplaced or _accept(record, record.envelope, sifted, waiting, hears)
        if reason:
            _park(record, record.envelope, reason, sifted, waiting)
    return sifted


def _park(record: Record, envelope: Envelope, reason: str, sifted: Sifted, waiting: set[str]) -> None:
    waiting.add(envelope.stream_id)
    sifted.parked.append(Parked(record, reason))


def _accept(
    record: Record, envelope: Envelope, sifted: Sifted, waiting: set[str], hears: Mapping[str, type[Fact]]
) -> str:
    """Takes the fact in as fresh or passed, or says why it must be parked."""
    if envelope.type not in hears and not _is_other_major(envelope.type, hears):
        sifted.passed += 1
        return ""
    if envelope.stream_id in waiting:
        return "behind a parked fact of its stream"
    if envelope.type not in hears:
        return f"version_ahead: {envelope.type} is not known here"
    try:
        fact = hears[envelope.type].from_bytes(record.value or b"")
    except ValidationError as fault:
        return f"does not decode: {fault.error_count()} errors, first {fault.errors(include_input=False)[0]['type']}"
    sifted.fresh.append(Fresh(record, envelope, fact))
    return ""


def _is_other_major(wire: str, hears: Mapping[str, type[Fact]]) -> bool:
    name = wire.rpartition(".v")[0]
    return any(name == known.rpartition(".v")[0] for known in hears)
