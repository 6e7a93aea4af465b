"""`python -m deploy.cli`: parked facts, sending again, proof, views anew, backup and restore; docs/operating.md shows each.

DATABASE_URL, <SERVICE>_DATABASE_URL, KAFKA_BOOTSTRAP_SERVERS and the others are those that the services are given.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

import psycopg
from aiokafka.errors import KafkaError

from deploy.cli import backup, parked, rebuild, replay, restore, verify
from deploy.cli.faults import Refused
from libs.runtime.faults import Unavailable

COMMANDS = (parked, replay, verify, rebuild, backup, restore)


def main(words: Sequence[str] | None = None) -> int:
    """0 when it was done, 1 when it was not, with the reason on the error output; 2 for words that make no command."""
    parser = argparse.ArgumentParser(prog="fieldfact", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    for command in COMMANDS:
        command.add(commands)
    arguments = parser.parse_args(words)
    try:
        return int(asyncio.run(arguments.run(arguments)))
    except (Refused, Unavailable, psycopg.Error, KafkaError, OSError) as fault:
        print(f"fieldfact: {fault}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
