"""The issuer's keys: looked for seldom, never lost, from one place only."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from deploy.local.issuer import LocalIssuer
from libs.runtime.auth.keys import Keys, keys_in, read_keys
from libs.runtime.faults import Unavailable
from tests.component.http.door import Door, client_of, code, front
from tests.component.http.jobs import MemoryStore

FIRST, SECOND = LocalIssuer("http://issuer.test"), LocalIssuer("http://issuer.test")


def id_of(issuer: LocalIssuer) -> str:
    return str(issuer.key_set()["keys"][0]["kid"])


class Issuer:
    """An address that answers one thing after the other, and then the last for ever."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers, self.asked = answers, 0

    async def fetch(self) -> bytes:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def written(issuer: LocalIssuer) -> bytes:
    return json.dumps(issuer.key_set()).encode()


async def test_an_unknown_key_id_makes_us_look_once_a_minute() -> None:
    issuer, clock = Issuer(written(FIRST)), Clock()
    keys = Keys(issuer.fetch, clock.now)
    assert await keys.key(id_of(FIRST)) is not None
    for _ in range(1000):
        assert await keys.key("unknown") is None
    clock.passes(59)
    assert await keys.key("unknown") is None
    assert issuer.asked == 1
    clock.passes(1)
    for _ in range(1000):
        assert await keys.key("unknown") is None
    assert issuer.asked == 2


async def test_a_new_key_is_found_and_a_known_one_not_looked_for() -> None:
    issuer, clock = Issuer(written(FIRST), written(SECOND)), Clock()
    keys = Keys(issuer.fetch, clock.now)
    await keys.key(id_of(FIRST))
    clock.passes(3600)
    assert await keys.key(id_of(FIRST)) is not None
    assert issuer.asked == 1
    assert await keys.key(id_of(SECOND)) is not None
    assert await keys.key(id_of(FIRST)) is None


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("away"),
        OSError("no file"),
        b"not json",
        b"[]",
        b'{"keys": []}',
        b'{"keys": 1}',
        b'{"keys": [{}]}',
    ],
)
async def test_keys_stay_when_the_issuer_is_in_trouble(trouble: bytes | Exception) -> None:
    issuer, clock = Issuer(written(FIRST), trouble), Clock()
    keys = Keys(issuer.fetch, clock.now)
    await keys.key(id_of(FIRST))
    clock.passes(60)
    assert await keys.key("unknown") is None
    assert issuer.asked == 2
    assert await keys.key(id_of(FIRST)) is not None


async def test_without_any_key_nobody_can_be_judged_and_we_look_every_second() -> None:
    issuer, clock = Issuer(OSError("away"), OSError("away"), written(FIRST)), Clock()
    keys = Keys(issuer.fetch, clock.now)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await keys.key(id_of(FIRST))
    assert issuer.asked == 1
    clock.passes(1)
    with pytest.raises(Unavailable):
        await keys.key(id_of(FIRST))
    clock.passes(1)
    assert await keys.key(id_of(FIRST)) is not None


async def test_keys_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    keys = keys_in(str(file))
    with pytest.raises(Unavailable):
        await keys.key(id_of(FIRST))
    file.write_bytes(written(FIRST))
    assert set(read_keys(file.read_bytes())) == {id_of(FIRST)}
    assert await keys_in(str(file)).key(id_of(FIRST)) is not None


@pytest.fixture
def unreachable() -> Keys:
    return Keys(Issuer(OSError("away")).fetch)


async def test_an_issuer_that_is_away_is_no_fault_of_the_caller(unreachable: Keys) -> None:
    door = Door()
    judge = front(MemoryStore()).tokens
    door.app.state.front = front(door.store, tokens=type(judge)("order", judge.issuer, unreachable))
    answer = await client_of(door.app).get("/v1/jobs")
    assert code(answer) == (503, "unavailable")
