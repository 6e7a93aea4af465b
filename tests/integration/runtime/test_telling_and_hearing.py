"""From the store over Kafka into a view: order, chain, repeats, holes, bad facts and lost topics."""

import asyncio
from typing import Any

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from libs.events.envelope import Envelope
from libs.events.topics import PARTITIONS, partition_of
from libs.runtime.consumer import Truncated
from libs.runtime.intake import Hole
from libs.runtime.kafka import producer, topic_of
from libs.runtime.relay import Deposed
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from tests.support.eventually import eventually
from tests.support.listening import feed, make_topics_anew, relay, running, shows, url_of
from tests.support.runtime import created, order_id, revised, say


async def records_of(kafka: KafkaSettings, count: int) -> list[Any]:
    """The first `count` records of the order topic, by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic_of("order", kafka), number) for number in range(PARTITIONS)])
        found: list[Any] = []
        async with asyncio.timeout(20):
            while len(found) < count:
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    found += batch
        return found
    finally:
        await consumer.stop()


async def test_facts_travel_in_order_with_a_chain_in_each_partition(
    store: FactStore, order_url: str, kafka: KafkaSettings
) -> None:
    for name in range(30):
        await say(store, name, created(f"SO-{name}"), revised())
    async with running(relay(store, order_url, kafka).run):
        found = await records_of(kafka, 60)
    stored = {fact.position: fact for fact in await store.recorder.read_log(0, 100)}
    previous = dict.fromkeys(range(PARTITIONS), 0)
    for record in found:
        envelope = Envelope.read(record.headers, "order", record.key)
        assert record.partition == partition_of(envelope.stream_id)
        assert envelope.previous == previous[record.partition]
        assert record.value == stored[envelope.position].state
        previous[record.partition] = envelope.position
    assert len({record.partition for record in found}) > 1


async def test_a_relay_that_is_deposed_sends_no_more(store: FactStore, order_url: str, kafka: KafkaSettings) -> None:
    await say(store, 1, created())
    async with running(relay(store, order_url, kafka).run) as leading:
        await records_of(kafka, 1)
        async with await psycopg.AsyncConnection.connect(order_url, autocommit=True) as other:
            await other.execute("select * from store.lead_relay()")
        await say(store, 1, revised())
        with pytest.raises(Deposed):
            async with asyncio.timeout(10):
                await leading


async def test_a_view_shows_what_was_heard_and_repeats_change_nothing(
    store: FactStore, listener: FactStore, kafka: KafkaSettings, database: str
) -> None:
    async with running(feed(listener, url_of(listener), kafka).run):
        async with running(relay(store, url_of(store), kafka).run):
            await say(store, 1, created("A"), revised())
            await say(store, 2, created("B"))
            await shows(listener, {"A": 1, "B": 0})
        with psycopg.connect(database, autocommit=True) as owner:
            owner.execute("update store.relay set position = 0, previous = '{}'")  # everything is sent again
        async with running(relay(store, url_of(store), kafka).run):
            await say(store, 1, revised())
            await shows(listener, {"A": 2, "B": 0})
            assert len(await records_of(kafka, 7)) == 7


async def test_a_view_that_raises_parks_its_stream_and_no_other(
    store: FactStore, listener: FactStore, kafka: KafkaSettings
) -> None:
    async with running(relay(store, url_of(store), kafka).run), running(feed(listener, url_of(listener), kafka).run):
        await say(store, 1, created("A"), revised("raise"))
        await say(store, 1, revised())
        await say(store, 2, created("B"), revised())
        await shows(listener, {"A": 0, "B": 1})
        query = "select sequence, value, reason from store.parked order by sequence"
        async with await psycopg.AsyncConnection.connect(url_of(listener)) as connection:

            async def both_parked() -> bool:
                return len(await (await connection.execute(query.encode())).fetchall()) == 2

            await eventually(both_parked, within=10)
            parked = await (await connection.execute(query.encode())).fetchall()
    assert [(row[0], bytes(row[1])) for row in parked] == [(2, revised("raise").to_bytes()), (3, revised().to_bytes())]
    assert "a fold that fails" in parked[0][2]
    assert parked[1][2] == "behind a parked fact of its stream"


async def test_a_record_that_is_no_fact_is_kept_with_its_bytes(
    store: FactStore, listener: FactStore, kafka: KafkaSettings
) -> None:
    sender = producer(kafka)
    await sender.start()
    await sender.send_and_wait(topic_of("order", kafka), b"\xff not ours", key=b"nobody", headers=[("x", b"\x00")])
    await sender.stop()
    async with running(relay(store, url_of(store), kafka).run), running(feed(listener, url_of(listener), kafka).run):
        await say(store, 1, created("A"))
        await shows(listener, {"A": 0})

        async with await psycopg.AsyncConnection.connect(url_of(listener), autocommit=True) as connection:

            async def kept() -> bool:
                return bool(await (await connection.execute("select value from store.parked")).fetchall())

            await eventually(kept, within=10)
            values = await (await connection.execute("select key, value from store.parked")).fetchall()
    assert [(bytes(key), bytes(value)) for key, value in values] == [(b"nobody", b"\xff not ours")]


async def test_a_hole_in_the_chain_ends_the_consumer_and_the_mark_stays(
    store: FactStore, listener: FactStore, kafka: KafkaSettings, database: str
) -> None:
    """The planted bug "checkpoint before send": a relay that moved on before it sent."""
    await say(store, 1, created("A"))
    async with running(relay(store, url_of(store), kafka).run):
        await records_of(kafka, 1)
        await say(store, 1, revised())
        await records_of(kafka, 2)
    await say(store, 1, revised())
    partition = str(partition_of(order_id(1)))
    with psycopg.connect(database, autocommit=True) as owner:
        moved = "update store.relay set position = 3, previous = previous || jsonb_build_object(%s::text, 3)"
        owner.execute(moved.encode(), (partition,))
    await say(store, 1, revised())
    async with running(relay(store, url_of(store), kafka).run):
        await records_of(kafka, 3)
    listening = feed(listener, url_of(listener), kafka)
    with pytest.raises(Hole, match="position 4 follows 3, but 2 was heard last"):
        async with asyncio.timeout(20):
            await listening.run()


async def test_a_truncated_topic_ends_the_consumer_and_nothing_moves(
    store: FactStore, listener: FactStore, kafka: KafkaSettings
) -> None:
    await say(store, 1, created("A"), revised())
    async with running(relay(store, url_of(store), kafka).run):
        await records_of(kafka, 2)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        where = TopicPartition(topic_of("order", kafka), partition_of(order_id(1)))
        await admin.delete_records({where: RecordsToDelete(1)})
    finally:
        await admin.close()
    with pytest.raises(Truncated, match="the topic begins at 1"):
        async with asyncio.timeout(20):
            await feed(listener, url_of(listener), kafka).run()
    async with await psycopg.AsyncConnection.connect(url_of(listener)) as connection:
        marks = await (await connection.execute("select distinct position, kafka_offset from store.heard")).fetchall()
    assert marks == [(0, 0)]


async def test_a_topic_made_anew_is_read_from_its_beginning_and_known_facts_change_nothing(
    store: FactStore, listener: FactStore, kafka: KafkaSettings, database: str
) -> None:
    await say(store, 1, created("A"), revised())
    async with running(relay(store, url_of(store), kafka).run), running(feed(listener, url_of(listener), kafka).run):
        await shows(listener, {"A": 1})
    await make_topics_anew(kafka)
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("update store.relay set position = 0, previous = '{}'")
    async with running(feed(listener, url_of(listener), kafka).run), running(relay(store, url_of(store), kafka).run):
        await say(store, 1, revised())
        await shows(listener, {"A": 2})
