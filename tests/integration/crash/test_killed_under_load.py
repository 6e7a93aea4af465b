"""A supervised system goes on by itself when a service or a server is killed with -9 while orders come in."""

import asyncio
import os
import signal
from pathlib import Path

import httpx
from httpx import AsyncClient

from deploy.local.system import System
from tests.support.eventually import eventually
from tests.support.verdict import Evidence
from tests.support.workload import Persistent, an_order, put_records

CALLERS = 3
VICTIMS = ("order", "kafka", "postgres")
"""A service, and both servers: that every kind of process may die is for `tests/chaos`; here the supervisor is looked at."""
ORDERS_BETWEEN = 2
"""Orders that must get all the way between two kills."""


class Load:
    """Callers that create orders one after the other until they are told to stop."""

    def __init__(self, order: AsyncClient) -> None:
        self.callers = [Persistent(order) for _ in range(CALLERS)]
        self.done: list[str] = []
        self.stopping = False

    async def run(self) -> None:
        """Runs until `stopping`; raises what a caller meets that is no passing fault."""
        async with asyncio.TaskGroup() as group:
            for number, caller in enumerate(self.callers):
                group.create_task(self._call(caller, number))

    async def _call(self, caller: Persistent, number: int) -> None:
        count = 0
        while not self.stopping:
            self.done.append(await an_order(caller, f"load {number} {count}"))
            count += 1

    async def orders_more(self, count: int) -> None:
        """Waits until so many orders more have got all the way."""
        wanted = len(self.done) + count
        await eventually(lambda: len(self.done) >= wanted, within=60)


async def _client(system: System, service: str) -> AsyncClient:
    async with httpx.AsyncClient(timeout=10) as client:
        asked = {"subject": "load", "role": "service_manager"}
        answer = await client.post(f"{system.addresses['issuer']}/token", json=asked)
    headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
    return AsyncClient(base_url=system.addresses[service], headers=headers, timeout=5)


async def test_what_is_killed_under_load_is_started_again_and_nothing_is_lost(tmp_path: Path) -> None:
    """A service, PostgreSQL and Kafka, in turn. The supervisor starts again what dies."""
    system = System(tmp_path / "data", environment={})
    await asyncio.to_thread(system.__enter__)
    try:
        order, reporting, reference = [await _client(system, name) for name in ("order", "reporting", "reference")]
        async with order, reporting, reference:
            positions = await put_records(reference)
            await eventually(lambda: _heard(order, positions), within=30)
            load = Load(order)
            running = asyncio.ensure_future(load.run())
            for victim in VICTIMS:
                await load.orders_more(ORDERS_BETWEEN)
                os.kill(system.supervisor.pid_of(victim), signal.SIGKILL)
            await load.orders_more(ORDERS_BETWEEN)
            load.stopping = True
            await running
            evidence = Evidence(system.database_url, system.kafka_bootstrap)

            async def nothing_wrong() -> bool:
                try:
                    assert await evidence.problems(reporting) == []
                except httpx.HTTPError:
                    return False
                return True

            await eventually(nothing_wrong, within=90)
            orders = {fact.stream for fact in evidence.facts("order")}
            assert orders == set(load.done)
            assert sum(caller.retries for caller in load.callers) > 0
    finally:
        system.stop()


async def _heard(order: AsyncClient, positions: str) -> bool:
    return (await order.get("/v1/orders", headers={"not-older-than": positions})).status_code == httpx.codes.OK
