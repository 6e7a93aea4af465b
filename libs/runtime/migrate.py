"""Making databases, logins and tables, as one step that may be run again."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from psycopg import sql

from libs.runtime.database import Connection, connect, unit_of_work
from libs.runtime.service import Service
from libs.runtime.versions import creation

_MIGRATIONS = Path(__file__).parent / "migrations"
STORE_SQL = (_MIGRATIONS / "store.sql").read_text()
GENERATIONS_SQL = (_MIGRATIONS / "generations.sql").read_text()
OPERATE_SQL = (_MIGRATIONS / "operate.sql").read_text()
LOCK = 4713
_APPLIED = "create table if not exists public.migration (name text primary key, applied_at timestamptz default now())"


async def migrate(service: Service, server: str, login: str) -> list[str]:
    """Brings one service's database up to date and answers the names of the migrations applied now.

    `server` is a URL that may create databases and roles; `login` is the URL of the service's own login: it names the
    database, the role and its password. Runs under an advisory lock; each migration is one transaction.
    """
    await _create(server, login)
    async with await connect(as_owner(server, login)) as connection:
        await connection.execute("select pg_advisory_lock(%s)", (LOCK,))
        await connection.execute(_APPLIED)
        applied = []
        for name, statements in migrations(service).items():
            if await _apply(connection, name, statements):
                applied.append(name)
        await _grant(connection, unquote(urlsplit(login).username or ""))
    return applied


def migrations(service: Service) -> Mapping[str, str]:
    """Every migration of a service by name, in order: the store, the views' tables, then the service's own."""
    tables = ";\n".join(creation(service.tables))
    return (
        {"store": STORE_SQL, "generations": GENERATIONS_SQL, "operate": OPERATE_SQL}
        | ({"views": tables} if tables else {})
        | dict(service.sql)
    )


async def _create(server: str, login: str) -> None:
    """The database and the role that `login` names, unless they are there."""
    parts = urlsplit(login)
    database, role = parts.path.lstrip("/"), unquote(parts.username or "")
    async with await connect(server) as connection:
        await connection.execute("select pg_advisory_lock(%s)", (LOCK,))
        if not await _exists(connection, "select from pg_roles where rolname = %s", role):
            password = (
                sql.SQL(" password {}").format(sql.Literal(unquote(parts.password))) if parts.password else sql.SQL("")
            )
            await connection.execute(sql.SQL("create role {} login{}").format(sql.Identifier(role), password))
        if not await _exists(connection, "select from pg_database where datname = %s", database):
            await connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
            await connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database)))
        await connection.execute(
            sql.SQL("grant connect on database {} to {}").format(sql.Identifier(database), sql.Identifier(role))
        )


async def _apply(connection: Connection, name: str, statements: str) -> bool:
    async with unit_of_work(connection):
        if await _exists(connection, "select from public.migration where name = %s", name):
            return False
        await connection.execute(statements.encode())
        await connection.execute("insert into public.migration (name) values (%s)", (name,))
    return True


async def _grant(connection: Connection, role: str) -> None:
    """What the application login may do: read all, append through the functions, write views and marks; never
    insert, change or delete a fact."""
    statements = [
        "grant usage on schema store to {role}",
        "grant select on all tables in schema store to {role}",
        "grant usage on all sequences in schema store to {role}",
        "grant execute on all functions in schema store to {role}",
        "grant insert, update on store.heard, store.parked to {role}",
    ]
    if await _exists(connection, "select from pg_namespace where nspname = %s", "read"):
        statements += [
            "grant usage on schema read to {role}",
            "grant select, insert, update on all tables in schema read to {role}",
        ]
    for statement in statements:
        await connection.execute(sql.SQL(statement).format(role=sql.Identifier(role)))


async def _exists(connection: Connection, query: str, value: str) -> bool:
    cursor = await connection.execute(query.encode(), (value,))
    return await cursor.fetchone() is not None


def as_owner(server: str, login: str) -> str:
    """The URL by which the login of `server` opens the database that `login` names."""
    parts = urlsplit(server)
    return urlunsplit((parts.scheme, parts.netloc, urlsplit(login).path, parts.query, ""))
