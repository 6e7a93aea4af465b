"""The system that is asked: one that is started for it, or one that runs at the addresses given."""

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx

from deploy.local.issuer import LocalIssuer, kept_key
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from tests.cases.bad_inputs.case import OutOfScope
from tests.support.deployment import ISSUER, MODULES, Deployment, servers

STARTED: tuple[str, ...] = tuple(
    name for name in ("reference", "agreement", "order", "subscription_billing", "reporting") if name in MODULES
)
READS_A_MINUTE = 300
"""What the reporting service allows a caller in a system of ours, so that one can reach it."""


@dataclass
class System:
    """Services by address. `deployment` is there when they are ours, to be killed and looked into."""

    addresses: Mapping[str, str]
    issuer: LocalIssuer
    deployment: Deployment | None = None
    seconds: list[float] = field(default_factory=list)
    """How long each answer took."""
    _clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    @property
    def own(self) -> Deployment:
        """The services as processes of ours. OutOfScope for a system that was given by its addresses."""
        if self.deployment is None:
            raise OutOfScope("needs a system of its own: its database, its broker or its processes")
        return self.deployment

    def token(self, *roles: str, **claims: Any) -> str:
        """A token for all services."""
        subject = claims.pop("subject", f"cases-{'-'.join(roles)}")
        return self.issuer.token(subject, roles, **({"worker_id": "W-1", "customer_id": "C-1"} | claims))

    async def ask(
        self, service: str, method: str, path: str, *, role: str = "service_manager", **request: Any
    ) -> httpx.Response:
        """The answer to a request of a role. `headers` may be pairs; `authorization` in them replaces the token."""
        pairs = _pairs(request.pop("headers", ()))
        if role and not any(name.lower() == b"authorization" for name, _ in pairs):
            pairs.append((b"authorization", f"Bearer {self.token(role)}".encode()))
        client = self._client(service)
        began = perf_counter()
        answer = await client.request(method, path, headers=pairs, **request)
        self.seconds.append(perf_counter() - began)
        return answer

    async def ask_raw(
        self, service: str, method: str, target: str, *headers: tuple[str, str], content: str = ""
    ) -> httpx.Response:
        """The answer to a request that no client of HTTP would send; a service_manager asks."""
        url = httpx.URL(self.addresses[service])
        token = ("Authorization", f"Bearer {self.token('service_manager')}")
        length = [("Content-Length", str(len(content)))] if content else []
        whole = [("Host", url.netloc.decode()), ("Connection", "close"), token, *length, *headers]
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in whole), "", ""]
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(("\r\n".join(lines) + content).encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        first, *rest = head.decode().split("\r\n")
        pairs = [(name, value.strip()) for name, _, value in (line.partition(":") for line in rest)]
        return httpx.Response(int(first.split(" ")[1]), headers=pairs, content=body)

    def _client(self, service: str) -> httpx.AsyncClient:
        if service not in self.addresses:
            raise OutOfScope(f"there is no service {service}")
        if service not in self._clients:
            address = self.addresses[service]
            self._clients[service] = httpx.AsyncClient(base_url=address, timeout=30, trust_env=False)
        return self._clients[service]

    async def close(self) -> None:
        """Closes the connections."""
        for client in self._clients.values():
            await client.aclose()

    async def described(self, service: str) -> Mapping[str, Any]:
        """The OpenAPI document of a service; empty where there is no such service."""
        if service not in self.addresses:
            return {}
        document: Mapping[str, Any] = (await self.ask(service, "GET", "/openapi.json", role="")).json()
        return document


def _pairs(headers: Any) -> list[tuple[bytes, bytes]]:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return [(_bytes(name), _bytes(value)) for name, value in pairs]


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


@contextmanager
def deployed(folder: Path, postgres_url: str, kafka_bootstrap: str) -> Iterator[System]:
    """The services as processes on these servers, with databases and topics of their own."""
    made = Deployment(folder, servers(postgres_url, kafka_bootstrap))
    made.prepare()
    try:
        made.start(*STARTED, RATE_READS_PER_MINUTE=str(READS_A_MINUTE))
        addresses: dict[str, str] = {name: f"http://127.0.0.1:{made.ports[name]}" for name in STARTED}
        yield System(addresses, ISSUER, made)
    finally:
        made.stop()


@contextmanager
def started() -> Iterator[System]:
    """Everything, from the servers up; DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS win over the embedded ones."""
    with tempfile.TemporaryDirectory(prefix="fieldfact-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        with _postgres(folder) as database, _kafka(folder) as broker, deployed(folder, database, broker) as system:
            yield system


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    server = Postgres.start(folder / "postgres")
    try:
        yield server.url
    finally:
        server.stop()


@contextmanager
def _kafka(folder: Path) -> Iterator[str]:
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield given
        return
    server = Kafka.start(folder / "kafka")
    try:
        yield server.bootstrap
    finally:
        server.stop()


def addressed(addresses: Mapping[str, str], issuer_url: str, key_file: Path) -> System:
    """The services at these addresses, whose issuer signs with the key in the file."""
    json.loads(key_file.read_text())
    return System(addresses, LocalIssuer(issuer_url, kept_key(key_file)))
