"""What happens to topics behind the product's back: one is lost and made anew, junk is written to one."""

import asyncio
from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from libs.events.topics import TOPICS
from libs.runtime.kafka import started
from tests.chaos.clients import elapse
from tests.chaos.system import System

_SECONDS = 40.0


async def make_anew(system: System, publisher: str) -> None:
    """Deletes the topic and makes it again, empty, while relay and readers run."""

    async def anew() -> None:
        await _delete(system.stage.bootstrap, f"{system.topic_prefix}{TOPICS[publisher]}")
        await system.make_topics()

    await _until_done(anew)


async def send_again(system: System, publisher: str) -> None:
    """Lets the relay send all that it had sent; where that is nothing, there is nothing to do."""

    async def replay() -> None:
        try:
            await system.operate("replay", "--service", publisher)
        except RuntimeError as refused:
            if "was not sent yet" not in str(refused):
                raise

    await _until_done(replay)


async def _until_done(deed: Callable[[], Awaitable[None]]) -> None:
    """Tries again while a server is away; TimeoutError when that lasts."""
    async with asyncio.timeout(_SECONDS):
        while True:
            try:
                await deed()
            except (KafkaError, OSError, RuntimeError):
                await elapse(0.5)
            else:
                return


async def _delete(bootstrap: str, topic: str) -> None:
    """Returns when the topic is gone."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await started(admin.start())
        if topic in await admin.list_topics():
            await admin.delete_topics([topic])
        while topic in await admin.list_topics():
            await elapse(0.1)
    finally:
        await admin.close()


async def send_junk(system: System, publisher: str, value: bytes) -> None:
    """Writes a record that is no fact."""
    producer = AIOKafkaProducer(bootstrap_servers=system.stage.bootstrap, enable_idempotence=True)
    async with asyncio.timeout(_SECONDS):
        try:
            await started(producer.start())
            await producer.send_and_wait(f"{system.topic_prefix}{TOPICS[publisher]}", value, key=b"junk")
        finally:
            await producer.stop()
