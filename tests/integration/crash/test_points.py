"""Crash points, made certain by a proxy that keeps one answer back: kill -9 there, start again, and nothing differs.

A8: COMMIT of a command sent, its answer not come. A9: committed, the caller not answered. R4: all acknowledged, the
relay's checkpoint not moved. J4 and C4: COMMIT of a projector and of invoicing sent, its answer not come.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from tests.support.checker import check_documents, check_transport, published
from tests.support.deployment import Deployment, servers
from tests.support.eventually import eventually
from tests.support.proxy import Proxy, proxy_to
from tests.support.workload import Persistent, an_order, put_records

ALL = ("reference", "order", "reporting", "invoicing")
HEADER = {"project": "P-1", "service_date": "2026-03-02"}


@pytest.fixture(scope="module")
def deployment(
    postgres_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """All services, started once for these tests."""
    made = Deployment(tmp_path_factory.mktemp("crash"), servers(postgres_url, kafka_bootstrap))
    made.prepare()
    made.start(*ALL)
    yield made
    made.stop()


@pytest.fixture(autouse=True)
async def records(deployment: Deployment) -> None:
    """The reference records, heard by the order service."""
    async with deployment.client("reference") as reference, deployment.client("order") as order:
        positions = await put_records(reference)
        if positions:

            async def heard() -> bool:
                answer = await order.get("/v1/orders", headers={"not-older-than": positions})
                return answer.status_code == httpx.codes.OK

            await eventually(heard, within=30)


@asynccontextmanager
async def before_database(deployment: Deployment, service: str) -> AsyncIterator[tuple[Proxy, dict[str, str]]]:
    """A proxy in front of PostgreSQL, and the environment that sends a service through it."""
    server = urlsplit(deployment.servers["DATABASE_URL"])
    async with proxy_to(str(server.hostname), server.port or 5432) as (proxy, port):
        login = f"postgresql://fieldfact_{service}@127.0.0.1:{port}/{deployment.prefix}_fieldfact_{service}"
        yield proxy, {f"{service.upper()}_DATABASE_URL": login}


async def settled(deployment: Deployment) -> None:
    """Everything holds, as soon as all has been heard."""

    async def nothing_wrong() -> bool:
        assert await deployment.problems() == []
        return True

    await eventually(nothing_wrong, within=40)


async def facts_of(deployment: Deployment, service: str, wanted: int) -> None:
    """The service's store holds this many facts more than before."""

    async def there() -> bool:
        return len(deployment.evidence.facts(service)) == wanted

    await eventually(there, within=20)


async def test_a8_a_command_whose_commit_was_not_answered_happened_once(deployment: Deployment) -> None:
    deployment.kill("order")
    before = len(deployment.evidence.facts("order"))
    async with before_database(deployment, "order") as (proxy, env):
        await asyncio.to_thread(deployment.start, "order", **env)
        proxy.hold_answer_to(b'"key": "a8"')  # in the arguments of store.append
        async with deployment.client("order") as client:
            with pytest.raises(httpx.TransportError):
                await client.post("/v1/orders", json=HEADER, headers={"idempotency-key": "a8"}, timeout=2)
        assert proxy.held.is_set()
        await facts_of(deployment, "order", before + 1)
        deployment.kill("order")
    deployment.start("order")
    async with deployment.client("order") as client:
        again = await client.post("/v1/orders", json=HEADER, headers={"idempotency-key": "a8"})
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert len(deployment.evidence.facts("order")) == before + 1
    await settled(deployment)


async def test_a9_a_caller_who_was_not_answered_gets_the_one_answer(deployment: Deployment) -> None:
    before = len(deployment.evidence.facts("order"))
    async with proxy_to("127.0.0.1", deployment.ports["order"]) as (proxy, port):
        proxy.hold_answer_to(b"POST /v1/orders")
        async with deployment.client("order") as client:
            client.base_url = httpx.URL(f"http://127.0.0.1:{port}")
            with pytest.raises(httpx.TransportError):
                await client.post("/v1/orders", json=HEADER, headers={"idempotency-key": "a9"}, timeout=2)
        await facts_of(deployment, "order", before + 1)
        deployment.kill("order")
    deployment.start("order")
    async with deployment.client("order") as client:
        again = await client.post("/v1/orders", json=HEADER, headers={"idempotency-key": "a9"})
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert len(deployment.evidence.facts("order")) == before + 1
    await settled(deployment)


async def killed_at(deployment: Deployment, service: str, name: str, pattern: bytes, after: bytes = b"") -> None:
    """Lets an order get all the way while one answer of PostgreSQL to `service` is kept back, kills the service there,
    starts it again, and sees that everything holds."""
    deployment.kill(service)
    async with before_database(deployment, service) as (proxy, env):
        proxy.hold_answer_to(pattern, after)
        await asyncio.to_thread(deployment.start, service, **env)
        async with deployment.client("order") as client:
            await an_order(Persistent(client), name)
        await proxy.held.wait()
        deployment.kill(service)
    deployment.start(service)
    await settled(deployment)


async def test_r4_what_was_sent_before_the_checkpoint_moved_is_sent_again_and_changes_nothing(
    deployment: Deployment,
) -> None:
    await killed_at(deployment, "order", "r4", b"store.move_relay")


async def test_j4_a_projector_killed_in_its_commit_shows_what_is_true(deployment: Deployment) -> None:
    await killed_at(deployment, "reporting", "j4", b"commit\0", after=b"insert into")


async def test_c4_invoicing_killed_in_its_commit_issues_each_document_once(deployment: Deployment) -> None:
    await killed_at(deployment, "invoicing", "c4", b"commit\0", after=b"store.append")


async def test_the_checker_finds_what_is_doubled_missing_or_invented(deployment: Deployment) -> None:
    """What the checker is for: a planted document twice, and one taken away."""
    async with deployment.client("order") as client:
        await an_order(Persistent(client), "planted")
    await settled(deployment)
    orders, documents = deployment.evidence.facts("order"), deployment.evidence.facts("invoicing")
    assert check_documents(orders, documents) == []
    assert check_documents(orders, documents[:-1]) != []
    assert check_documents(orders, [*documents, documents[-1]]) != []
    evidence = deployment.evidence
    records = await published(evidence.kafka, f"{evidence.topic_prefix}order.events.v1")
    assert check_transport(orders, records) == []
    assert check_transport(orders, records[:-1]) != []  # as a checkpoint that moved before the send leaves it
    assert check_transport(orders[:-1], records) != []
    with psycopg.connect(deployment.evidence.database("reporting"), autocommit=True) as owner:
        owner.execute("update read.order_line set posted_cost = posted_cost + 1 where known_to > now()")
        assert any("margin" in problem for problem in await deployment.problems())
        owner.execute("update read.order_line set posted_cost = posted_cost - 1 where known_to > now()")
