"""`fieldfact rebuild`: folds a service's views again beside the live ones, compares, and shows them in their place.

DATABASE_URL names the login that owns the tables, as for migrations; KAFKA_BOOTSTRAP_SERVERS the broker.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from deploy.migrate.__main__ import SERVICES
from libs.runtime.generations import Refused
from libs.runtime.migrate import as_owner
from libs.runtime.rebuild import Rebuild
from libs.runtime.replay import Progress
from libs.runtime.settings import KafkaSettings, database_url

_BY_NAME = {service.name: service for service in SERVICES}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to those of `fieldfact`."""
    _told(
        commands.add_parser("rebuild", help="fold views again beside the live ones, and show them", description=__doc__)
    )


def _told(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--service", required=True, choices=sorted(_BY_NAME), help="whose views")
    parser.add_argument("--source", help="only the views of this publisher (default: of all that the service hears)")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--changed", action="store_true", help="the rows are meant to differ: count, and show the new")
    instead.add_argument("--roll-back", action="store_true", help="show the views again that the last rebuild replaced")
    instead.add_argument("--drop-old", action="store_true", help="drop the views that the last rebuild replaced")
    parser.set_defaults(run=run)
    return parser


async def run(arguments: argparse.Namespace) -> int:
    """Does it for one publisher after the other and says what happened; 1 when something was refused."""
    server = os.environ.get("DATABASE_URL")
    if not server:
        print("DATABASE_URL names no server", file=sys.stderr)
        return 1
    service = _BY_NAME[arguments.service]
    url = as_owner(server, database_url(service.name))
    heard = sorted({projection.view.publisher for projection in service.views})
    for source in [arguments.source] if arguments.source else heard:
        try:
            await _one(Rebuild(service, source, url, KafkaSettings()), arguments)
        except Refused as refusal:
            print(f"{service.name}, views of {source}: {refusal}", file=sys.stderr)
            return 1
    return 0


async def _one(rebuild: Rebuild, arguments: argparse.Namespace) -> None:
    name, say = f"{rebuild.service.name}, views of {rebuild.source}", _Say()
    if arguments.drop_old:
        dropped = await rebuild.drop_old()
        print(f"{name}: dropped {', '.join(f'read_{number}' for number in dropped) or 'nothing, there was nothing'}")
    elif arguments.roll_back:
        await rebuild.roll_back(say)
        print(f"{name}: the earlier views are shown again; the others are kept until --drop-old")
    else:
        print(f"{name}: rebuilding beside the live ones", flush=True)
        for difference in await rebuild.run(say, changed=arguments.changed):
            print(f"  {difference}")
        print(f"{name}: shown; the earlier ones are kept until --drop-old, and shown again by --roll-back")


class _Say:
    """Prints the progress once a second, and at the end."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, progress: Progress) -> None:
        if progress.seconds >= self._next or progress.done == progress.total:
            rate = progress.done / progress.seconds if progress.seconds else 0
            print(f"  {progress.done:>12,} of {progress.total:,} facts, {rate:,.0f}/s", flush=True)
            self._next = progress.seconds + 1


def main(words: Sequence[str] | None = None) -> int:
    """The command by itself."""
    arguments = _told(argparse.ArgumentParser(prog="fieldfact rebuild", description=__doc__)).parse_args(words)
    return asyncio.run(run(arguments))


if __name__ == "__main__":
    sys.exit(main())
