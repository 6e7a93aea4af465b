"""What a process is told from outside, read once at its start."""

import os
from typing import Literal, Self
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class KafkaSettings(BaseSettings):
    """How to reach Kafka. SASL_SSL needs mechanism, user name, password and, for a private authority, its file."""

    model_config = SettingsConfigDict(env_prefix="KAFKA_", frozen=True, populate_by_name=True)

    bootstrap_servers: str = "127.0.0.1:9092"
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ca_file: str | None = None
    topic_prefix: str = Field(default="", validation_alias="TOPIC_PREFIX")


class ServiceSettings(BaseSettings):
    """What every service needs to run. `database_url` names the service's own database and application login."""

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True)

    database_url: str
    http_host: str = "127.0.0.1"
    http_port: int = 0
    metrics_port: int = 0
    token_issuer: str = "http://127.0.0.1:8100"  # noqa: S105 - an address
    token_keys_url: str | None = None
    token_keys_file: str | None = None
    mode: Literal["development", "production"] = Field(default="production", validation_alias="FIELDFACT_MODE")
    cursor_secret: SecretStr = SecretStr("")
    rate_writes_per_minute: int = Field(default=6_000, ge=0)
    rate_reads_per_minute: int = Field(default=24_000, ge=0)
    """What one caller may ask of one process; 0: as often as he likes."""
    otlp_endpoint: str = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """Where spans are sent; no traces without it."""
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)

    @classmethod
    def of(cls, service: str) -> Self:
        """The settings of one service from the environment. <SERVICE>_DATABASE_URL wins over DATABASE_URL."""
        return cls(database_url=database_url(service))


def database_url(service: str, password: str | None = None) -> str:
    """The URL of a service's application login: <SERVICE>_DATABASE_URL, or derived from DATABASE_URL, which names the
    server: database and user fieldfact_<service>, the same host, `password` or the same. RuntimeError when neither is set."""
    own = os.environ.get(f"{service.upper()}_DATABASE_URL")
    if own:
        return own
    server = os.environ.get("DATABASE_URL")
    if not server:
        raise RuntimeError(f"set DATABASE_URL or {service.upper()}_DATABASE_URL")
    return login_url(server, service, password)


def login_url(server: str, service: str, password: str | None = None) -> str:
    """The URL by which a service logs in to its own database on `server`. A database prefix stands before the name."""
    parts = urlsplit(server)
    secret = quote(password, safe="") if password else parts.password
    word = f":{secret}" if secret else ""
    where = f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"
    name = f"fieldfact_{service}"
    prefix = os.environ.get("DATABASE_PREFIX", "")
    return urlunsplit((parts.scheme, f"{name}{word}@{where}", f"/{prefix}{name}", parts.query, ""))


def library_functions_enabled() -> bool:
    """Whether the environment switches on the event store library's own insert function, which loses facts."""
    names = (name for name in os.environ if name.endswith("POSTGRES_ENABLE_DB_FUNCTIONS"))
    return any(os.environ[name].strip().lower() not in ("", "0", "n", "no", "f", "false", "off") for name in names)


class OwnSettings(BaseSettings):
    """The base of what one service is told beside that."""

    model_config = SettingsConfigDict(frozen=True)
