"""The databases of the services as their owner sees them."""

import os
from urllib.parse import urlsplit

from psycopg import sql

from deploy.cli.faults import Refused
from libs.runtime.database import Connection, connect
from libs.runtime.migrate import as_owner

UNFINISHED = "_restoring"
"""Ends the name of a database that is being restored: no service finds it."""


def server() -> str:
    """DATABASE_URL, whose login may create databases."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise Refused("DATABASE_URL names no server")
    return url


def owned(login: str) -> str:
    """The URL of a service's database by the owner's login."""
    return as_owner(server(), login)


def unfinished(login: str) -> str:
    """The service's URL of the database in which its restore is prepared."""
    return urlsplit(login)._replace(path=urlsplit(login).path + UNFINISHED).geturl()


def name_of(url: str) -> str:
    """The database's name."""
    return urlsplit(url).path.lstrip("/")


async def exists(connection: Connection, name: str) -> bool:
    """Whether the server has a database of that name."""
    return bool(await (await connection.execute("select from pg_database where datname = %s", (name,))).fetchall())


async def drop(connection: Connection, name: str) -> None:
    """Drops the database, if there is one."""
    await connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


async def rename(connection: Connection, name: str, to: str) -> None:
    """Gives a database its name, at once; psycopg's error when somebody is connected to it."""
    statement = sql.SQL("alter database {} rename to {}")
    await connection.execute(statement.format(sql.Identifier(name), sql.Identifier(to)))


async def empty(database: str) -> None:
    """Takes everything out of a database that migrations have just made; logins and what is granted on the database
    itself stay, which no dump of a database holds."""
    async with await connect(database) as connection:
        found = await connection.execute(
            "select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')"
        )
        for (schema,) in await found.fetchall():
            await connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))
        await connection.execute("drop table public.migration")
