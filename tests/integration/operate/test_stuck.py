"""AK-5: a consumer that is handed nothing, while its broker answers and facts wait, ends its process."""

import asyncio

import pytest
from aiokafka import TopicPartition
from prometheus_client import REGISTRY

from libs.events.topics import partition_of
from libs.runtime.consumer import KafkaFeed
from libs.runtime.hearing import Hearing
from libs.runtime.metrics import LAG
from libs.runtime.projector import Projector
from libs.runtime.roles import keep
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from libs.runtime.watchdog import Stuck
from tests.support.eventually import eventually
from tests.support.listening import relay, running, shows, url_of
from tests.support.runtime import VIEW, created, order_id, revised, say

PATIENCE = 3.0


def lag() -> object:
    """The measure as Prometheus would read it."""
    return REGISTRY.get_sample_value("fieldfact_consumer_lag_facts", {"consumer": "reporting.views", "source": "order"})


async def test_a_consumer_that_is_stuck_ends_its_process_and_says_where(
    store: FactStore, listener: FactStore, kafka: KafkaSettings
) -> None:
    LAG.clear()  # what another test measured says nothing of this consumer
    hearing = Hearing(url_of(listener), "reporting.views", "order", Projector([VIEW]))
    feed = KafkaFeed(hearing, kafka, PATIENCE)
    partition = partition_of(order_id(1))
    where = TopicPartition(feed.topic, partition)

    async def settled() -> bool:
        return not feed.unsure and await feed.consumer.position(where) == 2

    consume = running(lambda: keep("views", feed.run, set()))
    async with running(relay(store, url_of(store), kafka).run), consume as kept:
        await say(store, 1, created("A"), revised())
        await shows(listener, {"A": 1})
        await eventually(settled)
        await eventually(lambda: lag() == 0)
        feed.consumer.pause(where)
        await say(store, 1, revised(), revised(), revised())
        await eventually(lambda: lag() == 3)
        with pytest.raises(Stuck, match=f"partition {partition}: stands at 2 for . s, and 3 wait"):
            async with asyncio.timeout(20):
                await kept
