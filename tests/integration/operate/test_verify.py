"""A late consumer proves that the topic holds the log, and names the first difference of every kind."""

import json

import psycopg
import pytest

from libs.events.topics import partition_of
from libs.runtime.kafka import producer, topic_of
from libs.runtime.records import envelope_of
from libs.runtime.replay import replay
from libs.runtime.roles import keep
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from libs.runtime.verify import Different, Verified, verify
from tests.support.eventually import eventually
from tests.support.listening import asked, relay, running, url_of
from tests.support.runtime import created, order_id, revised, say


async def told(store: FactStore, kafka: KafkaSettings, again: int = 0) -> None:
    """Twenty orders of two facts, all sent, and those from position `again` on sent twice."""
    for name in range(20):
        await say(store, name, created(str(name)), revised())
    async with running(lambda: keep("relay", relay(store, url_of(store), kafka).run, set())):
        await eventually(lambda: _stands_at(store, 40), within=20)
        if again:
            await replay(url_of(store), again)
            await eventually(lambda: _stands_at(store, 40), within=20)


async def _stands_at(store: FactStore, position: int) -> bool:
    return await asked(url_of(store), "select position from store.relay") == [(position,)]


async def checked(store: FactStore, kafka: KafkaSettings) -> Verified:
    return await verify(url_of(store), "order", kafka)


async def send(
    kafka: KafkaSettings, partition: int, key: bytes, value: bytes, headers: list[tuple[str, bytes]]
) -> None:
    sender = producer(kafka)
    await sender.start()
    await sender.send_and_wait(topic_of("order", kafka), value, key=key, partition=partition, headers=headers)
    await sender.stop()


async def test_all_of_the_log_is_on_the_topic_repeats_are_counted_and_what_waits_is_told(
    store: FactStore, kafka: KafkaSettings
) -> None:
    await told(store, kafka, again=31)
    await say(store, 1, revised())
    found = await checked(store, kafka)
    assert (found.facts, found.repeats, found.passed, found.unsent) == (40, 10, 0, 1)
    wanted = {partition_of(order_id(name)) for name in range(20)}
    assert set(found.marks) == wanted


async def test_a_fact_that_never_came_is_named_and_after_a_replay_all_is_well(
    store: FactStore, kafka: KafkaSettings, database: str
) -> None:
    await told(store, kafka)
    await say(store, 1, revised())
    partition = partition_of(order_id(1))
    with psycopg.connect(database, autocommit=True) as owner:
        moved = "update store.relay set position = 41, previous = previous || jsonb_build_object(%s::text, 41)"
        owner.execute(moved.encode(), (str(partition),))
    with pytest.raises(Different, match=f"position 41, {order_id(1)}:3, is not on the topic"):
        await checked(store, kafka)
    await say(store, 1, revised())
    async with running(lambda: keep("relay", relay(store, url_of(store), kafka).run, set())):
        await eventually(lambda: _stands_at(store, 42), within=20)
        with pytest.raises(Different, match=r"position 42 follows 41, but .* came last"):
            await checked(store, kafka)
        await replay(url_of(store), 41)
        await eventually(lambda: _stands_at(store, 42), within=20)
    found = await checked(store, kafka)
    assert (found.facts, found.passed, found.unsent) == (42, 1, 0)


async def test_what_is_no_fact_is_found(store: FactStore, kafka: KafkaSettings) -> None:
    await told(store, kafka)
    await send(kafka, 0, b"nobody", b"{}", [])
    with pytest.raises(Different, match=r"partition 0, offset .*: the headers are not those of a fact"):
        await checked(store, kafka)


CHANGES = [
    ("state = convert_to('{}', 'utf8')", "has another value in the log"),
    ('meta = meta || \'{"actor": "somebody"}\'', "has other headers in the log"),
    ("recorded_at = recorded_at + interval '1 microsecond'", "has other headers in the log"),
    ("notification_id = 99", "is not in the log"),
]


async def test_a_byte_that_differs_is_found(store: FactStore, kafka: KafkaSettings, database: str) -> None:
    await told(store, kafka)
    (fact,) = await store.recorder.read_log(16, 1)
    place = (fact.originator_id, fact.originator_version)
    was = (fact.position, fact.state, json.dumps(fact.meta), fact.recorded_at)
    back = "notification_id = %s, state = %s, meta = %s, recorded_at = %s"
    change_at = "update store.stored_events set {} where (originator_id, originator_version) = (%s, %s)"
    with psycopg.connect(database, autocommit=True) as owner:
        for change, says in CHANGES:
            owner.execute(change_at.format(change).encode(), place)
            with pytest.raises(Different, match=f"position 17, .* {says}"):
                await checked(store, kafka)
            owner.execute(change_at.format(back).encode(), (*was, *place))
    assert (await checked(store, kafka)).facts == 40


async def test_a_fact_in_another_partition_is_found(store: FactStore, kafka: KafkaSettings) -> None:
    await told(store, kafka)
    (fact,) = await store.recorder.read_log(0, 1)
    envelope = envelope_of(fact, "order", 0)
    elsewhere = (partition_of(envelope.stream_id) + 1) % 12
    await send(kafka, elsewhere, envelope.stream_id.encode(), fact.state, envelope.headers())
    with pytest.raises(Different, match=f"stands in partition {elsewhere}, belongs in"):
        await checked(store, kafka)
