"""Snapshots in the store: every hundred versions, after the answer, of this fold only, and of no importance."""

from dataclasses import replace

import psycopg
import pytest

from libs.kernel.decider import Decider, Snapshots
from libs.runtime.snapshots import fold_name
from libs.runtime.store import FactStore
from libs.runtime.streams import AnyDecider, Outcome, Request, Stream
from services.order.domain.service_order import service_order
from tests.support.eventually import eventually
from tests.support.runtime import Say, answering, created, order_id, revised, saying

STREAM = order_id(1)
orders: AnyDecider = Decider(service_order.initial, saying.decide, service_order.evolve, service_order.snapshots)
"""Records whatever it is told, and folds it as an order."""


async def grow(store: FactStore, until: int, at_once: int = 1, decider: AnyDecider = orders) -> Outcome | None:
    """Records facts on the stream until it has this many, so many an append."""
    version, outcome = (await store.load(decider, STREAM)).version, None
    while version < until:
        several = range(version, min(version + at_once, until))
        facts = tuple(revised(f"number {number}") if number else created() for number in several)
        outcome = await store.execute(decider, STREAM, Say(facts), Request("tester", "correlation"), answering)
        version = outcome.version
    return outcome


async def kept_at(store: FactStore, decider: AnyDecider = orders) -> int:
    """The version of the snapshot kept for the decider's fold; 0 without one."""
    snapshot = (await store.recorder.loader.standing(STREAM, fold_name(decider))).snapshot
    return snapshot.version if snapshot else 0


async def same_without(store: FactStore, decider: AnyDecider = orders) -> Stream:
    """The stream as it is loaded, which is the same as without snapshots."""
    stream = await store.load(decider, STREAM)
    assert replace(stream, kept=0) == await store.load(replace(decider, snapshots=None), STREAM)
    return stream


async def written(store: FactStore) -> None:
    """What was begun to be kept is kept."""
    await store.keeper.finish()


async def test_a_snapshot_every_hundred_versions(store: FactStore) -> None:
    for version, kept in ((1, 0), (99, 0), (100, 100), (101, 100), (199, 100), (200, 200), (250, 200)):
        await grow(store, version)
        await written(store)
        assert await kept_at(store) == kept
        stream = await same_without(store)
        assert (stream.version, stream.kept) == (version, kept)
        assert len((await store.recorder.loader.standing(STREAM, fold_name(orders))).facts) == version - kept


async def test_an_append_that_passes_the_hundred_is_kept_where_it_ends(store: FactStore) -> None:
    for version, kept in ((101, 101), (202, 202), (250, 202)):
        await grow(store, version, at_once=101)
        await written(store)
        assert await kept_at(store) == kept
    assert (await same_without(store)).version == 250


async def test_another_fold_ignores_the_snapshot_and_keeps_its_own_with_its_next_command(
    store: FactStore, database: str
) -> None:
    later = replace(orders, snapshots=replace(service_order.snapshots, fold=2))  # type: ignore[type-var]
    await grow(store, 120, at_once=40)
    await written(store)
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("update store.snapshot set state = 'nonsense'")
    stream = await same_without(store, later)
    assert (stream.version, stream.kept) == (120, 0)
    await grow(store, 121, decider=later)
    await written(store)
    assert [await kept_at(store, later), await kept_at(store)] == [121, 0]
    assert (await same_without(store)).version == 121


async def test_two_processes_never_put_an_older_snapshot_over_a_newer(store: FactStore) -> None:
    assert service_order.snapshots is not None
    older = Stream(STREAM, 0, service_order.initial)
    await grow(store, 100, at_once=50)
    older = await store.load(replace(orders, snapshots=None), STREAM)
    await grow(store, 220, at_once=60)
    await written(store)
    await store.keeper.keep(service_order.snapshots, older)
    assert await kept_at(store) == 220
    assert (await same_without(store)).version == 220


async def test_a_snapshot_that_cannot_be_kept_harms_nobody(store: FactStore, caplog: pytest.LogCaptureFixture) -> None:
    wrong = replace(orders, snapshots=Snapshots(str, 1))
    outcome = await grow(store, 100, at_once=100, decider=wrong)
    assert outcome is not None
    assert outcome.version == 100
    await eventually(lambda: "a snapshot was not kept" in caplog.messages)
    assert await kept_at(store, wrong) == 0
    assert (await same_without(store, wrong)).version == 100


async def test_the_answer_does_not_wait_for_the_snapshot(store: FactStore, database: str) -> None:
    with psycopg.connect(database, autocommit=False) as owner:
        owner.execute("lock table store.snapshot in share mode")  # may be read, not written
        outcome = await grow(store, 100, at_once=100)
        assert outcome is not None
        assert await kept_at(store) == 0
        owner.commit()
    await written(store)
    assert await kept_at(store) == 100


async def test_the_application_login_changes_no_snapshot_by_hand(order_url: str) -> None:
    with psycopg.connect(order_url, autocommit=True) as application:
        for statement in ("insert into store.snapshot default values", "delete from store.snapshot"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement.encode())
