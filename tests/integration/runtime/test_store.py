"""The store on a real PostgreSQL: one decision, one answer, whatever happens on the way."""

import asyncio

import psycopg
import pytest

from libs.kernel.decider import Rejected
from libs.runtime.faults import AlreadyExists, KeyReused, StreamAhead, VersionConflict
from libs.runtime.store import FactStore
from libs.runtime.streams import Made, Request, Stream
from tests.support.runtime import Say, answering, created, order_id, revised, say, saying


async def test_facts_of_a_stream_are_numbered_from_one_and_positions_have_no_hole(store: FactStore) -> None:
    await say(store, 1, created(), revised())
    await say(store, 2, created())
    facts = await store.recorder.read_log(0, 10)
    assert [(fact.position, fact.originator_version) for fact in facts] == [(1, 1), (2, 2), (3, 1)]
    assert [fact.decoded() for fact in facts] == [created(), revised(), created()]


async def test_a_key_answers_once_and_replays_byte_for_byte(store: FactStore) -> None:
    first = await say(store, 1, created(), key="k", fingerprint="f")
    again = await say(store, 1, created(), key="k", fingerprint="f")
    assert (first.body, first.version, first.position, first.replayed) == (b"1", 1, 1, False)
    assert (again.body, again.version, again.position, again.replayed) == (b"1", 1, 1, True)
    assert len(await store.recorder.read_log(0, 10)) == 1


async def test_a_key_used_for_another_request_is_refused(store: FactStore) -> None:
    await say(store, 1, created(), key="k", fingerprint="f")
    with pytest.raises(KeyReused):
        await say(store, 2, created(), key="k", fingerprint="other")


async def test_twenty_callers_with_one_key_make_one_fact(store: FactStore) -> None:
    outcomes = await asyncio.gather(*(say(store, 1, created(), key="k", fingerprint="f") for _ in range(20)))
    assert {outcome.body for outcome in outcomes} == {b"1"}
    assert [outcome.replayed for outcome in outcomes].count(False) == 1
    assert len(await store.recorder.read_log(0, 10)) == 1


async def test_a_conflict_loads_and_decides_again(store: FactStore) -> None:
    await say(store, 1, created())
    await asyncio.gather(*(say(store, 1, revised(str(n))) for n in range(3)))
    facts = await store.recorder.load(order_id(1))
    assert [fact.originator_version for fact in facts] == [1, 2, 3, 4]


async def test_a_command_is_made_anew_of_the_stream_that_it_is_decided_on(store: FactStore) -> None:
    await say(store, 1, created())
    seen = list[int]()

    async def make(stream: Stream) -> Say:
        """While it looks things up for the first time, somebody else is faster."""
        seen.append(stream.version)
        if seen == [1]:
            await say(store, 1, revised("faster"))
        return Say((revised(f"made at {stream.version}"),))

    outcome = await store.execute(saying, order_id(1), Made(make), Request("tester", "correlation"), answering)
    facts = await store.recorder.load(order_id(1))
    assert (seen, outcome.version) == ([1, 2], 3)
    assert [fact.decoded() for fact in facts[1:]] == [revised("faster"), revised("made at 2")]


async def test_a_named_version_forbids_the_retry(store: FactStore) -> None:
    await say(store, 1, created(), revised())
    with pytest.raises(VersionConflict) as conflict:
        await say(store, 1, revised(), expected_version=1)
    assert conflict.value.present == 2


async def test_what_must_be_absent_is_refused_when_there(store: FactStore) -> None:
    await say(store, 1, created(), absent=True)
    with pytest.raises(AlreadyExists):
        await say(store, 1, created(), absent=True)


async def test_nothing_happens_before_its_stream_began(store: FactStore) -> None:
    await say(store, 1, created())
    began = (await store.load(saying, order_id(1))).began_at
    assert began is not None
    with pytest.raises(Rejected, match="began"):
        await say(store, 1, revised(), at=began.replace(year=began.year - 1))


async def test_a_stream_with_a_fact_from_a_later_version_is_not_folded(store: FactStore, database: str) -> None:
    await say(store, 1, created())
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("update store.stored_events set topic = 'order.OrderFromTomorrow.v1'")
    with pytest.raises(StreamAhead):
        await store.load(saying, order_id(1))


async def test_the_application_login_cannot_write_facts_by_hand(order_url: str, store: FactStore) -> None:
    await say(store, 1, created())
    statements = [
        "insert into store.stored_events select * from store.stored_events",
        "update store.stored_events set topic = ''",
        "delete from store.stored_events",
        "truncate store.stored_events",
        "update store.relay set position = 0",
        "insert into store.answered select * from store.answered",
        "drop table store.stored_events",
    ]
    with psycopg.connect(order_url, autocommit=True) as application:
        for statement in statements:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement.encode())


async def test_a_version_that_leaves_a_hole_is_refused(order_url: str) -> None:
    call = "select store.append(%s::uuid[], '{2}', '{order.OrderRevised.v1}', '{x}', array['{}'])"
    with (
        psycopg.connect(order_url, autocommit=True) as application,
        pytest.raises(psycopg.errors.UniqueViolation) as refused,
    ):
        application.execute(call, ([order_id(1)],))
    assert refused.value.diag.constraint_name == "stored_events_hole"


async def test_a_counter_moves_once_from_each_value(order_url: str) -> None:
    call = (
        "select store.append(%s::uuid[], '{1}', '{t}', '{x}', array['{}'], counters => "
        '\'[{"name": "invoice-2026", "expected": 0, "next": 1}]\')'
    )
    with psycopg.connect(order_url, autocommit=True) as application:
        application.execute(call, ([order_id(1)],))
        with pytest.raises(psycopg.errors.UniqueViolation) as refused:
            application.execute(call, ([order_id(2)],))
    assert refused.value.diag.constraint_name == "counter_pkey"


def test_the_library_insert_function_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORED_POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    with pytest.raises(RuntimeError, match="loses facts"):
        FactStore("postgresql://nobody@127.0.0.1:1/none")
