"""The front on a real database: marks, readiness, and what the settings make of it."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from libs.runtime.database import borrowed
from libs.runtime.faults import Unavailable
from libs.runtime.http.front import front_of
from libs.runtime.http.marks import StoredMarks, database_answers
from libs.runtime.settings import ServiceSettings
from libs.runtime.store import FactStore
from tests.component.http.door import ISSUER


async def hear(store: FactStore, consumer: str, source: str, partition: int, position: int) -> None:
    async with borrowed(store.recorder.pool) as connection:
        await connection.execute(
            "insert into store.heard (consumer, source, partition, position) values (%s, %s, %s, %s)",
            (consumer, source, partition, position),
        )


async def test_marks_are_those_of_the_views(store: FactStore) -> None:
    marks = StoredMarks(store, "order", {"order", "reference"})
    await hear(store, "order.views", "reference", 3, 17)
    await hear(store, "order.policies", "reference", 4, 99)
    await hear(store, "order.views", "order", -1, 40)
    assert await marks.heard("reference", 3) == 17
    assert await marks.heard("reference", 4) == 0
    assert [await marks.heard("order", partition) for partition in (0, 11)] == [40, 40]
    assert await marks.heard("dispatch", 3) is None


async def test_readiness_is_the_database(store: FactStore) -> None:
    assert await database_answers(store, {"relay"})() == {"relay"}
    await store.recorder.pool.close()
    with pytest.raises(Unavailable):
        await database_answers(store, set())()


def settings(**changed: object) -> ServiceSettings:
    given = {
        "database_url": "postgresql://nobody@127.0.0.1/none",
        "token_issuer": ISSUER.url,
        "FIELDFACT_MODE": "production",
    }
    return ServiceSettings.model_validate({**given, **changed})


async def test_what_the_settings_say(store: FactStore, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(ISSUER.key_set()))
    given = settings(token_keys_file=str(file), cursor_secret=SecretStr("the same everywhere"))
    one, other = (front_of("order", store, given, set(), {"order"}) for _ in range(2))
    assert one.cursors.read("orders", other.cursors.write("orders", [1])) == [1]
    assert (one.docs, one.tokens.any_lifetime) == (False, False)
    caller = await one.tokens.caller([f"Bearer {ISSUER.token('mia', ['analyst'])}"])
    assert one.policy.grant("GET /v1/orders", caller).relation == "all"


async def test_development_is_said_and_keys_are_demanded(store: FactStore) -> None:
    address = "http://127.0.0.1:9/.well-known/jwks.json"
    development = front_of("order", store, settings(token_keys_url=address, FIELDFACT_MODE="development"), set())
    assert (development.docs, development.tokens.any_lifetime) == (True, True)
    with pytest.raises(ValueError, match="TOKEN_KEYS_URL"):
        front_of("order", store, settings(), set())
