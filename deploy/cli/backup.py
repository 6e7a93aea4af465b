"""`fieldfact backup`: a dump of every service's database. Kafka is kept apart, by its own replicas."""

import argparse
import json
from pathlib import Path

from deploy.cli.databases import owned
from deploy.cli.dumps import dump
from deploy.cli.faults import Refused
from deploy.cli.services import NAMES, url_of
from libs.runtime.clock import now
from libs.runtime.database import connect, one_row

CONTENTS = "backup.json"
"""Written last: a folder without it is no backup."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command."""
    parser = commands.add_parser("backup", help="dump every database", description=__doc__)
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="a folder that is empty or not there")
    parser.set_defaults(run=_run)


async def _run(arguments: argparse.Namespace) -> int:
    folder = _made(arguments.to)
    taken_at, positions = now(), dict[str, int]()
    for name in NAMES:
        # read before the dump: it holds at least so much
        positions[name] = await _position(owned(url_of(name)))
        await dump(owned(url_of(name)), folder / f"{name}.dump")
        print(f"{name}: {(folder / f'{name}.dump').stat().st_size} bytes, at least up to position {positions[name]}")
    (folder / CONTENTS).write_text(json.dumps({"taken_at": taken_at.isoformat(), "positions": positions}, indent=2))
    return 0


def _made(folder: Path) -> Path:
    """The folder, for its owner only; Refused when something is in it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise Refused(f"{folder} is not empty")
    return folder


async def _position(database: str) -> int:
    async with await connect(database) as connection:
        cursor = await connection.execute("select coalesce(max(notification_id), 0) from store.stored_events")
        return int((await one_row(cursor))[0])
