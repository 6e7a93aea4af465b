"""What happens to topics behind the product's back: one is lost and made anew, junk is written to one."""

import asyncio

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from libs.events.topics import TOPICS
from tests.chaos.clients import elapse
from tests.chaos.system import System

_SECONDS = 20.0


async def make_anew(system: System, publisher: str) -> None:
    """Deletes the topic and makes it again, empty."""
    topic = f"{system.topic_prefix}{TOPICS[publisher]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=system.stage.bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([topic])
        async with asyncio.timeout(_SECONDS):
            while topic in await admin.list_topics():
                await elapse(0.1)
    finally:
        await admin.close()
    await system.make_topics()


async def send_junk(system: System, publisher: str, value: bytes) -> None:
    """Writes a record that is no fact."""
    producer = AIOKafkaProducer(bootstrap_servers=system.stage.bootstrap, enable_idempotence=True)
    async with asyncio.timeout(_SECONDS):
        await producer.start()
        try:
            await producer.send_and_wait(f"{system.topic_prefix}{TOPICS[publisher]}", value, key=b"junk")
        finally:
            await producer.stop()
