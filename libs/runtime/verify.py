"""A late consumer that proves that it missed nothing: the topic holds the log, byte for byte, and nothing else."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field

from libs.events.envelope import Envelope
from libs.runtime.database import Connection, connect, one_row
from libs.runtime.recorder import StoredFact, facts_at
from libs.runtime.records import Record, envelope_of
from libs.runtime.settings import KafkaSettings
from libs.runtime.topic_reader import read_topic

BATCH = 10_000


class Different(Exception):
    """The first difference between log and topic."""


@dataclass
class Verified:
    """What a late consumer met. `passed` records stood behind a hole that a replay has mended; `unsent` facts are
    stored and were not sent yet."""

    publisher: str
    facts: int = 0
    repeats: int = 0
    passed: int = 0
    unsent: int = 0
    marks: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    _heard: set[int] = field(default_factory=set)
    _holes: dict[int, str] = field(default_factory=dict)

    def hear(self, record: Record, envelope: Envelope) -> None:
        """Takes in a record that is in the log: as new, as a repeat, or passes it behind a hole. Different when a fact
        comes after a later one of its partition, and was not there before."""
        mark = self.marks[record.partition]
        if envelope.position <= mark:
            if envelope.position not in self._heard:
                raise Different(f"{_place(record)}: position {envelope.position} comes after {mark}")
            self.repeats += 1
        elif envelope.previous == mark:
            self.marks[record.partition] = envelope.position
            self._heard.add(envelope.position)
            self._holes.pop(record.partition, None)
            self.facts += 1
        else:
            self.passed += 1
            hole = f"{_place(record)}: position {envelope.position} follows {envelope.previous}, but {mark} came last"
            self._holes.setdefault(record.partition, hole)

    def account(self, position: int, stream_id: str, sequence: int) -> None:
        """Different when this fact, which was sent, never came."""
        if position not in self._heard:
            hole = "".join(f"; {hole}" for hole in self._holes.values())
            raise Different(f"position {position}, {stream_id}:{sequence}, is not on the topic{hole}")


async def verify(url: str, publisher: str, kafka: KafkaSettings) -> Verified:
    """Reads the whole topic and the whole log. Different with the first difference; errors of Kafka and PostgreSQL.

    Every fact up to the relay's checkpoint must be there; services may run meanwhile. Keeps some 100 bytes a fact.
    """
    verified = Verified(publisher)
    async with await connect(url) as connection:
        (sent,) = await one_row(await connection.execute("select position from store.relay"))
        async with aclosing(read_topic(publisher, kafka)) as batches:
            async for records in batches:
                stored = await _stored(connection, records)
                for record in records:
                    verified.hear(record, _compared(record, stored, publisher))
        verified.unsent = await _account(connection, verified, sent)
    return verified


def _compared(record: Record, stored: dict[int, StoredFact], publisher: str) -> Envelope:
    envelope = record.envelope
    if envelope is None or record.misplaced:
        raise Different(f"{_place(record)}: {record.fault or record.misplaced}")
    fact = stored.get(envelope.position)
    if fact is None:
        raise Different(f"{_place(record)}: position {envelope.position}, {envelope.id}, is not in the log")
    if fact.state != record.value:
        raise Different(f"{_place(record)}: position {envelope.position}, {envelope.id}, has another value in the log")
    if dict(envelope_of(fact, publisher, envelope.previous).headers()) != dict(record.headers):
        raise Different(f"{_place(record)}: position {envelope.position}, {envelope.id}, has other headers in the log")
    return envelope


async def _stored(connection: Connection, records: Iterable[Record]) -> dict[int, StoredFact]:
    positions = [record.envelope.position for record in records if record.envelope]
    return {fact.position: fact for fact in await facts_at(connection, positions)}


async def _account(connection: Connection, verified: Verified, sent: int) -> int:
    """Asks for every stored fact that was sent; answers how many were not sent and did not come."""
    after, unsent = 0, 0
    while True:
        cursor = await connection.execute(
            "select notification_id, originator_id, originator_version from store.stored_events "
            "where notification_id > %s order by notification_id limit %s",
            (after, BATCH),
        )
        facts = await cursor.fetchall()
        for position, stream_id, sequence in facts:
            if position <= sent:
                verified.account(position, str(stream_id), sequence)
            unsent += position > sent
        if not facts:
            return unsent
        after = facts[-1][0]


def _place(record: Record) -> str:
    return f"partition {record.partition}, offset {record.offset}"
