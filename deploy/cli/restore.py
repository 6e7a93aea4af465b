"""`fieldfact restore`: the databases of a backup, and from Kafka every fact that was told after it. Stop all services
first; start them when it has ended with 0."""

import argparse
import json
from pathlib import Path

from deploy.cli.backup import CONTENTS
from deploy.cli.databases import UNFINISHED, drop, empty, exists, name_of, owned, rename, server, unfinished
from deploy.cli.dumps import load
from deploy.cli.faults import Refused
from deploy.cli.services import NAMES, PUBLISHERS, service_of, url_of
from libs.runtime.database import connect
from libs.runtime.migrate import migrate
from libs.runtime.restoring import Diverged, Restored, restore_facts
from libs.runtime.settings import KafkaSettings

UNKNOWN = """
What cannot be known:
- facts that were recorded after the backup and had not reached Kafka are gone, though they were answered;
- the Idempotency-Keys of commands answered since {taken_at}: a caller who sends one of them again
  is not recognised and the command is decided once more. Keys do not travel with the facts, so they cannot be rebuilt;
- a parked fact that was retried or discarded since then waits again."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command."""
    parser = commands.add_parser("restore", help="databases from a backup, later facts from Kafka", description=__doc__)
    parser.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR", help="what backup wrote")
    parser.set_defaults(run=_run)


async def _run(arguments: argparse.Namespace) -> int:
    """Nothing has its name before everything is there: a service that is started too early finds no database."""
    folder: Path = arguments.folder
    if not (folder / CONTENTS).exists():
        raise Refused(f"{folder} holds no finished backup")
    contents = json.loads((folder / CONTENTS).read_text())
    await _refuse_what_is_there()
    for name in NAMES:
        await _load(name, folder / f"{name}.dump")
    for name in PUBLISHERS:
        print(_told(await _from_kafka(name)))
    async with await connect(server()) as connection:
        for name in map(name_of, map(url_of, NAMES)):
            await rename(connection, name + UNFINISHED, name)
    print(UNKNOWN.format(taken_at=contents["taken_at"]))
    return 0


async def _refuse_what_is_there() -> None:
    async with await connect(server()) as connection:
        for name in map(name_of, map(url_of, NAMES)):
            if await exists(connection, name):
                raise Refused(f"the database {name} is there: stop the services, and rename or drop it first")
            await drop(connection, name + UNFINISHED)


async def _load(name: str, file: Path) -> None:
    """Migrations make logins and what is granted on the database; the dump brings all else; then migrations that are
    younger than the dump."""
    login = unfinished(url_of(name))
    await migrate(service_of(name), server(), login)
    await empty(owned(login))
    await load(owned(login), file)
    applied = await migrate(service_of(name), server(), login)
    print(f"{name}: loaded{', then migrated: ' + ', '.join(applied) if applied else ''}")


async def _from_kafka(name: str) -> Restored:
    try:
        return await restore_facts(owned(unfinished(url_of(name))), name, KafkaSettings(), service_of(name).numbers)
    except Diverged as fault:
        raise Refused(f"{name}: {fault}") from fault


def _told(restored: Restored) -> str:
    numbers = "".join(f"; {name} goes on after {value}" for name, value in sorted(restored.numbers.items()))
    lost = f"; LOST, they never reached Kafka: positions {restored.lost}" if restored.lost else ""
    return (
        f"{restored.publisher}: {restored.backed_up} facts from the backup, {restored.facts} from Kafka, "
        f"up to position {restored.last}{numbers}{lost}"
    )
