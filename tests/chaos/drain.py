"""Waiting, for a bounded time, until everybody is at the end: all is sent, all is heard, and nothing is due."""

import asyncio
import time
from collections.abc import Collection, Mapping
from typing import LiteralString

import psycopg
from aiokafka.partitioner import murmur2

from libs.events.topics import TOPICS
from tests.chaos.clients import elapse
from tests.chaos.evidence import PARTITIONS, read_topic
from tests.chaos.system import NAMES, System

LOOK_SECONDS = 0.4
_STREAMS = "select originator_id::text, max(notification_id) from store.stored_events group by 1"
_DUE: Mapping[str, LiteralString] = {
    "order": """
        select count(*) from read.sla_timer t where t.known_to > now() and (t.next_at is not null or (t.open and
            t.calendar_version < (select max(c.number) from read.calendar c where c.key = t.calendar)))
    """,
    "subscription_billing": """
        select (select count(*) from read.run_list where known_to > now() and state = 'running')
            + (select count(*) from read.cancellation c where c.known_to > now() and not c.credited and not exists (
                select from read.fee_list f join read.fee_share s using (stream_id) where f.known_to > now()
                and s.known_to > now() and f.subscription = c.stream_id::text
                and s.standing in ('on_proposal', 'selected_for_credit', 'on_credit_proposal')))
    """,
}
"""What timers have to do; a cancellation waits while a fee is invoiced or given back. Also what becomes due soon: budgets
are of seconds, and what is told while evidence is read would look like a fault."""
_HEARD = "select consumer, source, partition, position from store.heard"
_SET_ASIDE = """
    select h.source, array(select p.value from store.parked p
        where (p.consumer, p.source) = (h.consumer, h.source) and p.sequence is null)
    from (select distinct consumer, source from store.heard where partition >= 0) h where h.source = any(%s)
"""


async def drained(system: System, within: float) -> float | None:
    """Seconds until everybody was at the end, or None when somebody was not in time."""
    began = time.monotonic()
    while time.monotonic() - began < within:
        if await asyncio.to_thread(_at_the_end, system):
            return time.monotonic() - began
        await elapse(LOOK_SECONDS)
    return None


async def set_aside(system: System, publishers: Collection[str], within: float) -> None:
    """Returns when everybody who hears these publishers has set aside what is no fact on their topics, or after so many
    seconds: no position tells of it, so that somebody may be at the end and not have come to it."""
    bootstrap, prefix = system.stage.bootstrap, system.topic_prefix
    records = {publisher: await read_topic(bootstrap, f"{prefix}{TOPICS[publisher]}") for publisher in publishers}
    junk = {publisher: {one.value for one in found if not one.head} for publisher, found in records.items()}
    began = time.monotonic()
    while time.monotonic() - began < within:
        if await asyncio.to_thread(_is_set_aside, system, junk):
            return
        await elapse(LOOK_SECONDS)


def _is_set_aside(system: System, junk: Mapping[str, set[bytes]]) -> bool:
    for service in NAMES:
        with psycopg.connect(system.database(service)) as connection:
            for source, values in connection.execute(_SET_ASIDE, (list(junk),)):
                if not junk[source] <= {bytes(value) for value in values}:
                    return False
    return True


def _at_the_end(system: System) -> bool:
    """Whether marks that were read first equal tips that were read after them: then nothing was under way between."""
    try:
        marks = {service: _marks(system.database(service)) for service in NAMES}
        due = [_due(system.database(service), question) for service, question in _DUE.items()]
        tips = {service: _tips(system.database(service)) for service in NAMES}
    except psycopg.Error:
        return False
    relayed = all(marks[service][0] == tips[service].get(-1, 0) for service in NAMES if service in TOPICS)
    return (
        relayed
        and not any(due)
        and all(
            position == tips.get(source, {}).get(partition, 0)
            for _, heard in marks.values()
            for (_, source, partition), position in heard.items()
        )
    )


def _marks(database: str) -> tuple[int, dict[tuple[str, str, int], int]]:
    with psycopg.connect(database) as connection:
        heard = {(row[0], row[1], row[2]): row[3] for row in connection.execute(_HEARD)}
        relay = connection.execute("select position from store.relay").fetchone()
        return relay[0] if relay else 0, heard


def _due(database: str, question: LiteralString) -> int:
    with psycopg.connect(database) as connection:
        (count,) = connection.execute(question).fetchone() or (0,)
        return int(count)


def _tips(database: str) -> dict[int, int]:
    tips: dict[int, int] = {}
    with psycopg.connect(database) as connection:
        for stream, position in connection.execute(_STREAMS):
            for partition in ((murmur2(stream.encode()) & 0x7FFFFFFF) % PARTITIONS, -1):
                tips[partition] = max(tips.get(partition, 0), position)
    return tips
