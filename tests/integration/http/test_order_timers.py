"""SLA timers on a real database: each fact is told once and with its own instant, however late and however often they fire."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from libs.events.fact import Fact
from libs.runtime.store import FactStore
from services.agreement.main import SERVICE as AGREEMENT
from services.order.application.timers import fire
from services.order.domain.service_order import service_order
from services.order.main import SERVICE as ORDER
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears
from tests.integration.http.measured import NEEDED as NEEDED
from tests.integration.http.measured import an_agreement, done, prepare, put, put_again
from tests.support.agreements import A_POLICY, CALENDAR

pytestmark = pytest.mark.asyncio(loop_scope="module")

MUCH_LATER = datetime(2027, 1, 1, tzinfo=UTC)
MONDAY = "2026-03-02T07:00:00Z"
"""08:00 in Brussels, when the office opens."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def agreement(shared: Apps) -> str:
    return await prepare(shared)


async def an_order(apps: Apps, agreement: str, name: str, at: str = MONDAY) -> str:
    """The id of an order that began on the Monday, heard by the service's own views."""
    header = {"agreement": agreement, "service_date": "2026-03-03", "description": name, "at": at}
    async with apps.client("order", "service_manager") as client:
        made = await done(client, "/v1/orders", name, **header)
    await hears(apps, ORDER, "order")
    return str(made["id"])


async def told(store: FactStore, order: str, after: int = 0) -> list[tuple[Any, ...]]:
    """What was told of verdicts: fact, clock, instant."""
    facts = [fact.decoded() for fact in await store.recorder.load(order, after)]
    return [
        (type(fact).__name__.removeprefix("OrderSla"), fact.clock, f"{fact.at:%d %H:%M:%S}")
        for fact in facts
        if hasattr(fact, "clock")
    ]


async def test_x(shared: Apps, agreement: str) -> None:
    order = await an_order(shared, agreement, "x")
    await fire(shared.stores["order"], MUCH_LATER)
    print(await told(shared.stores["order"], order))
    assert 0
