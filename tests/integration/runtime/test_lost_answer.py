"""The answer of COMMIT is lost while the process lives: the store finds out what happened, and it happened once."""

import asyncio
from urllib.parse import urlsplit, urlunsplit

import pytest

from libs.runtime.store import FactStore
from tests.support.eventually import eventually
from tests.support.proxy import proxy_to
from tests.support.runtime import created, order_id, say


@pytest.mark.parametrize(
    ("request_", "replayed"), [({"key": "k", "fingerprint": "f"}, True), ({}, False)], ids=["with a key", "without"]
)
async def test_a_lost_answer_is_found_again(
    store: FactStore, order_url: str, request_: dict[str, str], replayed: bool
) -> None:
    parts = urlsplit(order_url)
    async with proxy_to(str(parts.hostname), parts.port or 5432) as (proxy, port):
        through = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}"))
        async with await asyncio.to_thread(FactStore, through) as behind:
            proxy.hold_answer_to(b'"correlation_id"')  # in the arguments of store.append
            saying = asyncio.ensure_future(say(behind, 1, created(), **request_))

            async def committed() -> bool:
                return len(await store.recorder.load(order_id(1))) == 1

            await eventually(committed)
            assert not saying.done()
            proxy.cut()
            async with asyncio.timeout(20):
                outcome = await saying
    assert (outcome.version, outcome.position, outcome.replayed) == (1, 1, replayed)
    assert len(await store.recorder.read_log(0, 10)) == 1
