"""Roles: a passing fault starts the role again, any other one is raised."""

import asyncio

import psycopg
import pytest

from libs.runtime import roles
from libs.runtime.intake import Hole


class Faulty:
    """A role that raises these faults, one at each start, and then runs on."""

    def __init__(self, *faults: Exception) -> None:
        self.faults, self.degraded = list(faults), set[str]()
        self.running = asyncio.Event()

    async def run(self) -> None:
        """Raises the next fault, or runs on."""
        if self.faults:
            raise self.faults.pop(0)
        self.running.set()
        await asyncio.Event().wait()


async def test_a_passing_fault_starts_the_role_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "SHORTEST", 0.001)
    role = Faulty(psycopg.OperationalError("away"), OSError("away"))
    task = asyncio.ensure_future(roles.keep("relay", role.run, role.degraded))
    async with asyncio.timeout(5):
        await role.running.wait()
    assert role.degraded == set()
    task.cancel()


async def test_a_lost_fact_ends_the_role() -> None:
    role = Faulty(Hole("position 4 follows 3"))
    with pytest.raises(Hole):
        await roles.keep("views.order", role.run, role.degraded)
