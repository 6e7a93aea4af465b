"""Makes the topics of all publishers, and refuses a broker on which one of them has another number of partitions."""

import asyncio
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from libs.events.topics import PARTITIONS, TOPICS
from libs.runtime.kafka import connection, topic_of
from libs.runtime.settings import KafkaSettings

_LARGEST_RECORD_BYTES = 2**20
_SEEN_SECONDS = 15.0
_ASK_AGAIN_SECONDS = 0.05
_NO_ERROR = 0


class TopicRefused(Exception):
    """A topic exists and is not what our facts need, or the broker would not make it."""


async def create_topics(settings: KafkaSettings, replication_factor: int = 1) -> list[str]:
    """Makes the topics that are missing and answers their names.

    Blocks until the broker knows them all. Raises TopicRefused on a topic that cannot be used or made, and aiokafka's
    KafkaConnectionError when no broker answers. Afterwards every topic exists with the right number of partitions;
    when the process dies inside, some do, and calling again makes the rest.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers, **connection(settings))
    names = [topic_of(publisher, settings) for publisher in TOPICS]
    try:
        await admin.start()
        made = await _make(admin, names, replication_factor)
        async with asyncio.timeout(_SEEN_SECONDS):
            _check(await _described(admin, names))
    except TimeoutError:
        raise TopicRefused(f"the broker did not show its topics within {_SEEN_SECONDS:g} s") from None
    finally:
        await admin.close()
    return made


def topic_configuration(replication_factor: int) -> dict[str, str]:
    """Facts are kept for ever, and written to two brokers before they are acknowledged where there is more than one."""
    return {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "min.insync.replicas": "1" if replication_factor == 1 else "2",
        "max.message.bytes": str(_LARGEST_RECORD_BYTES),
    }


async def _make(admin: AIOKafkaAdminClient, names: list[str], replication_factor: int) -> list[str]:
    # made before anything is asked: aiokafka's question for a topic that is missing may itself create it, with one
    # partition, where the broker allows that
    configuration = topic_configuration(replication_factor)
    wanted = [NewTopic(name, PARTITIONS, replication_factor, topic_configs=configuration) for name in names]
    answer = await admin.create_topics(wanted)
    made = []
    for name, code, message in answer.topic_errors:
        if code == _NO_ERROR:
            made.append(name)
        elif code != TopicAlreadyExistsError.errno:
            raise TopicRefused(f"the broker would not make {name}: {message or for_code(code).__name__}")
    return made


async def _described(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """The number of partitions by topic, once the broker that answers has heard of all of them."""
    while True:
        topics: list[dict[str, Any]] = await admin.describe_topics(names)
        if all(topic["error_code"] == _NO_ERROR for topic in topics):
            return {topic["topic"]: len(topic["partitions"]) for topic in topics}
        await asyncio.sleep(_ASK_AGAIN_SECONDS)


def _check(partitions: dict[str, int]) -> None:
    wrong = {name: count for name, count in partitions.items() if count != PARTITIONS}
    if wrong:
        found = ", ".join(f"{name} has {count}" for name, count in sorted(wrong.items()))
        raise TopicRefused(f"every topic must have {PARTITIONS} partitions for ever, but {found}")
