"""Servers in containers, for a machine whose Docker engine answers and has the image: nothing is ever pulled."""

import gc
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import requests
from docker.errors import DockerException  # type: ignore[import-untyped]
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from deploy.local.kafka_ready import answers_with_a_broker
from deploy.local.ports import LOOPBACK, free_port
from tests.support.eventually import eventually_sync

POSTGRES_IMAGE = os.environ.get("POSTGRES_IMAGE", "postgres:18")
KAFKA_IMAGE = os.environ.get("KAFKA_IMAGE", "apache/kafka:4.1.0")
_SECONDS = 90

# the container that cleans up behind a killed test run has an image of its own, and would be pulled
testcontainers_config.ryuk_disabled = True


def has_image(name: str) -> bool:
    """Whether a Docker engine answers and has the image."""
    with warnings.catch_warnings():
        # where none answers, Docker's own client forgets to close the socket it tried
        warnings.simplefilter("ignore", ResourceWarning)
        has = _engine_has(name)
        gc.collect()
    return has


def _engine_has(name: str) -> bool:
    try:
        engine = DockerClient(timeout=5).client
    except DockerException:
        return False
    try:
        engine.images.get(name)
    except (DockerException, requests.RequestException):
        return False
    else:
        return True
    finally:
        engine.close()


@contextmanager
def postgres() -> Iterator[str]:
    port = free_port()
    url = f"postgresql://postgres@{LOOPBACK}:{port}/postgres"
    with _published(POSTGRES_IMAGE, 5432, port, {"POSTGRES_HOST_AUTH_METHOD": "trust"}):
        # the server that the image runs while it sets itself up takes no connections over TCP
        eventually_sync(lambda: _connects(url), within=_SECONDS)
        yield url


@contextmanager
def kafka() -> Iterator[str]:
    port = free_port()
    with _published(KAFKA_IMAGE, 9092, port, _broker_settings(port)):
        eventually_sync(lambda: answers_with_a_broker(port), within=_SECONDS)
        yield f"{LOOPBACK}:{port}"


@contextmanager
def _published(image: str, inside: int, port: int, settings: dict[str, str]) -> Iterator[None]:
    container = DockerContainer(image).with_envs(**settings)
    # Docker takes a pair too, and then opens the port on that interface only
    container.ports[f"{inside}/tcp"] = (LOOPBACK, port)  # type: ignore[assignment]
    with container:
        yield


def _broker_settings(port: int) -> dict[str, str]:
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{LOOPBACK}:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "PLAINTEXT",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_LOG_RETENTION_MS": "-1",
    }


def _connects(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
