"""`fieldfact verify`: a late consumer reads the topic from its beginning and proves that it missed nothing."""

import argparse
import sys

from deploy.cli.services import PUBLISHERS, url_of
from libs.runtime.settings import KafkaSettings
from libs.runtime.verify import Different, verify


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command."""
    parser = commands.add_parser("verify", help="compare log and topic, byte for byte", description=__doc__)
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--service", choices=PUBLISHERS, help="one publisher")
    chosen.add_argument("--all", action="store_true", help="every publisher")
    parser.set_defaults(run=_run)


async def _run(arguments: argparse.Namespace) -> int:
    kafka, differing = KafkaSettings(), 0
    for name in PUBLISHERS if arguments.all else [arguments.service]:
        try:
            found = await verify(url_of(name), name, kafka)
        except Different as difference:
            print(f"{name}: {difference}", file=sys.stderr)
            differing += 1
            continue
        print(
            f"{name}: the topic holds {found.facts} facts byte for byte and nothing else, the chain is unbroken\n"
            f"  repeats {found.repeats}, passed behind a mended hole {found.passed}, not sent yet {found.unsent}"
        )
    return 1 if differing else 0
