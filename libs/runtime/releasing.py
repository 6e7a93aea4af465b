"""Releasing what was parked: a stream's records take effect in order, or an operator discards them and says why."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.runtime.database import Connection, connect, unit_of_work
from libs.runtime.hearing import Effect
from libs.runtime.intake import sift_parked
from libs.runtime.parking import Waiting, release, waiting

_STREAMS = """
select consumer, source, stream_id, count(*), min(sequence), max(sequence), min(parked_at),
    (array_agg(reason order by sequence nulls first, id))[1], min(id)
from store.parked
where (%(consumer)s::text is null or consumer = %(consumer)s) and (%(source)s::text is null or source = %(source)s)
    and (%(stream)s::text is null or stream_id = %(stream)s)
group by consumer, source, stream_id, (sequence is null)
order by consumer, source, min(id)
"""


class NothingParked(LookupError):
    """Nothing of that name waits."""


@dataclass(frozen=True)
class Chosen:
    """A stream that waits, of one consumer of one source."""

    consumer: str
    source: str
    stream_id: str


@dataclass(frozen=True)
class ParkedStream:
    """A stream that waits: how many records, from which sequence to which (None when unreadable), and why."""

    chosen: Chosen
    count: int
    first: int | None
    last: int | None
    parked_at: object
    reason: str
    first_id: int


@dataclass(frozen=True)
class Released:
    """What a retry did: so many took effect, these wait on."""

    applied: int
    waiting: Sequence[tuple[Waiting, str]]


async def parked_streams(
    url: str, consumer: str | None = None, source: str | None = None, stream: str | None = None
) -> list[ParkedStream]:
    """What waits, a line per consumer, source and stream; unreadable records of the same key stand on their own."""
    async with await connect(url) as connection:
        named = {"consumer": consumer, "source": source, "stream": stream}
        found = await (await connection.execute(_STREAMS, named)).fetchall()
    return [ParkedStream(Chosen(*row[:3]), *row[3:]) for row in found]


async def retry(url: str, effect: Effect, chosen: Chosen) -> Released:
    """Lets the parked facts of a stream take effect, in order, up to the first that fails again.

    One transaction: effect, removal, new reasons, and the turn that tells the running consumer. It holds the marks
    of that consumer and source meanwhile, so that no later fact of the stream can pass; a consumer that was faster
    has parked its fact, and it is among those read here. A process that dies inside changes nothing. NothingParked
    when no readable record waits.
    """
    async with await connect(url) as connection, unit_of_work(connection):
        await _hold(connection, chosen)
        found = [one for one in await waiting(connection, *_place(chosen)) if one.sequence is not None]
        if not found:
            raise NothingParked(f"nothing of {chosen.stream_id} that can be retried waits for {chosen.consumer}")
        records = [one.record() for one in found]
        sifted = sift_parked(records, effect.hears)
        again = await effect.apply(connection, sifted.fresh) if sifted.fresh else []
        reasons = {id(parked.record): parked.reason for parked in (*again, *sifted.parked)}
        failed = [
            (one, reasons[id(record)]) for one, record in zip(found, records, strict=True) if id(record) in reasons
        ]
        await _note(connection, failed)
        await release(connection, {one.id for one in found} - {one.id for one, _ in failed})
    effect.committed()
    return Released(len(found) - len(failed), failed)


async def discard(url: str, chosen: Sequence[Waiting], who: str, why: str) -> int:
    """Takes records away for ever, kept in store.discarded with who, when and why; answers how many were there.

    When the last of a stream goes, the consumer takes up the stream's later facts, without those.
    """
    async with await connect(url) as connection, unit_of_work(connection):
        for place in {Chosen(one.consumer, one.source, one.stream_id) for one in chosen}:
            await _hold(connection, place)
        numbers = [one.id for one in chosen]
        found = await connection.execute("select count(*) from store.parked where id = any(%s)", (numbers,))
        (count,) = await found.fetchone() or (0,)
        await connection.execute("select store.discard_parked(%s, %s, %s)", (numbers, who, why))
    return int(count)


async def _hold(connection: Connection, chosen: Chosen) -> None:
    """Holds the marks, before all else as a batch does: the consumer cannot commit one until we end, and then finds
    that the turn has moved."""
    await connection.execute(
        "select from store.heard where consumer = %s and source = %s order by partition for update",
        (chosen.consumer, chosen.source),
    )


async def _note(connection: Connection, failed: Sequence[tuple[Waiting, str]]) -> None:
    await connection.execute(
        "update store.parked p set reason = n.reason from unnest(%s::bigint[], %s::text[]) as n(id, reason) "
        "where p.id = n.id",
        ([one.id for one, _ in failed], [reason for _, reason in failed]),
    )


def _place(chosen: Chosen) -> tuple[str, str, str]:
    return chosen.consumer, chosen.source, chosen.stream_id
