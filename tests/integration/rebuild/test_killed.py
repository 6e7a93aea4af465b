"""A rebuild is killed with -9 at each point of its way: what is shown stays right, and the next one gets there.

J5: an empty copy stands. J6: some of it is heard. J7: all is heard and compared, nothing is exchanged. J8: exchanged, and
the caller does not know. Each point is made certain by a proxy that keeps one answer of PostgreSQL back.
"""

import asyncio
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from deploy.local.processes import Program
from deploy.local.services import ROOT
from libs.runtime.rebuild import Rebuild
from libs.runtime.settings import KafkaSettings
from services.reporting.main import SERVICE as REPORTING
from tests.support.deployment import Deployment, servers
from tests.support.eventually import eventually
from tests.support.forked import Forked
from tests.support.proxy import proxy_to
from tests.support.workload import Persistent, an_order, put_records

POINTS = {
    "J5": (b"commit\0", b"CREATE TABLE read_", False),
    "J6": (b"commit\0", b'insert into "read_', False),
    "J7": (b"create or replace view", b"", False),
    "J8": (b"commit\0", b"create or replace view", True),
}
"""The answer to which statement is kept back, on a connection that has sent what before, and whether it is exchanged."""


@pytest.fixture(scope="module")
def deployment(
    postgres_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """All services, started once, with orders that went all the way."""
    made = Deployment(tmp_path_factory.mktemp("rebuild"), servers(postgres_url, kafka_bootstrap))
    made.prepare()
    made.start("reference", "order", "reporting", "invoicing")
    asyncio.run(_orders(made))
    yield made
    made.stop()


async def _orders(deployment: Deployment) -> None:
    async with deployment.client("reference") as reference, deployment.client("order") as order:
        positions = await put_records(reference)

        async def heard() -> bool:
            return (await order.get("/v1/orders", headers={"not-older-than": positions})).is_success

        await eventually(heard, within=30)
        for number in range(3):
            await an_order(Persistent(order), f"order {number}")


async def _settled(deployment: Deployment) -> None:
    async def nothing_wrong() -> bool:
        assert await deployment.problems() == []
        return True

    await eventually(nothing_wrong, within=40)


def _rebuild(deployment: Deployment, *more: str, port: int = 0) -> Forked:
    """The command as a process, through a proxy at `port` if there is one."""
    env = dict(deployment.env)
    if port:
        parts = urlsplit(env["DATABASE_URL"])
        env["DATABASE_URL"] = parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}").geturl()
    said = ("--service", "reporting", "--source", "order", *more)
    return Forked(
        Program("rebuild", (sys.executable, "-m", "deploy.cli", "rebuild", *said), env, ROOT), deployment.folder
    )


async def _ended(process: Forked) -> None:
    await asyncio.to_thread(process.wait_end, 60)


def _shown(deployment: Deployment) -> str:
    with psycopg.connect(deployment.evidence.database("reporting")) as owner:
        row = owner.execute("select pg_get_viewdef('read.order_line'::regclass)").fetchone()
    assert row is not None
    return str(row[0]).partition("FROM ")[2].partition(".")[0]


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_point_what_is_shown_is_right_and_the_next_rebuild_gets_there(
    deployment: Deployment, point: str
) -> None:
    pattern, after, exchanged = POINTS[point]
    server = urlsplit(deployment.servers["DATABASE_URL"])
    before = _shown(deployment)
    async with proxy_to(str(server.hostname), server.port or 5432) as (proxy, port):
        proxy.hold_answer_to(pattern, after)
        process = await asyncio.to_thread(_rebuild, deployment, port=port)
        async with asyncio.timeout(60):
            await proxy.held.wait()
        process.kill()
    async with deployment.client("order") as order:
        await an_order(Persistent(order), f"after {point}")
    await _settled(deployment)
    assert (_shown(deployment) != before) is exchanged
    if not exchanged:
        await _ended(await asyncio.to_thread(_rebuild, deployment))
        assert _shown(deployment) != before
        await _settled(deployment)
    await Rebuild(REPORTING, "order", deployment.evidence.database("reporting"), KafkaSettings()).drop_old()
