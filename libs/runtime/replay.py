"""Sending again: the relay is set back to a position, each record chained as it was."""

import json

from libs.events.topics import PARTITIONS, partition_of
from libs.runtime.database import Connection, connect, one_row

BATCH = 5000


class NotSent(ValueError):
    """The relay has not come so far: there is nothing to send again."""


async def replay(url: str, first: int = 1, partition: int | None = None) -> int:
    """Lets the relay send again from position `first` on, in one partition or in all; answers the last position that
    had been sent.

    A running relay is deposed by it and goes on from there; one that is started later begins there. Consumers drop
    what they know. NotSent when the relay was not there yet. A process that dies inside changes nothing.
    """
    async with await connect(url) as connection:
        chain = await _chain_before(connection, first)
        chosen = chain if partition is None else {partition: chain[partition]}
        cursor = await connection.execute("select position from store.relay")
        (sent,) = await one_row(cursor)
        cursor = await connection.execute("select store.replay_relay(%s, %s)", (first - 1, json.dumps(chosen)))
        (moved,) = await one_row(cursor)
    if not moved:
        raise NotSent(f"position {first} was not sent yet: the relay stands at {sent}")
    return int(sent)


async def _chain_before(connection: Connection, first: int) -> dict[int, int]:
    """By partition the last position before `first`, 0 where there is none: read backwards until all are found."""
    found: dict[int, int] = {}
    below = first
    while len(found) < PARTITIONS:
        cursor = await connection.execute(
            "select notification_id, originator_id from store.stored_events where notification_id < %s "
            "order by notification_id desc limit %s",
            (below, BATCH),
        )
        facts = await cursor.fetchall()
        if not facts:
            break
        for position, stream_id in facts:
            found.setdefault(partition_of(str(stream_id)), position)
        below = facts[-1][0]
    return {partition: found.get(partition, 0) for partition in range(PARTITIONS)}
