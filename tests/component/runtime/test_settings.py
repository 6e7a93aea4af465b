"""Settings: whose URL a service uses, how Kafka is reached, and clients whose defaults would lose facts."""

import pytest
from faststream import AckPolicy

from libs.runtime.kafka import broker, connection, producer, topic_of
from libs.runtime.settings import KafkaSettings, ServiceSettings, database_url, library_functions_enabled

WORD = ":" + "pw"
SECURE = KafkaSettings(security_protocol="SASL_SSL", sasl_username="order", sasl_password="s3cret")  # type: ignore[arg-type]


def test_a_service_logs_in_under_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDER_DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://owner{WORD}@db:5433/postgres")
    assert database_url("order") == f"postgresql://fieldfact_order{WORD}@db:5433/fieldfact_order"
    assert "fieldfact_order:o%2Fther" + "@db" in database_url("order", "o/ther")
    monkeypatch.setenv("ORDER_DATABASE_URL", "postgresql://somebody@elsewhere/orders")
    assert database_url("order") == "postgresql://somebody@elsewhere/orders"


def test_a_service_without_a_database_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDER_DATABASE_URL", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(RuntimeError, match="set DATABASE_URL or ORDER_DATABASE_URL"):
        database_url("order")


def test_production_is_what_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIELDFACT_MODE", raising=False)
    assert ServiceSettings(database_url="postgresql://x/y").mode == "production"


@pytest.mark.parametrize(("value", "enabled"), [("y", True), ("true", True), ("no", False), ("", False)])
def test_the_library_functions_are_seen_under_any_name(
    monkeypatch: pytest.MonkeyPatch, value: str, enabled: bool
) -> None:
    monkeypatch.setenv("STORED_POSTGRES_ENABLE_DB_FUNCTIONS", value)
    assert library_functions_enabled() is enabled


def test_kafka_is_reached_over_sasl_and_tls() -> None:
    arguments = connection(SECURE)
    assert (arguments["security_protocol"], arguments["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (arguments["sasl_plain_username"], arguments["sasl_plain_password"]) == ("order", "s3cret")
    assert arguments["ssl_context"].check_hostname


def test_a_secret_is_not_written_by_accident() -> None:
    assert "s3cret" not in repr(SECURE)


def test_topics_carry_the_prefix() -> None:
    assert topic_of("order", KafkaSettings(topic_prefix="blue.")) == "blue.order.events.v1"


async def test_ak1_the_producer_is_idempotent_and_waits_for_all() -> None:
    made = producer(KafkaSettings())
    assert made._txn_manager is not None
    assert made._sender._acks == -1
    await made.stop()


async def test_fs6_the_broker_creates_no_topics_and_fs1_nothing_is_acknowledged_for_us() -> None:
    made = broker(SECURE, "test")
    assert made.config.broker_config.allow_auto_create_topics is False
    subscriber = made.subscriber("t", group_id="g", batch=True, ack_policy=AckPolicy.MANUAL)
    assert subscriber._connection_args["enable_auto_commit"] is False
