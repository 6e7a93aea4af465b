"""`fieldfact replay`: the publisher's relay sends again from a position."""

import argparse

from deploy.cli.faults import Refused
from deploy.cli.services import PUBLISHERS, url_of, with_service
from libs.events.topics import PARTITIONS
from libs.runtime.replay import NotSent, replay


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command."""
    parser = commands.add_parser("replay", help="let a relay send again", description=__doc__)
    with_service(parser, PUBLISHERS)
    parser.add_argument("--from", dest="first", type=_counted, default=1, metavar="POSITION", help="default: 1, all")
    parser.add_argument("--partition", type=int, choices=range(PARTITIONS), metavar="N", help="default: all")
    parser.set_defaults(run=_run)


async def _run(arguments: argparse.Namespace) -> int:
    try:
        sent = await replay(url_of(arguments.service), arguments.first, arguments.partition)
    except NotSent as fault:
        raise Refused(str(fault)) from fault
    where = "all partitions" if arguments.partition is None else f"partition {arguments.partition}"
    print(f"{arguments.service}: positions {arguments.first} to {sent} go out again in {where}, and then what follows")
    return 0


def _counted(text: str) -> int:
    if (position := int(text)) < 1:
        raise argparse.ArgumentTypeError("positions count from 1")
    return position
