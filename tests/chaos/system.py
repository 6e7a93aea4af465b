"""The system under chaos: every role of every service as a process of its own, singletons twice, behind links."""

import asyncio
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg

from deploy.local.ports import free_port
from deploy.local.services import ISSUER, SERVICES
from libs.events.topics import TOPICS
from tests.chaos.link import Link
from tests.chaos.plan import Cast, kind_of
from tests.chaos.points import by_role
from tests.chaos.stage import Stage
from tests.support.eventually import eventually

READY_SECONDS = 90.0
NAMES = tuple(service.name for service in SERVICES if service != ISSUER)
MODULES = {service.name: service.module for service in SERVICES}


def processes(roles: Mapping[str, Sequence[str]], copies: int) -> Iterator[tuple[str, str, str]]:
    """Name, service and role of every process: one that serves HTTP for each service, so many of everything else."""
    yield ISSUER.name, ISSUER.name, ""
    for service, works in roles.items():
        for role in works:
            if role == "api":
                yield f"{service}.api", service, role
            else:
                yield from ((f"{service}.{role}.{copy}", service, role) for copy in range(1, copies + 1))


class System:
    """Databases, topics and processes of one run, on a stage. Enter it to make them, then start it.

    There are two of every singleton, so that they must keep out of each other's way; for a bug that does not need
    that, one is enough.
    """

    def __init__(self, stage: Stage, mutant: str = "") -> None:
        self.stage, self.mutant = stage, mutant
        self.prefix = f"c{uuid.uuid4().hex[:8]}"
        self.processes = {
            name: (service, role) for name, service, role in processes(stage.nursery.roles, copies=1 if mutant else 2)
        }
        self.issuer_port = free_port()
        self.links: dict[str, Link] = {"kafka": stage.broker_link}
        for service in NAMES:
            self.links[f"postgres.{service}"] = Link(f"postgres.{service}", stage.postgres.port)
            self.links[f"http.{service}"] = Link(f"http.{service}", free_port())

    @property
    def topic_prefix(self) -> str:
        """Goes before the names of the run's topics."""
        return f"{self.prefix}."

    @property
    def issuer(self) -> str:
        """Where tokens come from."""
        return f"http://127.0.0.1:{self.issuer_port}"

    def address(self, service: str) -> str:
        """Where a service is reached, through its link."""
        return f"http://127.0.0.1:{self.links[f'http.{service}'].port}"

    def database(self, service: str) -> str:
        """A superuser's URL of a service's database that passes no link."""
        return f"{self.stage.database_url.rpartition('/')[0]}/{self.prefix}_fieldfact_{service}"

    def cast(self) -> Cast:
        """Whom faults may meet."""
        publishers = [service for service in NAMES if service in TOPICS]
        return Cast(list(self.processes), publishers, list(self.links), ["invoicing"], by_role())

    def heal(self) -> None:
        """Every link passes everything."""
        for link in self.links.values():
            link.heal()

    async def __aenter__(self) -> "System":
        await asyncio.gather(*(link.open() for link in self.links.values() if link.name != "kafka"))
        migrated = self.stage.nursery.job("deploy.migrate.__main__", self._env(self.stage.database_url))
        await asyncio.gather(migrated, self.make_topics())
        return self

    async def make_topics(self) -> None:
        """Makes the topics that are missing."""
        await self.stage.nursery.job("deploy.topics.__main__", self._env(self.stage.database_url))

    async def operate(self, *words: str) -> str:
        """Does what an operator would, by the same command, and answers what it printed; RuntimeError when it refuses."""
        return await self.stage.nursery.job("deploy.cli.__main__", self._env(self.stage.database_url), *words)

    async def start(self) -> None:
        """Starts all processes and returns when every service answers that it is ready."""
        for name in self.processes:
            self._start(name)
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            for service in NAMES:
                await eventually(lambda of=service: self._ready(client, of), within=READY_SECONDS)  # type: ignore[misc]

    async def __aexit__(self, *_: object) -> None:
        self.stage.nursery.dismiss()
        self.heal()
        for name, link in self.links.items():
            if name != "kafka":
                link.close()
        with psycopg.connect(self.stage.database_url, autocommit=True) as server:
            for service in NAMES:
                server.execute(f'drop database if exists "{self.prefix}_fieldfact_{service}" with (force)'.encode())

    async def _ready(self, client: httpx.AsyncClient, service: str) -> bool:
        try:
            answer = await client.get(f"{self.address(service)}/readyz")
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK

    def _start(self, name: str) -> None:
        service, role = self.processes[name]
        if not role:
            env = {"HTTP_PORT": str(self.issuer_port), "ISSUER_KEY_FILE": str(self.stage.folder / "issuer.json")}
            self.stage.nursery.start(name, MODULES[service], "", {**self._env(""), **env})
            return
        parts = urlsplit(self.stage.database_url)
        port = self.links[f"postgres.{service}"].port
        behind = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}"))
        own = {"HTTP_PORT": str(self.links[f"http.{service}"].to), "METRICS_PORT": "0"}
        self.stage.nursery.start(name, MODULES[service], role, {**self._env(behind), **own}, self.mutant)

    def _env(self, database: str) -> Mapping[str, str]:
        return {
            "PATH": os.environ["PATH"],
            **self.stage.servers(database),
            "DATABASE_PREFIX": f"{self.prefix}_",
            "TOPIC_PREFIX": self.topic_prefix,
            "FIELDFACT_MODE": "development",
            "HTTP_HOST": "127.0.0.1",
            "TOKEN_ISSUER": self.issuer,
            "TOKEN_KEYS_URL": f"{self.issuer}/.well-known/jwks.json",
        }

    def of_kind(self, *kinds: str) -> list[str]:
        """The processes of these kinds (`order.relay`)."""
        return [name for name in self.processes if kind_of(name) in kinds]
