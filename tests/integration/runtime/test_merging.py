"""Saves that wait are one statement, and each still stands or falls by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psycopg
import pytest

from libs.runtime import database as database_
from libs.runtime.faults import KeyReused, Unavailable, VersionConflict
from libs.runtime.recorder import Append, StoredFact, Taken, merged
from libs.runtime.store import FactStore
from libs.runtime.streams import Outcome, Request, meta_of
from tests.support.eventually import eventually
from tests.support.proxy import Proxy, proxy_to
from tests.support.runtime import created, order_id, revised, say

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def an_append(name: int, version: int = 1, facts: int = 1, key: str | None = None) -> Append:
    """Facts of a test's order, decided for this version."""
    fact, meta = created() if version == 1 else revised(), meta_of(Request("tester", "correlation"), NOON)
    stored = [
        StoredFact(UUID(order_id(name)), n, fact.wire(), fact.to_bytes(), meta) for n in range(version, version + facts)
    ]
    if key is None:
        return Append(stored)
    answer = {
        "caller": "tester",
        "key": key,
        "fingerprint": "f",
        "stream_id": order_id(name),
        "version": version + facts - 1,
        "last_fact": facts - 1,
        "status": 200,
        "body": 1,
    }
    return Append(stored, [answer], [f"answer to {key}".encode()])


async def all_at_once(store: FactStore, *appends: Append) -> list[tuple[int, datetime] | BaseException]:
    """Appends that wait together behind one that is under way."""
    return await asyncio.gather(*map(store.recorder.append, appends), return_exceptions=True)


async def test_each_of_a_batch_is_told_its_own_position_and_its_answer_too(store: FactStore) -> None:
    appends = [an_append(n, facts=n % 3 + 1, key=f"k{n}") for n in range(1, 8)]
    told = [outcome[0] for outcome in await all_at_once(store, *appends) if not isinstance(outcome, BaseException)]
    stored = {(str(fact.originator_id), fact.originator_version): fact for fact in await store.recorder.read_log(0, 99)}
    assert told == [stored[order_id(n), 1].position for n in range(1, 8)]
    assert len({fact.recorded_at for fact in stored.values()}) == 1  # one statement
    for n in range(1, 8):
        _, outcome = await store.answered("tester", f"k{n}") or (None, None)
        assert outcome is not None
        assert (outcome.body, outcome.stream_id) == (f"answer to k{n}".encode(), order_id(n))
        assert outcome.position == stored[order_id(n), n % 3 + 1].position == told[n - 1] + n % 3


async def test_of_thirty_one_loses_and_the_others_commit_in_few_statements(store: FactStore) -> None:
    await store.recorder.append(an_append(17))
    outcomes = await all_at_once(store, *(an_append(n) for n in range(30)))
    assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Taken)] == [17]
    facts = await store.recorder.read_log(1, 99)
    assert len(facts) == 29
    assert len({fact.recorded_at for fact in facts}) <= 6
    assert [fact.position for fact in facts] == list(range(2, 31))


async def test_what_cannot_be_stored_hurts_only_itself(store: FactStore) -> None:
    bad = an_append(3)
    bad = Append([StoredFact(bad.facts[0].originator_id, 1, "name\0", b"{}", {})])
    outcomes = await all_at_once(store, an_append(1), an_append(2), bad, an_append(4))
    assert [isinstance(outcome, psycopg.DataError) for outcome in outcomes] == [False, False, True, False]
    assert len(await store.recorder.read_log(0, 10)) == 3


async def test_two_saves_of_one_stream_are_decided_one_after_the_other(store: FactStore) -> None:
    outcomes = await all_at_once(store, an_append(1), an_append(1), an_append(1, version=2), an_append(2))
    assert [isinstance(outcome, Taken) for outcome in outcomes] == [False, True, False, False]
    facts = await store.recorder.load(order_id(1))
    assert [fact.originator_version for fact in facts] == [1, 2]
    assert facts[0].recorded_at < facts[1].recorded_at


async def test_two_saves_of_one_key_or_counter_are_no_conflict_of_the_others(store: FactStore) -> None:
    counted = Append(an_append(5).facts, counters=[{"name": "c", "expected": 0, "next": 1}])
    outcomes = await all_at_once(
        store, an_append(1, key="k"), an_append(2, key="k"), an_append(3), counted, Append([], (), (), counted.counters)
    )
    assert [getattr(outcome, "constraint", "") for outcome in outcomes] == ["", "answered_pkey", "", "", "counter_pkey"]


async def test_many_callers_of_few_streams_all_get_in(store: FactStore) -> None:
    outcomes = await asyncio.gather(*(say(store, n % 20, created(), created()) for n in range(60)))
    assert sorted(outcome.version for outcome in outcomes) == sorted([2, 4, 6] * 20)
    facts = await store.recorder.read_log(0, 200)
    assert [fact.position for fact in facts] == list(range(1, 121))


async def test_refusals_reach_who_they_are_for(store: FactStore) -> None:
    await say(store, 1, created(), key="used", fingerprint="f")
    outcomes = await asyncio.gather(
        say(store, 1, revised(), expected_version=1),
        say(store, 1, revised(), expected_version=1),
        say(store, 2, created(), key="used", fingerprint="other"),
        say(store, 1, created(), key="used", fingerprint="f"),
        say(store, 3, created(), key="new", fingerprint="f"),
        return_exceptions=True,
    )
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds[2:] == [KeyReused, Outcome, Outcome]
    assert sorted(kind.__name__ for kind in kinds[:2]) == [Outcome.__name__, VersionConflict.__name__]


async def test_a_caller_who_leaves_takes_nobody_with_him(store: FactStore) -> None:
    asked = [asyncio.create_task(say(store, n, created(), key=f"k{n}", fingerprint="f")) for n in range(12)]
    for number, task in enumerate(asked):
        if number % 3 == 0:
            task.cancel()
        await asyncio.create_task(store.recorder.read_log(0, 1))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    for number, answer in enumerate(answers):  # who leaves late may have been answered already
        assert isinstance(answer, (asyncio.CancelledError, Outcome) if number % 3 == 0 else Outcome)
    again = await asyncio.gather(*(say(store, n, created(), key=f"k{n}", fingerprint="f") for n in range(12)))
    assert {outcome.version for outcome in again} == {1}
    assert len(await store.recorder.read_log(0, 99)) == 12


@asynccontextmanager
async def behind_a_proxy(url: str) -> AsyncIterator[tuple[Proxy, FactStore]]:
    """A store that reaches the server through a proxy."""
    parts = urlsplit(url)
    async with proxy_to(str(parts.hostname), parts.port or 5432) as (proxy, port):
        through = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}"))
        async with await asyncio.to_thread(FactStore, through) as behind:
            yield proxy, behind


@pytest.mark.parametrize("keys", [True, False], ids=["with keys", "without"])
async def test_a_lost_answer_to_a_batch_is_found_again_by_each(store: FactStore, order_url: str, keys: bool) -> None:
    def request(name: int) -> dict[str, str]:
        return {"key": f"k{name}", "fingerprint": "f"} if keys else {}

    async def committed() -> bool:
        return len(await store.recorder.read_log(0, 99)) == 8

    async with behind_a_proxy(order_url) as (proxy, behind):
        await say(behind, 0, created())
        proxy.hold_answer_to(b'"correlation_id"')  # in the arguments of store.append
        asked = [asyncio.create_task(say(behind, name, created(), **request(name))) for name in range(1, 8)]
        await eventually(committed)
        assert not any(task.done() for task in asked)
        proxy.cut()
        async with asyncio.timeout(20):
            outcomes = await asyncio.gather(*asked)
    facts = {str(fact.originator_id): fact.position for fact in await store.recorder.read_log(0, 99)}
    assert len(facts) == 8
    assert [(outcome.version, outcome.position) for outcome in outcomes] == [
        (1, facts[order_id(name)]) for name in range(1, 8)
    ]
    assert {outcome.replayed for outcome in outcomes} == {keys}


async def test_a_server_that_says_nothing_is_given_up_and_asked_again(
    store: FactStore, order_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind_a_proxy(order_url) as (proxy, behind):
        await say(behind, 0, created())
        monkeypatch.setattr(database_, "SILENCE_SECONDS", 1)
        proxy.hold_answer_to(b'"correlation_id"')
        async with asyncio.timeout(20):
            outcome = await say(behind, 1, created(), key="k", fingerprint="f")
    assert (outcome.version, outcome.replayed) == (1, True)
    assert len(await store.recorder.read_log(0, 10)) == 2


async def test_connections_that_broke_while_nobody_used_them_are_not_noticed(store: FactStore, database: str) -> None:
    await say(store, 1, created())
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    outcome = await say(store, 1, revised(), key="k", fingerprint="f")
    assert (outcome.version, outcome.replayed) == (2, False)


async def test_a_server_that_is_away_refuses_what_then_has_not_happened(store: FactStore, order_url: str) -> None:
    async with behind_a_proxy(order_url) as (proxy, behind):
        await proxy.end()
    outcomes = await all_at_once(behind, an_append(1), an_append(2))
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]  # and not ConnectionLost
    assert await store.recorder.read_log(0, 10) == []


def test_one_append_is_sent_as_it_is() -> None:
    append = an_append(1, key="k")
    assert merged([append]) is append
