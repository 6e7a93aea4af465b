"""PostgreSQL's own dump and restore of one database, by the programs that come with the embedded server."""

import asyncio
import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.cli.faults import Refused
from deploy.local.postgres_binaries import NoPostgres, find_binaries


async def dump(database: str, file: Path) -> None:
    """Writes the database that the URL names, as it is at this moment. Refused with what pg_dump says."""
    await _run("pg_dump", database, "--format=custom", f"--file={file}")


async def load(database: str, file: Path) -> None:
    """Fills the empty database that the URL names; all of it or, with Refused, nothing."""
    await _run("pg_restore", database, "--no-owner", "--exit-on-error", "--single-transaction", str(file))


async def _run(name: str, database: str, *words: str) -> None:
    # the password goes in the environment: the words of a command can be read by everybody on the machine
    parts = urlsplit(database)
    login = f"{parts.username}@" if parts.username else ""
    address = parts._replace(netloc=f"{login}{parts.hostname}:{parts.port or 5432}").geturl()
    secret = {"PGPASSWORD": unquote(parts.password)} if parts.password else {}
    try:
        program = find_binaries().program(name)
    except NoPostgres as fault:
        raise Refused(str(fault)) from fault
    command = [program, f"--dbname={address}", *words]
    done = await asyncio.to_thread(
        subprocess.run, command, env={**os.environ, **secret}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{name} ended with {done.returncode}: {done.stdout}{done.stderr}".strip())
