"""The embedded Kafka: what was acknowledged is kept, its log says something, and a topic is never made by accident."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.java import OLDEST, find_java, from_wheel
from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.local.process_table import birth
from deploy.local.processes import ProgramFailed
from libs.runtime.settings import KafkaSettings
from libs.runtime.topics import create_topics

TOPIC = "order.events.v1"


@contextmanager
def serving(folder: Path, port: int | None = None) -> Iterator[Kafka]:
    broker = Kafka.start(folder, port)
    try:
        yield broker
    finally:
        broker.kill()


async def send(bootstrap: str, topic: str, *values: bytes, patience_ms: int = 20_000) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, request_timeout_ms=patience_ms
    ) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)


async def kept(bootstrap: str, count: int) -> list[bytes | None]:
    async with AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        return [(await consumer.getone()).value for _ in range(count)]


async def test_messages_survive_a_restart_a_kill_and_other_ports(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        await create_topics(KafkaSettings(bootstrap_servers=first.bootstrap))
        await send(first.bootstrap, TOPIC, b"1")
        first.stop()
        assert birth(first.running.pid) is None
    (tmp_path / "ports.json").unlink()  # so that the controller's port changes too
    with serving(tmp_path, free_port()) as second:
        assert second.port != first.port
        assert await kept(second.bootstrap, 1) == [b"1"]
        await send(second.bootstrap, TOPIC, b"2")
        second.kill()
    with serving(tmp_path) as third:
        assert await kept(third.bootstrap, 2) == [b"1", b"2"]
        # with the other binding for the logging, no line would be there, and nothing else would tell
        assert "Kafka Server started" in third.running.log.read_text()


async def test_a_missing_topic_is_not_made_by_a_message(kafka_bootstrap: str, topic_prefix: str) -> None:
    missing = f"{topic_prefix}missing"
    with pytest.raises(KafkaError):
        await send(kafka_bootstrap, missing, b"lost", patience_ms=1_000)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        assert missing not in await admin.list_topics()
    finally:
        await admin.close()


def test_data_that_is_no_brokers_is_not_formatted_over(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    with pytest.raises(ProgramFailed, match="not a broker's data"):
        Kafka.start(tmp_path)


def test_the_wheel_brings_a_java_for_machines_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert OLDEST == 17
    assert find_java() == from_wheel()
