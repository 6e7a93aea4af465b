"""The parts of the harness that need no server: schedules replay, points and bugs name what is there, links do as told."""

import asyncio
import importlib
from itertools import islice

import pytest

from tests.chaos.link import KEPT_SECONDS, Link
from tests.chaos.mutants import MUTANTS
from tests.chaos.plan import Cast, Sizes, kind_of, role_of, schedule
from tests.chaos.points import POINTS, by_role, found
from tests.chaos.scripts import scripts
from tests.support.eventually import eventually

BILLING = ("subscription_billing.api", "subscription_billing.timers.1")
CAST = Cast(
    processes=("order.api", "order.relay.1", "order.relay.2", "order.hear.1", "order.timers.1", "issuer", *BILLING),
    publishers=("order", "invoicing"),
    links=("kafka", "postgres.order", "http.order"),
    policies=("invoicing",),
    points=by_role(),
)


def test_a_seed_is_a_schedule() -> None:
    first, again, other = (schedule(seed, 600, CAST, Sizes()) for seed in (7, 7, 8))
    assert first == again != other
    assert [step.at for step in first] == sorted(step.at for step in first)
    assert max(step.at for step in first) <= 540
    assert {str(step) for step in first} == {str(step) for step in again}


def test_a_long_schedule_holds_what_was_promised() -> None:
    steps = schedule(1, 720, CAST, Sizes())
    times = {fault: sum(step.fault == fault for step in steps) for fault in {step.fault for step in steps}}
    assert times["kill"] >= 1_500
    assert times["crash_database"] >= 10
    assert times["crash_broker"] >= 3
    assert times["wipe_topic"] == 1
    assert {step.point for step in steps if step.point} == {name for role in by_role() for name in by_role()[role]}
    assert {step.target for step in steps if step.fault == "kill"} == set(CAST.processes)


def test_a_seed_is_a_workload() -> None:
    first, again, other = (list(islice(scripts(seed, client), 40)) for seed, client in ((7, 1), (7, 1), (7, 2)))
    assert first == again != other
    words = [say.unique for script in first for say in (script.create, *script.then)]
    assert len(set(words)) == len(words)
    assert [script.name for script in first if script.shared] == [script.name for script in other if script.shared]


def test_names_of_processes_tell_role_and_kind() -> None:
    assert (role_of("order.relay.2"), kind_of("order.relay.2")) == ("relay", "order.relay")
    assert (role_of("issuer"), kind_of("issuer")) == ("issuer", "issuer")


@pytest.mark.parametrize("name", sorted(POINTS))
def test_a_point_names_what_is_there(name: str) -> None:
    holder, function = found(POINTS[name].place)
    assert callable(getattr(holder, function))


def test_what_is_patched_is_there() -> None:
    """A bug whose place has moved would be found by no one, and look like a good checker."""
    for module in ("bugs_billing", "bugs_hearing", "bugs_sla", "bugs_store", "bugs_telling"):
        source = importlib.import_module(f"tests.chaos.{module}").__file__
        assert source is not None
        with open(source) as text:
            places = [line.split('"')[1] for line in text if "wrap(" in line and '"' in line]
        assert places
        for place in places:
            found(place)
    assert len(MUTANTS) >= 8


class Echo(asyncio.Protocol):
    """Says again what it is told."""

    here = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        Echo.here += 1

    def connection_lost(self, _: Exception | None) -> None:
        Echo.here -= 1

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


async def test_a_link_passes_cuts_resets_and_keeps_an_answer() -> None:
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0)
    link = Link("echo", server.sockets[0].getsockname()[1])
    await link.open()

    async def asked(question: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        try:
            writer.write(question)
            return await reader.readexactly(len(question))
        except (OSError, asyncio.IncompleteReadError):
            return b"broken"
        finally:
            writer.close()

    assert await asked(b"one") == b"one"
    link.delay = 0.05
    assert await asked(b"two") == b"two"
    link.heal()
    link.reset_after = 1
    assert await asked(b"three") == b"broken"
    assert await asked(b"four") == b"four"
    link.hold_next = True
    assert await asked(b"five") == b"five"
    began = asyncio.get_running_loop().time()
    assert await asked(b"commit\0") == b"broken"
    assert asyncio.get_running_loop().time() - began >= KEPT_SECONDS * 0.9
    assert link.held == 1
    link.cut = True
    assert await asked(b"six") == b"broken"
    link.heal()
    assert await asked(b"seven") == b"seven"
    link.close()
    server.close()
    await eventually(lambda: not link._pairs and not Echo.here)
