"""Bodies of answers are forgotten after seven days; that they were given, and on what, is not."""

import asyncio
import json
from collections.abc import Iterator

import psycopg
import pytest

from libs.runtime import forgetting
from libs.runtime.faults import KeyReused
from libs.runtime.forgetting import forget
from libs.runtime.store import FactStore
from tests.support.runtime import created, order_id, revised, say

Owner = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def owner(database: str, order_url: str) -> Iterator[Owner]:
    """Who may say that an answer was given earlier."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def age(owner: Owner, by: str, *keys: str) -> None:
    owner.execute(
        "update store.answered set answered_at = answered_at - %s::interval where key = any(%s)", (by, list(keys))
    )


def bodies(owner: Owner) -> dict[object, object]:
    return dict(owner.execute("select key, body from store.answered").fetchall())  # type: ignore[arg-type]


async def test_seven_days_and_no_less(store: FactStore, owner: Owner) -> None:
    for key in ("old", "younger", "new"):
        await say(store, key, created(), key=key, fingerprint="f")
    age(owner, "7 days", "old")
    age(owner, "6 days 23:59:50", "younger")
    assert await forget(store) == 1
    assert bodies(owner) == {"old": None, "younger": b"1", "new": b"1"}
    assert await forget(store) == 0


async def test_a_forgotten_answer_names_stream_and_version_as_they_were(store: FactStore, owner: Owner) -> None:
    first = await say(store, 1, created(), revised(), key="k", fingerprint="f")
    await say(store, 1, revised())
    age(owner, "8 days", "k")
    await forget(store)
    again = await say(store, 1, created(), revised(), key="k", fingerprint="f")
    assert json.loads(again.body) == {"id": order_id(1), "version": 2}
    assert (again.status, again.version, again.position) == (first.status, 2, first.position)
    assert again.replayed
    assert len(await store.recorder.read_log(0, 10)) == 3
    with pytest.raises(KeyReused):
        await say(store, 2, created(), key="k", fingerprint="other")


async def test_a_few_at_a_time_and_two_at_once(store: FactStore, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 3)
    keys = [f"k{number}" for number in range(20)]
    for key in keys:
        await say(store, key, created(), key=key, fingerprint="f")
    age(owner, "8 days", *keys)
    assert sum(await asyncio.gather(forget(store), forget(store))) == 20
    assert set(bodies(owner).values()) == {None}


async def test_what_another_session_holds_is_left_to_it(store: FactStore, owner: Owner, database: str) -> None:
    for key in ("held", "free"):
        await say(store, key, created(), key=key, fingerprint="f")
    age(owner, "8 days", "held", "free")
    with psycopg.connect(database) as other:
        other.execute("select from store.answered where key = 'held' for update")
        assert await forget(store) == 1
        assert bodies(owner) == {"held": b"1", "free": None}


async def test_the_application_login_forgets_nothing_by_hand(order_url: str) -> None:
    with psycopg.connect(order_url, autocommit=True) as application:
        for statement in ("update store.answered set body = null", "delete from store.answered"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement.encode())
