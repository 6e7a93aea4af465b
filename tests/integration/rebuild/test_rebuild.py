"""Views are rebuilt beside the live ones and shown in their place: nothing is lost, doubled or wrong meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from libs.events.order import OrderRevised
from libs.kernel.view import Heard, Rows, View
from libs.runtime.consumer import KafkaFeed
from libs.runtime.generations import Generations, Refused
from libs.runtime.hearing import Hearing
from libs.runtime.migrate import migrate
from libs.runtime.projector import Projection, Projector
from libs.runtime.rebuild import Differs, Rebuild
from libs.runtime.rehearing import Progress
from libs.runtime.relay import Relay
from libs.runtime.roles import keep
from libs.runtime.service import Service
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from libs.runtime.tail import follow_log
from tests.support.eventually import eventually
from tests.support.runtime import LISTENER, ORDER, TABLES, VIEW, created, login, order_id, revised, revisions, say

ORDERS = 20


def silent(_: Progress) -> None:
    """Nobody watches."""


@asynccontextmanager
async def running(*roles: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """The roles as a service keeps them: after a passing fault each starts again."""
    tasks = [asyncio.ensure_future(keep("role", role, set())) for role in roles]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(one) for one in done} <= {asyncio.CancelledError}


def hears_its_log(store: FactStore, url: str, view: Projection = VIEW) -> Callable[[], Awaitable[None]]:
    """The order service's own consumer."""
    return lambda: follow_log(store, Hearing(url, "order.views", "order", Projector([view])))


class Owner:
    """Looks at a database as its owner, on a connection of its own."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query.encode()).fetchall()

    def shown(self) -> str:
        """The schema that the view reads."""
        (found,) = self.rows("select pg_get_viewdef('read.revisions'::regclass)")
        return str(found[0]).partition("FROM ")[2].partition(".")[0]

    def table(self) -> list[str]:
        """Every version of every row that is shown, byte for byte."""
        return [str(row[0]) for row in self.rows("select r::text from read.revisions r order by stream_id, known_from")]

    def present(self) -> dict[str, int]:
        """The revisions shown of every order."""
        return dict(self.rows("select number, revisions from read.revisions where known_to > now()"))

    def schemas(self) -> list[str]:
        return [
            str(row[0]) for row in self.rows("select nspname from pg_namespace where nspname like 'read%' order by 1")
        ]


@pytest.fixture
def owner(database: str, order_url: str) -> Any:
    assert order_url
    looking = Owner(database)
    yield looking
    looking.connection.close()


class Load:
    """Callers that go on revising orders; `done` counts the revisions of each."""

    def __init__(self, store: FactStore) -> None:
        self.store, self.stopping = store, False
        self.done = dict.fromkeys(range(ORDERS), 0)

    async def run(self) -> None:
        for number in range(ORDERS):
            await say(self.store, number, created(f"SO-{number}"))
        while not self.stopping:
            for number in range(0, ORDERS, 4):
                await asyncio.gather(*(self._revise(one) for one in range(number, number + 4)))

    async def _revise(self, number: int) -> None:
        await say(self.store, number, revised())
        self.done[number] += 1

    def wanted(self) -> dict[str, int]:
        return {f"SO-{number}": count for number, count in self.done.items()}


@asynccontextmanager
async def under_load(store: FactStore, owner: Owner) -> AsyncIterator[Load]:
    """Orders are being revised; at the end the view shows all of it."""
    load = Load(store)
    task = asyncio.ensure_future(load.run())
    try:
        await eventually(lambda: sum(load.done.values()) > 4 * ORDERS, within=20)
        yield load
        before = sum(load.done.values())
        await eventually(lambda: sum(load.done.values()) > before + 2 * ORDERS, within=20)
    finally:
        load.stopping = True
        await task
    await eventually(lambda: owner.present() == load.wanted(), within=20)


def folded_from_scratch(owner: Owner) -> dict[str, int]:
    """What the stored facts say, by a fold of the test's own."""
    found: dict[str, list[str]] = {}
    for stream, topic in owner.rows("select originator_id, topic from store.stored_events order by notification_id"):
        found.setdefault(str(stream), []).append(topic)
    names = {order_id(number): f"SO-{number}" for number in range(ORDERS)}
    return {names[stream]: topics.count("order.OrderRevised.v1") for stream, topics in found.items()}


async def test_rebuilt_from_the_own_log_under_load_equals_what_is_shown(
    store: FactStore, order_url: str, database: str, owner: Owner, kafka: KafkaSettings
) -> None:
    rebuild = Rebuild(ORDER, "order", database, kafka)
    async with running(hears_its_log(store, order_url)), under_load(store, owner):
        found = await rebuild.run(silent)
        assert not any(found)
        assert found[0].rows > 5 * ORDERS
        assert owner.shown() == "read_1"
    assert owner.present() == folded_from_scratch(owner)
    live = owner.table()
    assert await rebuild.drop_old() == [0]
    assert owner.schemas() == ["read", "read_1"]
    await rebuild.run(silent)
    assert (owner.shown(), owner.table()) == ("read_2", live)


@pytest.fixture
async def listener(postgres_url: str, database: str, kafka: KafkaSettings) -> AsyncIterator[tuple[str, Owner]]:
    """The database of a service that hears the orders through Kafka: its login, and its owner."""
    url = login(database, "reporting").replace("/test_", "/heard_test_")
    await migrate(LISTENER, postgres_url, url)
    owner = Owner(database.replace("/test_", "/heard_test_"))
    yield url, owner
    owner.connection.close()
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f'drop database "{url.rpartition("/")[2]}" with (force)'.encode())


async def test_rebuilt_from_kafka_under_load_and_rolled_back(
    store: FactStore, order_url: str, listener: tuple[str, Owner], kafka: KafkaSettings
) -> None:
    url, owner = listener

    async def hears() -> None:
        await KafkaFeed(Hearing(url, "reporting.views", "order", Projector([VIEW])), kafka).run()

    rebuild = Rebuild(LISTENER, "order", owner.connection.info.dsn, kafka)
    relay = Relay(store, "order", order_url, kafka).run
    async with running(relay, hears), under_load(store, owner):
        assert not any(await rebuild.run(silent))
        assert owner.shown() == "read_1"
        with pytest.raises(Refused, match="still kept"):
            await rebuild.run(silent)
        await rebuild.roll_back(silent)
        assert owner.shown() == "read_0"
        await rebuild.roll_back(silent)
        assert owner.shown() == "read_1"
    assert len(owner.rows("select from store.heard where consumer = 'reporting.views'")) == 12


def _twice(rows: Rows, _fact: OrderRevised, _heard: Heard) -> Rows:
    return {(): {**rows[()], "revisions": rows[()]["revisions"] + 2}}


TWICE = Projection(View("revisions", "order", {**VIEW.view.folds, OrderRevised: _twice}), revisions)
"""The same view, which counts each revision as two."""


async def test_a_fold_that_was_changed_is_refused_until_it_is_meant_and_can_be_taken_back(
    store: FactStore, order_url: str, database: str, owner: Owner, kafka: KafkaSettings
) -> None:
    changed = Rebuild(Service("order", ORDER.api, views=(TWICE,), tables=TABLES), "order", database, kafka)
    for number in range(3):
        await say(store, number, created(f"SO-{number}"), revised())
    wanted = {f"SO-{number}": 1 for number in range(3)}
    async with running(hears_its_log(store, order_url)):
        await eventually(lambda: owner.present() == wanted)
        before = owner.table()
        with pytest.raises(Differs) as differs:
            await changed.run(silent)
        assert [str(one) for one in differs.value.found if one] == ["revisions: 3 rows, 0 lacking, 0 added, 3 changed"]
        assert (owner.shown(), owner.table()) == ("read_0", before)
        found = await changed.run(silent, changed=True)
        assert [one.changed for one in found] == [3, 0]
        assert owner.present() == dict.fromkeys(wanted, 2)
        await Rebuild(ORDER, "order", database, kafka).roll_back(silent)
        assert (owner.shown(), owner.table()) == ("read_0", before)


async def test_a_stream_that_was_parked_is_parked_no_more_for_the_running_consumer(
    store: FactStore, order_url: str, database: str, owner: Owner, kafka: KafkaSettings
) -> None:
    """The running consumer remembers what is parked; when another generation is shown it must begin again."""
    mended = Rebuild(Service("order", ORDER.api, views=(TWICE,), tables=TABLES), "order", database, kafka)
    await say(store, 1, created("A"), revised("raise"))
    async with running(hears_its_log(store, order_url)):
        await eventually(lambda: len(owner.rows("select from store.parked")) == 1)
        await mended.run(silent, changed=True)
        assert owner.present() == {"A": 2}
        await say(store, 1, revised())
        await eventually(lambda: owner.present() == {"A": 3})
    parked = owner.rows("select consumer from store.parked")
    assert parked == [("order.views@old",)]


async def test_a_batch_begun_before_another_generation_was_shown_changes_nothing(
    store: FactStore, order_url: str, database: str, owner: Owner, kafka: KafkaSettings
) -> None:
    """The planted bug would be a consumer that goes on with marks of the generation it began with."""
    await say(store, 1, created("A"))
    hearing = Hearing(order_url, "order.views", "order", Projector([VIEW]))
    began = asyncio.ensure_future(follow_log(store, hearing))
    await eventually(lambda: owner.present() == {"A": 0})
    await Rebuild(ORDER, "order", database, kafka).run(silent)
    await say(store, 1, revised())
    with pytest.raises(RuntimeError, match="views on order"):
        async with asyncio.timeout(10):
            await began
    assert owner.present() == {"A": 0}
    async with running(hears_its_log(store, order_url)):
        await eventually(lambda: owner.present() == {"A": 1})


async def test_nothing_is_shown_before_it_has_caught_up(
    store: FactStore, order_url: str, database: str, owner: Owner, kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant 14: shown before it caught up. The comparison at the same marks finds it."""

    async def at_once(*_: object) -> None:
        return

    await say(store, 1, created("A"))
    async with running(hears_its_log(store, order_url)):
        await eventually(lambda: owner.present() == {"A": 0})
        monkeypatch.setattr("libs.runtime.rehearing.Rehearing.reach", at_once)
        with pytest.raises(Differs, match="1 lacking"):
            await Rebuild(ORDER, "order", database, kafka).run(silent)
        assert (owner.shown(), owner.present()) == ("read_0", {"A": 0})


async def test_one_rebuild_at_a_time(store: FactStore, database: str, kafka: KafkaSettings) -> None:
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as other:
        await Generations(other, "order", "order", [revisions]).alone()
        with pytest.raises(Refused, match="another process rebuilds"):
            await Rebuild(ORDER, "order", database, kafka).run(silent)


async def test_what_cannot_be_done_is_said(store: FactStore, database: str, kafka: KafkaSettings) -> None:
    with pytest.raises(Refused, match="no views of invoicing"):
        await Rebuild(ORDER, "invoicing", database, kafka).run(silent)
    with pytest.raises(Refused, match="no earlier views"):
        await Rebuild(ORDER, "order", database, kafka).roll_back(silent)
    assert await Rebuild(ORDER, "order", database, kafka).drop_old() == []
