"""A database for each test: one is migrated for each service and run, and the tests have copies of it."""

import asyncio
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from libs.runtime.migrate import migrate
from libs.runtime.service import Service


class Templates:
    """Migrated databases by service. A copy has no privileges and no settings of the database itself: a test of those
    migrates one of its own."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._made: dict[int, str] = {}

    def copy(self, service: Service, database: str) -> str:
        """Makes the database that the superuser's URL names, as the service's migrations leave it; answers the URL of
        the service's own login to it."""
        name = self._made.get(id(service)) or self._make(service)
        execute(self.server, "create database {} template {}", name_of(database), name)
        return login(database, service.name)

    def _make(self, service: Service) -> str:
        name = self._made[id(service)] = f"template_{uuid.uuid4().hex}"
        asyncio.run(migrate(service, self.server, login(at(self.server, name), service.name)))
        return name

    def drop(self) -> None:
        """Drops them all."""
        for name in self._made.values():
            execute(self.server, "drop database if exists {} with (force)", name)


@pytest.fixture(scope="session")
def templates(postgres_url: str) -> Iterator[Templates]:
    """Migrated databases, once per run."""
    made = Templates(postgres_url)
    yield made
    made.drop()


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """The superuser's URL of a database of the test's own: whoever needs it makes it, and it is dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    yield at(postgres_url, name)
    execute(postgres_url, "drop database if exists {} with (force)", name)


def execute(server: str, statement: str, *names: str) -> None:
    """Executes a statement about databases of these names."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def login(database: str, service: str) -> str:
    """The URL of a service's own login to a test's database."""
    parts = urlsplit(database)
    return urlunsplit(parts._replace(netloc=f"fieldfact_{service}@{parts.hostname}:{parts.port}"))


def at(server: str, name: str) -> str:
    """The URL of a database on the server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def name_of(database: str) -> str:
    """The name of the database that a URL leads to."""
    return urlsplit(database).path.lstrip("/")
