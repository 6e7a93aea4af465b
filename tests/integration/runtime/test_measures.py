"""What is measured of a running service: every documented name is on its page, and the numbers say what waits."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import REGISTRY

from deploy.local.ports import free_port
from libs.events.order_sla import OrderSlaMissed
from libs.runtime import hearing as hearing_module
from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projector
from libs.runtime.store import FactStore
from libs.runtime.tail import follow_log
from libs.runtime.waiting import measure
from tests.support.deployment import Deployment, servers
from tests.support.eventually import eventually
from tests.support.listening import running
from tests.support.runtime import VIEW, created, revised, say

PAGE = Path(__file__).parents[3] / "docs" / "operating.md"
NAME = re.compile(r"fieldfact_\w+")
OFFERED = re.compile(r"^# HELP (fieldfact_\w+?)(?:_created)? ", re.MULTILINE)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def page(tmp_path: Path, postgres_url: str, kafka_bootstrap: str) -> AsyncIterator[httpx.AsyncClient]:
    """Asks the port on which the order service, a process of its own, shows what it measures."""
    made, port = Deployment(tmp_path, servers(postgres_url, kafka_bootstrap)), free_port()
    await asyncio.to_thread(made.prepare)
    try:
        made.start("order", METRICS_PORT=str(port))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        made.stop()


async def test_a_running_service_measures_what_is_documented(page: httpx.AsyncClient) -> None:
    async def told() -> str:
        return (await page.get("/metrics")).text

    async def measured() -> bool:
        return 'fieldfact_consumer_lag_facts{consumer="order.views",source="agreement"}' in await told()

    assert set(OFFERED.findall(await told())) == set(NAME.findall(PAGE.read_text()))
    await eventually(measured)
    lines = (await told()).splitlines()
    for line in (
        'fieldfact_relay_lag_facts{service="order"} 0.0',
        'fieldfact_relay_lag_seconds{service="order"} 0.0',
        'fieldfact_consumer_lag_facts{consumer="order.views",source="order"} 0.0',
        'fieldfact_consumer_lag_seconds{consumer="order.views",source="agreement"} 0.0',
        'fieldfact_parked_streams{consumer="order.views",source="reference"} 0.0',
    ):
        assert line in lines


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"fieldfact_{name}", labels)


async def test_what_nobody_sends_or_hears_waits(store: FactStore, order_url: str) -> None:
    own = {"consumer": "order.views", "source": "order"}
    hearing = Hearing(order_url, "order.views", "order", Projector([VIEW]))
    async with running(lambda: follow_log(store, hearing)):
        await say(store, 1, created())
        await eventually(lambda: bool(hearing.marks and hearing.marks[-1].position == 1))
    await say(store, 1, revised(), revised())
    await measure(store, "order")
    assert (value("relay_lag_facts", service="order"), value("consumer_lag_facts", **own)) == (3, 2)
    sending, waiting = value("relay_lag_seconds", service="order") or 0, value("consumer_lag_seconds", **own) or 0
    assert sending > waiting > 0


async def test_a_view_that_is_being_built_is_not_late(store: FactStore, order_url: str) -> None:
    building = Hearing(order_url, "order.views@new", "order", Projector([VIEW]))
    await building.open()
    await building.assign([-1])
    await building.close()
    await say(store, 1, created())
    await measure(store, "order")
    assert value("consumer_lag_facts", consumer="order.views@new", source="order") is None


async def test_how_long_facts_of_a_topic_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    at = NOON
    monkeypatch.setattr(hearing_module, "now", lambda: at)
    labels = {"consumer": "late.views", "source": "order"}
    hearing, found = Hearing("", "late.views", "order", Projector([VIEW])), []
    for minutes, waiting in ((1, 0), (2, 3), (5, 7), (6, 0), (7, 1)):
        at = NOON + timedelta(minutes=minutes)
        hearing.measure(waiting)
        found.append((value("consumer_lag_facts", **labels), value("consumer_lag_seconds", **labels)))
    assert found == [(0, 0), (3, 60), (7, 240), (0, 0), (1, 60)]


async def test_a_miss_is_counted_once_by_its_clock(store: FactStore) -> None:
    missed = OrderSlaMissed(
        clock="response",
        at=NOON,
        elapsed_seconds=14_401,
        time_zone="Europe/Brussels",
    )
    before = value("sla_breaches_total", clock="response") or 0
    await say(store, 1, created(), missed)
    assert value("sla_breaches_total", clock="response") == before + 1
