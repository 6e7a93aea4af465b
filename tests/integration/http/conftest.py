"""The real applications of all services in this process, each on a database of its own."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from deploy.local.issuer import LocalIssuer
from deploy.migrate.__main__ import SERVICES
from libs.runtime.migrate import migrate
from libs.runtime.service import Parts, Service
from libs.runtime.settings import ServiceSettings
from libs.runtime.store import FactStore

ISSUER = LocalIssuer("http://issuer.test")


@dataclass(frozen=True)
class Apps:
    """The applications by service."""

    apps: dict[str, FastAPI]
    stores: dict[str, FactStore]

    def client(self, service: str, role: str = "", **claims: Any) -> httpx.AsyncClient:
        """A client with a token of this role, or without one."""
        named = {"worker_id": "W-1", "customer_id": "C-1"} | claims
        token = ISSUER.token(f"test-{role}", [role], **named) if role else ""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(self.apps[service], raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)


@pytest.fixture(scope="session")
def templates(postgres_url: str) -> Iterator[str]:
    """The prefix of one migrated database for each service, from which tests copy theirs."""
    prefix = f"h{uuid.uuid4().hex[:8]}"

    async def make() -> None:
        for service in SERVICES:
            await migrate(service, postgres_url, _login(postgres_url, prefix, service.name))

    asyncio.run(make())
    yield prefix
    _drop(postgres_url, prefix, SERVICES)


@pytest.fixture
async def apps(
    postgres_url: str, templates: str, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Apps]:
    """The services that the test's module names as NEEDED, or all; nothing is heard, so views stay empty."""
    needed = getattr(request.module, "NEEDED", SERVICES)
    async with opened(postgres_url, templates, tmp_path, needed) as apps:
        yield apps


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    postgres_url: str, templates: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Apps]:
    """The same, once for all tests of a module, which then run on one loop: pytest.mark.asyncio(loop_scope="module")."""
    needed = getattr(request.module, "NEEDED", SERVICES)
    async with opened(postgres_url, templates, tmp_path_factory.mktemp("keys"), needed) as apps:
        yield apps


@asynccontextmanager
async def opened(postgres_url: str, templates: str, folder: Path, needed: Sequence[Service]) -> AsyncIterator[Apps]:
    """The applications of these services, each on a copy of its template."""
    prefix = f"h{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        for service in needed:
            copy = f'create database "{prefix}_{service.name}" template "{templates}_{service.name}"'
            server.execute(copy.encode())
    (folder / "keys.json").write_text(json.dumps(ISSUER.key_set()))
    async with AsyncExitStack() as stack:
        made, stores = {}, {}
        for service in needed:
            url = _login(postgres_url, prefix, service.name)
            stores[service.name] = store = await stack.enter_async_context(FactStore(url))
            settings = ServiceSettings(
                database_url=url,
                token_issuer=ISSUER.url,
                token_keys_file=str(folder / "keys.json"),
                mode="development",
            )
            made[service.name] = service.api(Parts(store, settings, set()))
        yield Apps(made, stores)
    _drop(postgres_url, prefix, needed)


def _drop(postgres_url: str, prefix: str, services: Sequence[Service]) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as server:
        for service in services:
            server.execute(f'drop database "{prefix}_{service.name}" with (force)'.encode())


def _login(server: str, prefix: str, service: str) -> str:
    parts = urlsplit(server)
    where = f"fieldfact_{service}@{parts.hostname}:{parts.port}"
    return urlunsplit(parts._replace(netloc=where, path=f"/{prefix}_{service}"))
