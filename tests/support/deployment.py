"""The real services as processes on the run's servers, with databases and topics of the test's own."""

import asyncio
import json
import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg

from deploy.local.http_ready import answers_200
from deploy.local.issuer import LocalIssuer
from deploy.local.ports import free_port
from deploy.local.processes import Program, Running
from deploy.local.services import ROOT, SERVICES
from deploy.migrate.__main__ import SERVICES as MIGRATED
from libs.runtime.migrate import migrate
from libs.runtime.settings import KafkaSettings, login_url
from libs.runtime.topics import create_topics
from tests.support.forked import Forked
from tests.support.verdict import Evidence

ISSUER = LocalIssuer("http://issuer.test")
READY_SECONDS = 60.0
MODULES = {service.name: service.module for service in SERVICES}


@dataclass
class Deployment:
    """Services that a test starts, kills and asks. `servers` is the environment that leads to PostgreSQL and Kafka."""

    folder: Path
    servers: Mapping[str, str]
    prefix: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:10]}")
    running: dict[str, Running] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """What every process is told."""
        keys = self.folder / "keys.json"
        keys.write_text(json.dumps(ISSUER.key_set()))
        return {
            **self.servers,
            "DATABASE_PREFIX": f"{self.prefix}_",
            "TOPIC_PREFIX": f"{self.prefix}.",
            "FIELDFACT_MODE": "development",
            "HTTP_HOST": "127.0.0.1",
            "TOKEN_ISSUER": ISSUER.url,
            "TOKEN_KEYS_FILE": str(keys),
        }

    def prepare(self) -> None:
        """Makes databases and topics, as `deploy.migrate` and `deploy.topics` do. Not for the thread of a loop."""
        asyncio.run(self._prepare())

    async def _prepare(self) -> None:
        server = self.servers["DATABASE_URL"]
        await asyncio.gather(*(migrate(service, server, self._login(service.name)) for service in MIGRATED))
        bootstrap = self.servers["KAFKA_BOOTSTRAP_SERVERS"]
        await create_topics(KafkaSettings(bootstrap_servers=bootstrap, topic_prefix=f"{self.prefix}."))

    def _login(self, service: str) -> str:
        parts = urlsplit(login_url(self.servers["DATABASE_URL"], service))
        return parts._replace(path=f"/{self.prefix}_{parts.path.lstrip('/')}").geturl()

    def start(self, *names: str, **env: str) -> None:
        """Starts services and returns when all are ready."""
        for name in names:
            self.running[name] = Forked(self._program(name, env), self.folder)
        for name in names:
            self.running[name].wait_ready(READY_SECONDS)

    def kill(self, name: str) -> None:
        """As kill -9."""
        self.running.pop(name).kill()

    def stop(self) -> None:
        """Stops everything and drops the databases."""
        for process in self.running.values():
            process.ask_to_stop()
        for process in self.running.values():
            process.end(10)
        with psycopg.connect(self.servers["DATABASE_URL"], autocommit=True) as server:
            query = "select datname from pg_database where datname like %s"
            for (name,) in server.execute(query, (f"{self.prefix}%",)).fetchall():
                server.execute(f'drop database "{name}" with (force)'.encode())

    def _program(self, name: str, env: Mapping[str, str]) -> Program:
        port = self.ports.setdefault(name, free_port())
        own = {"HTTP_PORT": str(port), "METRICS_PORT": str(free_port())}
        ready = answers_200(f"http://127.0.0.1:{port}/readyz")
        return Program(name, (sys.executable, "-m", MODULES[name]), {**self.env, **own, **env}, ROOT, ready=ready)

    def client(self, service: str, role: str = "service_manager") -> httpx.AsyncClient:
        """A client of a service, signed in with a role."""
        token = ISSUER.token(f"test-{role}", [role], worker_id="W-1", customer_id="C-1")
        headers = {"authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.ports[service]}", headers=headers, timeout=10)

    @property
    def evidence(self) -> Evidence:
        """Where the services keep what they did."""
        server, kafka = self.servers["DATABASE_URL"], self.servers["KAFKA_BOOTSTRAP_SERVERS"]
        return Evidence(server, kafka, f"{self.prefix}_", f"{self.prefix}.")

    async def problems(self) -> list[str]:
        """Everything that does not hold."""
        async with self.client("reporting") as reporting:
            return await self.evidence.problems(reporting)


def servers(postgres_url: str, kafka_bootstrap: str) -> dict[str, str]:
    """The environment that leads to the run's servers."""
    return {"DATABASE_URL": postgres_url, "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap, "PATH": os.environ["PATH"]}
