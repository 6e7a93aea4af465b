"""F15: a publisher sends again from a position; a consumer that stopped at a hole goes on, and offsets are only hints."""

import asyncio

import psycopg
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from libs.events.topics import PARTITIONS, partition_of
from libs.runtime.consumer import KafkaFeed, Truncated
from libs.runtime.hearing import Hearing
from libs.runtime.intake import Hole
from libs.runtime.kafka import producer, topic_of
from libs.runtime.projector import Projector
from libs.runtime.replay import NotSent, replay
from libs.runtime.roles import keep
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from libs.runtime.topic_reader import read_topic
from tests.support.eventually import eventually
from tests.support.listening import asked, feed, make_topics_anew, present, relay, running, shows, url_of
from tests.support.runtime import VIEW, created, order_id, revised, say


async def positions(kafka: KafkaSettings) -> list[int]:
    """The positions on the topic, in order within each partition."""
    return [
        one.envelope.position
        for batch in [b async for b in read_topic("order", kafka)]
        for one in batch
        if one.envelope
    ]


async def sent(kafka: KafkaSettings, count: int) -> None:
    """Returns when so many records are on the topic."""

    async def check() -> bool:
        return len(await positions(kafka)) == count

    await eventually(check, within=20)


async def lose(store: FactStore, database: str, kafka: KafkaSettings) -> None:
    """Orders 1 and 2, of different partitions, with a fact of order 1 that the relay moved past and never sent."""
    await say(store, 1, created("A"))
    await say(store, 2, created("B"))
    async with running(relay(store, url_of(store), kafka).run):
        await sent(kafka, 2)
    await say(store, 1, revised())
    with psycopg.connect(database, autocommit=True) as owner:
        moved = "update store.relay set position = 3, previous = previous || jsonb_build_object(%s::text, 3)"
        owner.execute(moved.encode(), (str(partition_of(order_id(1))),))
    await say(store, 1, revised())
    async with running(relay(store, url_of(store), kafka).run):
        await sent(kafka, 3)


async def test_a_consumer_that_stopped_at_a_hole_goes_on_after_a_replay(
    store: FactStore, listener: FactStore, kafka: KafkaSettings, database: str
) -> None:
    await lose(store, database, kafka)
    with pytest.raises(Hole, match=r"position 4 follows 3, but 1 was heard last.*fieldfact replay --service order"):
        async with asyncio.timeout(20):
            await feed(listener, url_of(listener), kafka).run()
    assert await present(listener) == {"A": 0, "B": 0}
    sender = producer(kafka)
    await sender.start()
    await sender.send_and_wait(topic_of("order", kafka), b"no fact", partition=partition_of(order_id(1)))
    await sender.stop()
    async with running(lambda: keep("relay", relay(store, url_of(store), kafka).run, set())):
        assert await replay(url_of(store), 3) == 4
        await sent(kafka, 5)
    assert await asked(url_of(listener), "select value from store.parked") == []
    async with running(feed(listener, url_of(listener), kafka).run):
        await shows(listener, {"A": 2, "B": 0})
        async with running(relay(store, url_of(store), kafka).run):
            await say(store, 1, revised())
            await shows(listener, {"A": 3, "B": 0})
    assert await asked(url_of(listener), "select value from store.parked") == [(b"no fact",)]


async def test_an_idle_relay_that_leads_notices_and_chains_as_before(store: FactStore, kafka: KafkaSettings) -> None:
    for name in range(20):
        await say(store, name, created(str(name)), revised())
    async with running(lambda: keep("relay", relay(store, url_of(store), kafka).run, set())):
        await sent(kafka, 40)
        await replay(url_of(store), 11)
        await sent(kafka, 70)
    chain: dict[int, dict[int, int]] = {number: {} for number in range(PARTITIONS)}
    async for batch in read_topic("order", kafka):
        for record in batch:
            assert record.envelope is not None
            known = chain[record.partition].setdefault(record.envelope.position, record.envelope.previous)
            assert known == record.envelope.previous


async def test_one_partition_is_sent_again_and_no_other(store: FactStore, kafka: KafkaSettings) -> None:
    for name in range(20):
        await say(store, name, created(str(name)), revised())
    stored = await store.recorder.read_log(0, 100)
    partition = partition_of(order_id(7))
    again = [one.position for one in stored if partition_of(str(one.originator_id)) == partition]
    async with running(lambda: keep("relay", relay(store, url_of(store), kafka).run, set())):
        await sent(kafka, 40)
        await replay(url_of(store), again[0], partition)
        await sent(kafka, 40 + len(again))
        await say(store, 3, revised())
        await sent(kafka, 41 + len(again))
    assert sorted(await positions(kafka)) == sorted([*range(1, 42), *again])


async def test_what_was_not_sent_cannot_be_sent_again(store: FactStore, kafka: KafkaSettings) -> None:
    await say(store, 1, created("A"), revised())
    with pytest.raises(NotSent, match="position 1 was not sent yet: the relay stands at 0"):
        await replay(url_of(store), 1)
    async with running(relay(store, url_of(store), kafka).run):
        await sent(kafka, 2)
    with pytest.raises(NotSent):
        await replay(url_of(store), 3)
    async with running(relay(store, url_of(store), kafka).run):
        await say(store, 1, revised())
        await sent(kafka, 3)
    assert sorted(await positions(kafka)) == [1, 2, 3]


@pytest.mark.parametrize("more", [2, 5], ids=["ends at the stored offset", "ends behind the stored offset"])
async def test_a_topic_made_anew_that_has_grown_past_the_stored_offset_is_no_hole(
    store: FactStore, listener: FactStore, kafka: KafkaSettings, more: int
) -> None:
    """Two facts were sent twice, so that offset 4 is stored for position 2; in the new topic it is another's place."""
    await say(store, 1, created("A"), revised())
    async with running(lambda: keep("relay", relay(store, url_of(store), kafka).run, set())):
        await sent(kafka, 2)
        await replay(url_of(store))
        await sent(kafka, 4)
    listening = feed(listener, url_of(listener), kafka)
    async with running(listening.run):
        await eventually(lambda: [mark.offset for mark in listening.hearing.marks.values() if mark.offset] == [4])
    await make_topics_anew(kafka)
    await replay(url_of(store))
    await say(store, 1, *[revised()] * more)
    async with running(relay(store, url_of(store), kafka).run):
        await sent(kafka, 2 + more)
    async with running(feed(listener, url_of(listener), kafka).run):
        await shows(listener, {"A": 1 + more})


async def test_a_truncated_topic_is_mended_by_a_replay_into_it(
    store: FactStore, listener: FactStore, kafka: KafkaSettings
) -> None:
    await say(store, 1, created("A"), revised())
    async with running(lambda: keep("relay", relay(store, url_of(store), kafka).run, set())):
        await sent(kafka, 2)
        await _truncate(kafka, partition_of(order_id(1)))
        with pytest.raises(Truncated, match="fieldfact replay --service order"):
            async with asyncio.timeout(20):
                await feed(listener, url_of(listener), kafka).run()
        await replay(url_of(store))
        await sent(kafka, 3)
    async with running(feed(listener, url_of(listener), kafka).run):
        await shows(listener, {"A": 1})


async def _truncate(kafka: KafkaSettings, partition: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(topic_of("order", kafka), partition): RecordsToDelete(1)})
    finally:
        await admin.close()


async def test_a_hole_in_one_partition_loses_nothing_of_another(
    store: FactStore, listener: FactStore, kafka: KafkaSettings, database: str
) -> None:
    """The batch that met the hole held facts of other partitions, too: they are heard before the consumer ends."""
    await lose(store, database, kafka)
    await say(store, 2, revised())
    async with running(relay(store, url_of(store), kafka).run):
        await sent(kafka, 4)
    hearing = Hearing(url_of(listener), "reporting.views", "order", Projector([VIEW]))
    with pytest.raises(Hole):
        async with asyncio.timeout(20):
            await KafkaFeed(hearing, kafka).run()
    assert await present(listener) == {"A": 0, "B": 1}
