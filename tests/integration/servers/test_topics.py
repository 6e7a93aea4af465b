"""The topics: made once as the contract says, and refused when a broker has them otherwise."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from libs.events.topics import PARTITIONS, TOPICS
from libs.runtime.settings import KafkaSettings
from libs.runtime.topics import TopicRefused, create_topics, topic_configuration


@pytest.fixture
def settings(kafka_bootstrap: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> KafkaSettings:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka_bootstrap)
    monkeypatch.setenv("TOPIC_PREFIX", topic_prefix)
    return KafkaSettings()


async def test_all_are_made_once(settings: KafkaSettings) -> None:
    assert sorted(await create_topics(settings)) == sorted(settings.topic_prefix + topic for topic in TOPICS.values())
    assert await create_topics(settings) == []


async def test_they_are_as_the_contract_says(settings: KafkaSettings) -> None:
    names = await create_topics(settings)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        assert [len(topic["partitions"]) for topic in await admin.describe_topics(names)] == [PARTITIONS] * len(names)
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, names[0])])
    finally:
        await admin.close()
    wanted = topic_configuration(replication_factor=1)
    found = {name: value for name, value, *_ in answer.resources[0][4] if name in wanted}
    assert (
        found
        == wanted
        == {
            "cleanup.policy": "delete",
            "retention.ms": "-1",
            "retention.bytes": "-1",
            "min.insync.replicas": "1",
            "max.message.bytes": "1048576",
        }
    )


async def test_another_number_of_partitions_is_refused(settings: KafkaSettings) -> None:
    name = settings.topic_prefix + TOPICS["order"]
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 3, 1)])
    finally:
        await admin.close()
    with pytest.raises(TopicRefused, match=f"12 partitions for ever, but {name} has 3"):
        await create_topics(settings)


async def test_more_copies_than_brokers_are_refused(settings: KafkaSettings) -> None:
    with pytest.raises(TopicRefused, match="would not make"):
        await create_topics(settings, replication_factor=3)


def test_where_there_is_more_than_one_broker_two_must_have_written() -> None:
    assert topic_configuration(replication_factor=3)["min.insync.replicas"] == "2"
