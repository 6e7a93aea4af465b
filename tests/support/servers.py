"""PostgreSQL and Kafka for every test that needs them, once per run: given, in a container, or embedded."""

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from tests.support import containers

Provider = Callable[[], AbstractContextManager[str]]


@dataclass
class Embedded:
    """The run's servers as processes of ours; None for one that was given, or is in a container."""

    postgres: Postgres | None = None
    kafka: Kafka | None = None


@pytest.fixture(scope="session")
def embedded() -> Embedded:
    """Which of the run's servers are ours: complete once their addresses were asked for."""
    return Embedded()


@pytest.fixture(scope="session")
def postgres_url(embedded: Embedded) -> Iterator[str]:
    """A superuser's URL of a PostgreSQL; tests make databases of their own on it."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    ours = partial(_embedded_postgres, embedded)
    with _contained_or_embedded(containers.POSTGRES_IMAGE, containers.postgres, ours) as url:
        yield url


@pytest.fixture(scope="session")
def kafka_bootstrap(embedded: Embedded) -> Iterator[str]:
    """The address of a broker; tests make topics of their own on it, under `topic_prefix`."""
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield given
        return
    ours = partial(_embedded_kafka, embedded)
    with _contained_or_embedded(containers.KAFKA_IMAGE, containers.kafka, ours) as bootstrap:
        yield bootstrap


@pytest.fixture
def topic_prefix() -> str:
    """Goes before the names of a test's topics: tests on one broker do not hear each other."""
    return f"test-{uuid.uuid4().hex[:12]}."


def _contained_or_embedded(image: str, contained: Provider, ours: Provider) -> AbstractContextManager[str]:
    return contained() if containers.has_image(image) else ours()


@contextmanager
def _embedded_postgres(embedded: Embedded) -> Iterator[str]:
    with _folder() as folder:
        server = embedded.postgres = Postgres.start(folder, throw_away=True)
        try:
            yield server.url
        finally:
            server.stop()


@contextmanager
def _embedded_kafka(embedded: Embedded) -> Iterator[str]:
    with _folder() as folder:
        broker = embedded.kafka = Kafka.start(folder)
        try:
            yield broker.bootstrap
        finally:
            broker.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fieldfact-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # where user namespaces are refused another user must get through
        yield folder
