"""On real servers: two processes with timers, one of them killed, ask every due day of a schedule once."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from libs.runtime import clock
from tests.integration.crash.billing import beside
from tests.support.checker import Raw
from tests.support.deployment import Deployment, servers
from tests.support.eventually import eventually
from tests.support.workload import Persistent

NAME = "subscription_billing"
DAILY = {"frequency": "daily", "starts_on": "2026-01-01"}
FEES = {"kind": "fee_run", "code": "MONTH", **DAILY}
BARE = {"kind": "fee_run", "code": "BARE", **DAILY}
PROPOSALS = {"kind": "proposal_run", "method": "invoices", **DAILY}
EACH = 5


@pytest.fixture
def deployment(
    postgres_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """The subscription billing service, with its timers."""
    made = Deployment(tmp_path_factory.mktemp("schedules"), servers(postgres_url, kafka_bootstrap))
    try:
        made.prepare()
        made.start(NAME)
        yield made
    finally:
        made.stop()


async def test_two_processes_ask_a_due_day_once_and_tell_a_refusal_once(deployment: Deployment) -> None:
    """FEE-16, PER-05, reliability I10: nobody heard of a company, so days are those of UTC."""
    async with beside(deployment):
        await _codes(deployment)
        keys = [f"{name}-{number}" for number in range(EACH) for name in ("FEES", "BARE")]
        await _schedules(deployment, {key: FEES if key.startswith("FEES") else BARE for key in keys})
        await eventually(lambda: {fact.says["schedule"] for fact in _told(deployment)} == set(keys), within=30)
        await _woken_behind(deployment, "Z-1")
    deployment.kill(NAME)
    await asyncio.to_thread(deployment.start, NAME)
    await _woken_behind(deployment, "Z-2")
    told = _told(deployment)
    days = Counter((fact.says["schedule"], fact.says["day"]) for fact in told)
    assert set(days.values()) == {1}
    assert {key for key, _ in days} == {*keys, "Z-1", "Z-2"}
    assert {fact.says["reason"] for fact in told if "Refused" in fact.name} == {"periods_not_generated"}
    runs = [fact.stream for fact in deployment.evidence.facts(NAME) if "FeeRunRequested" in fact.name]
    asked = [fact.says["run"] for fact in told if "Asked" in fact.name and fact.says["kind"] == "fee_run"]
    assert sorted(runs) == sorted(asked)


async def _codes(deployment: Deployment) -> None:
    today = clock.now().date()
    async with deployment.client(NAME) as client:
        caller = Persistent(client)
        for code in ("MONTH", "BARE"):
            await caller.put(f"/v1/period-codes/{code}", {"name": code, "unit": "month"})
        days = {"from": date(today.year, 1, 1).isoformat(), "to": date(today.year + 1, 12, 31).isoformat()}
        await caller.say("/v1/period-codes/MONTH/generate-periods", "generate", days=days)


async def _schedules(deployment: Deployment, schedules: dict[str, Any]) -> None:
    async with deployment.client(NAME) as client:
        for key, schedule in schedules.items():
            await Persistent(client).put(f"/v1/run-schedules/{key}", schedule)


def _told(deployment: Deployment) -> list[Raw]:
    return [fact for fact in deployment.evidence.facts(NAME) if fact.name.startswith(f"{NAME}.ScheduledRun")]


async def _woken_behind(deployment: Deployment, key: str) -> None:
    """Timers have fired again: one more schedule, the last by its key, is asked."""
    await _schedules(deployment, {key: PROPOSALS})
    await eventually(lambda: key in {fact.says["schedule"] for fact in _told(deployment)}, within=30)
