"""`fieldfact rebuild`: folds a service's views again beside the live ones, compares, and shows them in their place.

DATABASE_URL names the login that owns the tables, as for migrations; KAFKA_BOOTSTRAP_SERVERS the broker.
"""

import argparse

from deploy.cli import faults
from deploy.cli.databases import owned
from deploy.cli.services import service_of, url_of, with_service
from libs.runtime.generations import Refused
from libs.runtime.rebuild import Rebuild
from libs.runtime.rehearing import Progress
from libs.runtime.settings import KafkaSettings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "rebuild", help="fold views again beside the live ones, and show them", description=__doc__
    )
    with_service(parser)
    parser.add_argument("--source", help="only the views of this publisher (default: of all that the service hears)")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--changed", action="store_true", help="the rows are meant to differ: count, and show the new")
    instead.add_argument("--roll-back", action="store_true", help="show the views again that the last rebuild replaced")
    instead.add_argument("--drop-old", action="store_true", help="drop the views that the last rebuild replaced")
    parser.set_defaults(run=_run)


async def _run(arguments: argparse.Namespace) -> int:
    """Does it for one publisher after the other and says what happened."""
    service, url = service_of(arguments.service), owned(url_of(arguments.service))
    heard = sorted({projection.view.publisher for projection in service.views})
    for source in [arguments.source] if arguments.source else heard:
        try:
            await _one(Rebuild(service, source, url, KafkaSettings()), arguments)
        except Refused as refusal:
            raise faults.Refused(f"{service.name}, views of {source}: {refusal}") from refusal
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
