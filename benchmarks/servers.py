"""The servers of a benchmark: embedded ones in a temporary folder, stopped and removed at the end."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from libs.runtime.migrate import migrate
from libs.runtime.service import Service
from libs.runtime.settings import KafkaSettings, login_url
from libs.runtime.topics import create_topics


@dataclass(frozen=True)
class Servers:
    """Both servers, running. `folder` is a place for files; all of it is removed at the end."""

    folder: Path
    postgres: Postgres
    broker: Kafka | None

    @property
    def kafka(self) -> KafkaSettings:
        """How to reach the broker; RuntimeError when the benchmark did not ask for one."""
        if self.broker is None:
            raise RuntimeError("started without a broker")
        return KafkaSettings(bootstrap_servers=self.broker.bootstrap)

    @property
    def environment(self) -> Mapping[str, str]:
        """What leads a process to the servers."""
        led = {"DATABASE_URL": self.postgres.url, "PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
        return led | ({"KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap} if self.broker else {})

    @property
    def postgres_pid(self) -> int:
        """The first process of PostgreSQL: all others descend from it."""
        return self.postgres.running.pid

    @property
    def broker_pid(self) -> int:
        """The broker's process; RuntimeError without one."""
        if self.broker is None:
            raise RuntimeError("started without a broker")
        return self.broker.running.pid

    @property
    def postgres_version(self) -> str:
        """The server's version."""
        with psycopg.connect(self.postgres.url) as connection:
            return str(connection.info.parameter_status("server_version"))

    async def database(self, service: Service, prefix: str = "") -> str:
        """A fresh, migrated database of a service; the URL of the service's own login."""
        login = login_url(self.postgres.url, service.name)
        parts = urlsplit(login)
        login = parts._replace(path=f"/{prefix}{parts.path.lstrip('/')}").geturl()
        await migrate(service, self.postgres.url, login)
        return login

    def owner(self, login: str) -> str:
        """A superuser's URL of the database that `login` names."""
        return urlsplit(self.postgres.url)._replace(path=urlsplit(login).path).geturl()

    async def topics(self, prefix: str) -> KafkaSettings:
        """Fresh topics behind a prefix, and the settings that lead to them."""
        settings = KafkaSettings(bootstrap_servers=self.kafka.bootstrap_servers, topic_prefix=prefix)
        await create_topics(settings)
        return settings


@contextmanager
def servers(*, broker: bool = True) -> Iterator[Servers]:
    """PostgreSQL, durable as in production, and if wanted Kafka, of this run alone."""
    with tempfile.TemporaryDirectory(prefix="fieldfact-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # where user namespaces are refused another user must get through
        postgres = Postgres.start(folder / "postgres")
        try:
            kafka = Kafka.start(folder / "kafka") if broker else None
            try:
                yield Servers(folder, postgres, kafka)
            finally:
                if kafka is not None:
                    kafka.stop()
        finally:
            postgres.stop()
