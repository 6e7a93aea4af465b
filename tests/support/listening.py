"""A second service that hears the orders of the small one, over Kafka, and what can be seen of both."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy import select

from libs.runtime.consumer import KafkaFeed
from libs.runtime.hearing import Hearing
from libs.runtime.kafka import topic_of
from libs.runtime.migrate import migrate
from libs.runtime.projector import Projector
from libs.runtime.queries import rows
from libs.runtime.relay import Relay
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from libs.runtime.topics import create_topics
from libs.runtime.versions import OPEN
from tests.support.eventually import eventually
from tests.support.runtime import LISTENER, VIEW, login, revisions


@pytest.fixture
async def listener(postgres_url: str, database: str) -> AsyncIterator[FactStore]:
    """A second database, of a service that hears the orders."""
    url = login(database, "reporting").replace("/test_", "/heard_test_")
    await migrate(LISTENER, postgres_url, url)
    async with FactStore(url) as opened:
        yield opened
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f'drop database "{url.rpartition("/")[2]}" with (force)'.encode())


@asynccontextmanager
async def running(role: Callable[[], Awaitable[None]]) -> AsyncIterator[asyncio.Task[None]]:
    """The role as a task, cancelled at the end."""
    task = asyncio.ensure_future(role())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def relay(store: FactStore, url: str, kafka: KafkaSettings) -> Relay:
    """The relay of the orders."""
    return Relay(store, "order", url, kafka)


def feed(store: FactStore, url: str, kafka: KafkaSettings) -> KafkaFeed:
    """The consumer that keeps the view of the orders."""
    return KafkaFeed(Hearing(url, "reporting.views", "order", Projector([VIEW])), kafka)


def url_of(store: FactStore) -> str:
    """The URL that a store was opened with."""
    return str(store.recorder.pool.conninfo)


async def present(store: FactStore) -> dict[str, int]:
    """The view as it stands: revisions by number of the order."""
    query = select(revisions.c.number, revisions.c.revisions).where(revisions.c.known_to == OPEN)
    return {row["number"]: row["revisions"] for row in await rows(store, query)}


async def shows(store: FactStore, wanted: dict[str, int]) -> None:
    """Returns when the view shows this."""

    async def check() -> bool:
        return await present(store) == wanted

    await eventually(check, within=20)


async def asked(url: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What a database answers."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        return await (await connection.execute(query.encode(), values)).fetchall()


async def make_topics_anew(kafka: KafkaSettings) -> None:
    """Deletes the topic of the orders and makes it again, empty."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_topics([topic_of("order", kafka)])

        async def gone() -> bool:
            return topic_of("order", kafka) not in await admin.list_topics()

        await eventually(gone, within=20)
    finally:
        await admin.close()
    await create_topics(kafka)
