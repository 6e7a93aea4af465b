"""P11: what a backup does not hold comes back from Kafka, and what cannot come back is named."""

from collections.abc import AsyncIterator, Sequence

import psycopg
import pytest

from libs.events.topics import partition_of
from libs.runtime.hearing import Hearing
from libs.runtime.kafka import producer, topic_of
from libs.runtime.migrate import as_owner, migrate
from libs.runtime.projector import Projector
from libs.runtime.recorder import StoredFact
from libs.runtime.records import envelope_of
from libs.runtime.restoring import Diverged, restore_facts
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from libs.runtime.tail import follow_log
from tests.support.listening import asked, running, shows, url_of
from tests.support.runtime import ORDER, VIEW, created, login, order_id, revised, say

LOG = "select * from store.stored_events order by notification_id"


@pytest.fixture
async def restored(postgres_url: str, database: str) -> AsyncIterator[FactStore]:
    """A second, empty database of the order service."""
    url = login(database, "order").replace("/test_", "/restored_test_")
    await migrate(ORDER, postgres_url, url)
    async with FactStore(url) as opened:
        yield opened
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f'drop database "{url.rpartition("/")[2]}" with (force)'.encode())


async def send(kafka: KafkaSettings, facts: Sequence[StoredFact]) -> None:
    """Puts these facts on the topic, chained."""
    sender = producer(kafka)
    await sender.start()
    previous: dict[int, int] = {}
    for fact in facts:
        envelope = envelope_of(fact, "order", previous.get(partition_of(str(fact.originator_id)), 0))
        partition, key = partition_of(envelope.stream_id), envelope.stream_id.encode()
        await sender.send_and_wait(
            topic_of("order", kafka), fact.state, key=key, partition=partition, headers=envelope.headers()
        )
        previous[partition] = fact.position
    await sender.stop()


async def test_positions_that_never_reached_kafka_are_named_and_the_log_goes_on_around_them(
    store: FactStore, restored: FactStore, kafka: KafkaSettings, database: str
) -> None:
    """The relay sends a batch to all partitions at once: when it dies, a later position may be there and an earlier
    one of another partition not."""
    await say(store, 1, created("A"), revised())
    await say(store, 2, created("B"))
    await say(store, 1, revised())
    facts = await store.recorder.read_log(0, 10)
    await send(kafka, [one for one in facts if one.position != 3])
    owner, url = as_owner(database, url_of(restored)), url_of(restored)
    found = await restore_facts(owner, "order", kafka, {})
    assert (found.backed_up, found.facts, found.last, found.lost) == (0, 3, 4, [3])
    wanted = [row for row in await asked(url_of(store), LOG) if row[0] != 3]
    assert await asked(url, LOG) == wanted
    hearing = Hearing(url, "order.views", "order", Projector([VIEW]))
    async with running(lambda: follow_log(restored, hearing)):
        await shows(restored, {"A": 2})
        assert (await say(restored, 1, revised())).position == 5
        await shows(restored, {"A": 3})


async def test_what_the_backup_holds_stays_and_restoring_twice_adds_nothing(
    store: FactStore, restored: FactStore, kafka: KafkaSettings, database: str
) -> None:
    await say(store, 1, created("A"), revised())
    await send(kafka, await store.recorder.read_log(0, 10))
    owner = as_owner(database, url_of(restored))
    assert (await restore_facts(owner, "order", kafka, {})).facts == 2
    again = await restore_facts(owner, "order", kafka, {})
    assert (again.backed_up, again.facts, again.last) == (2, 0, 2)


async def test_facts_that_do_not_follow_the_backup_are_refused(
    store: FactStore, restored: FactStore, kafka: KafkaSettings, database: str
) -> None:
    await say(store, 1, created("A"), revised())
    await send(kafka, (await store.recorder.read_log(0, 10))[1:])
    with pytest.raises(Diverged, match=f"{order_id(1)}:2 does not follow what was backed up"):
        await restore_facts(as_owner(database, url_of(restored)), "order", kafka, {})
    assert await asked(url_of(restored), LOG) == []


async def test_the_services_own_login_may_not_restore(
    store: FactStore, restored: FactStore, kafka: KafkaSettings
) -> None:
    await say(store, 1, created("A"))
    await send(kafka, await store.recorder.read_log(0, 10))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await restore_facts(url_of(restored), "order", kafka, {})
