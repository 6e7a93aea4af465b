"""A client of Kafka that is given up while it starts: what it was connecting is not left open."""

import asyncio

import pytest

from libs.runtime.kafka import started


class Client:
    """Starts when it may."""

    def __init__(self) -> None:
        self.connecting, self.may_go_on, self.is_open = asyncio.Event(), asyncio.Event(), False

    async def start(self) -> None:
        """As a client of Kafka does."""
        self.connecting.set()
        await self.may_go_on.wait()
        self.is_open = True


async def test_who_is_cancelled_while_it_starts_waits_until_it_can_be_stopped() -> None:
    client = Client()
    role = asyncio.ensure_future(started(client.start()))
    await client.connecting.wait()
    role.cancel()
    await asyncio.wait([role], timeout=0.05)
    assert not role.done()
    client.may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await role
    assert client.is_open


async def test_what_a_start_raises_is_raised() -> None:
    async def refused() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await started(refused())
