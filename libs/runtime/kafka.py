"""Clients of Kafka, set so that nothing is lost: the defaults of the libraries are not."""

import asyncio
import ssl
from collections.abc import Coroutine
from typing import Any

from aiokafka import AIOKafkaProducer
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from libs.events.topics import TOPICS
from libs.runtime.settings import KafkaSettings

_START_SECONDS = 5.0


def topic_of(publisher: str, settings: KafkaSettings) -> str:
    """The topic of a publisher's facts, with the deployment's prefix."""
    return settings.topic_prefix + TOPICS[publisher]


def producer(settings: KafkaSettings) -> AIOKafkaProducer:
    """An idempotent producer (so acks=all). After any error it must be closed and made anew (AK-1, AK-2)."""
    return AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap_servers,
        enable_idempotence=True,
        acks="all",
        linger_ms=0,
        max_batch_size=256 * 1024,
        max_request_size=1024 * 1024,
        request_timeout_ms=20_000,
        **connection(settings),
    )


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """The part of a client's arguments that says how to reach the brokers safely."""
    arguments: dict[str, Any] = {"security_protocol": settings.security_protocol}
    if settings.security_protocol.endswith("SSL"):
        arguments["ssl_context"] = _tls(settings)
    if settings.security_protocol.startswith("SASL"):
        arguments["sasl_mechanism"] = settings.sasl_mechanism
        arguments["sasl_plain_username"] = settings.sasl_username
        arguments["sasl_plain_password"] = settings.sasl_password.get_secret_value() if settings.sasl_password else None
    return arguments


async def started(start: Coroutine[Any, Any, Any]) -> None:
    """Starts a client. When this task is cancelled meanwhile the start is still awaited, for 5 s at most: aiokafka leaves
    open what a start was connecting when it is broken off, and what has started its caller can stop."""
    starting = asyncio.ensure_future(start)
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting], timeout=_START_SECONDS)
        starting.cancel()
        raise


def broker(settings: KafkaSettings, client_id: str) -> KafkaBroker:
    """FastStream's broker, which only consumes; it creates no topics (FS-6) and logs nothing by itself."""
    return KafkaBroker(
        settings.bootstrap_servers,
        client_id=client_id,
        consumer_only=True,  # or it starts a producer of its own, which a start that is given up leaves open
        security=_security(settings),
        allow_auto_create_topics=False,
        logger=None,
    )


def _tls(settings: KafkaSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.ca_file)


def _security(settings: KafkaSettings) -> BaseSecurity | None:
    encrypted = settings.security_protocol.endswith("SSL")
    context = _tls(settings) if encrypted else None
    if settings.security_protocol.startswith("SASL"):
        kind = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
        password = settings.sasl_password.get_secret_value() if settings.sasl_password else ""
        return kind[settings.sasl_mechanism](
            username=settings.sasl_username or "", password=password, use_ssl=encrypted, ssl_context=context
        )
    return BaseSecurity(ssl_context=context, use_ssl=True) if encrypted else None
