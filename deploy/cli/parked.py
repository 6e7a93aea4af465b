"""`fieldfact parked`: what waits, record by record; let it take effect, or take it away for ever."""

import argparse
import getpass

from deploy.cli.faults import Refused
from deploy.cli.services import service_of, url_of, with_service
from libs.runtime.database import connect
from libs.runtime.hearing import Effect
from libs.runtime.parking import Waiting, waiting, waiting_as
from libs.runtime.releasing import Chosen, NothingParked, ParkedStream, discard, parked_streams, retry
from libs.runtime.service import effects
from libs.runtime.store import FactStore


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command and its four verbs."""
    parser = commands.add_parser("parked", help="facts that wait: list, show, retry, discard", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="list|show|retry|discard")
    for name, run, says in (
        ("list", _list, "a line per stream that waits"),
        ("show", _show, "one record, with its headers and bytes"),
        ("retry", _retry, "let what waits take effect, in order"),
        ("discard", _discard, "take records away for ever"),
    ):
        verb = verbs.add_parser(name, help=says, description=says)
        verb.set_defaults(run=run)
        with_service(verb)
        if name in ("list", "retry", "discard"):
            _with_place(verb)
        if name in ("show", "discard"):
            verb.add_argument("--id", type=int, required=name == "show", help="the record's number in the list")
        if name == "discard":
            verb.add_argument("--all", action="store_true", help="every record of --stream, not only --id")
            verb.add_argument("--reason", required=True, help="why: it is kept with the record")
            verb.add_argument("--by", default=getpass.getuser(), help="who; default: the login of this machine")


def _with_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--consumer", help="as listed, for example reporting.views")
    parser.add_argument("--source", help="the publisher")
    parser.add_argument("--stream", help="the stream's id, or the key of records that cannot be read")


async def _streams(arguments: argparse.Namespace) -> list[ParkedStream]:
    return await parked_streams(url_of(arguments.service), arguments.consumer, arguments.source, arguments.stream)


async def _list(arguments: argparse.Namespace) -> int:
    found = await _streams(arguments)
    for one in found:
        place = one.chosen
        span = "unreadable" if one.first is None else f"sequence {one.first} to {one.last}"
        print(f"{place.consumer} of {place.source}: {place.stream_id or '(no key)'}")
        print(f"  {one.count} waiting, {span}, since {one.parked_at:%Y-%m-%d %H:%M:%S}Z; first: id {one.first_id}")
        print(f"  {one.reason}")
    print(f"{len(found)} streams wait")
    return 0


async def _show(arguments: argparse.Namespace) -> int:
    one = await _record(arguments)
    print(f"id {one.id}: {one.consumer} of {one.source}, partition {one.partition}, offset {one.offset}")
    print(f"reason: {one.reason}")
    print(f"key: {one.key!r}")
    for name, value in one.headers:
        print(f"{name}: {value.decode(errors='backslashreplace')}")
    print(f"value, {len(one.value or b'')} bytes: {(one.value or b'').decode(errors='backslashreplace')}")
    return 0


async def _retry(arguments: argparse.Namespace) -> int:
    places = {one.chosen for one in await _streams(arguments) if one.first is not None}
    if not places:
        raise Refused("nothing that can be retried waits there")
    waits = 0
    async with FactStore(url_of(arguments.service)) as store:
        known = effects(service_of(arguments.service), store)
        for place in sorted(places, key=str):
            effect = known.get((place.consumer, place.source))
            waits += await _retry_one(arguments.service, effect, place)
    return 1 if waits else 0


async def _retry_one(service: str, effect: Effect | None, place: Chosen) -> int:
    """How many of a stream's records wait on."""
    if effect is None:
        raise Refused(f"{service} has no consumer {place.consumer} of {place.source}")
    try:
        released = await retry(url_of(service), effect, place)
    except NothingParked as fault:
        raise Refused(str(fault)) from fault
    print(f"{place.consumer} of {place.source}: {place.stream_id}: {released.applied} took effect", end="")
    print(f", {len(released.waiting)} wait: {released.waiting[0][1]}" if released.waiting else "")
    return len(released.waiting)


async def _discard(arguments: argparse.Namespace) -> int:
    chosen = await _all_of(arguments) if arguments.all else [await _record(arguments)]
    count = await discard(url_of(arguments.service), chosen, arguments.by, arguments.reason)
    print(f"{count} discarded by {arguments.by}: {arguments.reason}")
    return 0


async def _all_of(arguments: argparse.Namespace) -> list[Waiting]:
    if arguments.id or None in (place := (arguments.consumer, arguments.source, arguments.stream)):
        raise Refused("--all goes with --consumer, --source and --stream, and without --id")
    async with await connect(url_of(arguments.service)) as connection:
        return await waiting(connection, *place)


async def _record(arguments: argparse.Namespace) -> Waiting:
    if arguments.id is None:
        raise Refused("which? --id of one record, or --all of a stream")
    async with await connect(url_of(arguments.service)) as connection:
        one = await waiting_as(connection, arguments.id)
    if one is None:
        raise Refused(f"no record with id {arguments.id} waits")
    return one
