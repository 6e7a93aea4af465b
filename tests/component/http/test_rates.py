"""One caller who asks too often waits; another does not, and a request that takes too long is not waited for."""

import asyncio

import httpx
import pytest

from libs.runtime.http import rates, route
from libs.runtime.http.problems import Refused
from libs.runtime.http.rates import Rates
from tests.component.http.door import Door, code
from tests.support.eventually import eventually


class Watch:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


async def test_who_asks_too_often_is_told_when_to_ask_again() -> None:
    door = Door(rates=Rates(reads=3))
    answers = [await door.http.get("/v1/jobs") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert code(answers[3]) == (429, "rate_limited")
    assert answers[3].headers["retry-after"] == "20"
    assert (await door.as_("tom", "service_manager").get("/v1/jobs")).status_code == httpx.codes.OK
    assert (await door.opens()).status_code == httpx.codes.CREATED  # writes are counted by themselves


def test_a_bucket_fills_again_with_time_and_not_beyond() -> None:
    watch = Watch()
    some = Rates(writes=60, seconds=watch)
    for _ in range(60):
        some.take("mia", reads=False)
    with pytest.raises(Refused):
        some.take("mia", reads=False)
    watch.at = 1.0
    some.take("mia", reads=False)
    watch.at = 1000.0
    for _ in range(60):
        some.take("mia", reads=False)
    with pytest.raises(Refused):
        some.take("mia", reads=False)


def test_without_a_rate_nothing_is_counted() -> None:
    free = Rates()
    for _ in range(10_000):
        free.take("mia", reads=True)
    assert not free._buckets


def test_buckets_do_not_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_CALLERS", 10)
    some = Rates(reads=1)
    for number in range(100):
        some.take(f"caller {number}", reads=True)
    assert len(some._buckets) == 10


async def test_a_command_that_takes_too_long_is_found_under_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "LONGEST_SECONDS", 0.05)
    door = Door()
    door.store.hold = asyncio.Event()
    late = await door.opens()
    assert code(late) == (503, "took_too_long")
    assert late.headers["retry-after"] == "1"
    assert code(await door.opens()) == (409, "in_progress")
    door.store.hold.set()
    monkeypatch.setattr(route, "LONGEST_SECONDS", 10.0)
    await eventually(lambda: not door.app.state.front.under_way)
    found = await door.opens()
    assert (found.status_code, found.headers["idempotency-replayed"]) == (201, "true")
    assert len(door.store.requests) == 1
