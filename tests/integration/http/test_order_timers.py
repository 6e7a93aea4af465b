"""SLA timers on a real database: each fact is told once and with its own instant, however late and however often they fire."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from libs.events import order_sla as says
from libs.runtime.faults import NotYetHeard
from libs.runtime.rebuild import Rebuild
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from services.agreement.main import SERVICE as AGREEMENT
from services.order.application.timers import fire
from services.order.main import SERVICE as ORDER
from tests.integration.http.conftest import Apps
from tests.integration.http.hearing import hears, lost
from tests.integration.http.measured import NEEDED as NEEDED
from tests.integration.http.measured import an_agreement, done, prepare, put, put_again
from tests.support.agreements import A_POLICY, CALENDAR
from tests.support.listening import url_of

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


async def told(store: FactStore, order: str, *kinds: type[says.SlaMark]) -> list[tuple[str, str, str]]:
    """The marks of these kinds, verdicts and warnings when none is named: what, of which clock, when (day and UTC)."""
    facts = [fact.decoded() for fact in await store.recorder.load(order)]
    wanted = kinds or (says.OrderSlaAtRisk, says.OrderSlaMissed, says.OrderSlaMet, says.OrderSlaCorrected)
    marks = [fact for fact in facts if isinstance(fact, wanted)]
    return [(type(mark).__name__.removeprefix("OrderSla"), mark.clock, f"{mark.at:%d %H:%M:%S}") for mark in marks]


async def until_nothing_is_due(apps: Apps, now: datetime, *more: FactStore) -> None:
    """Fires, from several tasks where several stores are given, and hears what that told, until nothing is due."""
    rounds = 0
    while await asyncio.gather(*(fire(store, now) for store in (apps.stores["order"], *more))) != [0] * (1 + len(more)):
        await hears(apps, ORDER, "order")
        rounds += 1
        assert rounds < 20, "timers that never end"


COURSE = [
    ("AtRisk", "response", "02 10:12:00"),  # 80 % of four hours from 08:00 in Brussels
    ("Missed", "response", "02 12:00:00"),  # used up at 12:00 there, when the office closes: missed when it opens again
    ("Missed", "resolution", "04 07:00:00"),  # two working days later, at the same time of day
]


async def test_timers_that_fire_late_tell_everything_with_its_own_instant(shared: Apps, agreement: str) -> None:
    order = await an_order(shared, agreement, "late")
    await until_nothing_is_due(shared, MUCH_LATER)
    assert await told(shared.stores["order"], order) == COURSE


async def test_a_timer_that_fires_again_before_its_fact_was_heard_tells_nothing_new(
    shared: Apps, agreement: str
) -> None:
    store, order = shared.stores["order"], await an_order(shared, agreement, "again")
    before = datetime(2026, 3, 2, 10, 11, 59, tzinfo=UTC)
    assert [await fire(store, before), await told(store, order)] == [0, []]
    at_risk = before + timedelta(seconds=1)
    assert [await fire(store, at_risk) for _ in range(3)] == [1, 1, 1]
    assert await told(store, order) == COURSE[:1]
    await hears(shared, ORDER, "order")
    assert await fire(store, at_risk) == 0
    await until_nothing_is_due(shared, MUCH_LATER)


async def test_timers_of_several_tasks_at_once_tell_each_fact_once(shared: Apps, agreement: str) -> None:
    orders = [await an_order(shared, agreement, f"at once {number}") for number in range(3)]
    async with AsyncExitStack() as stack:
        others = [await stack.enter_async_context(FactStore(url_of(shared.stores["order"]))) for _ in range(2)]
        await until_nothing_is_due(shared, MUCH_LATER, *others)
    assert [await told(shared.stores["order"], order) for order in orders] == [COURSE] * 3


async def test_after_a_restart_timers_go_on_where_the_facts_stand(shared: Apps, agreement: str) -> None:
    """The process died after it told, before it heard; and again before anything was told."""
    order = await an_order(shared, agreement, "restart")
    for _ in range(3):
        async with FactStore(url_of(shared.stores["order"])) as started:
            assert await fire(started, MUCH_LATER) == 1
    assert await told(shared.stores["order"], order) == COURSE[:1]
    await until_nothing_is_due(shared, MUCH_LATER)
    assert await told(shared.stores["order"], order) == COURSE


async def test_views_built_anew_wake_no_timer(shared: Apps, agreement: str, postgres_url: str) -> None:
    store, order = shared.stores["order"], await an_order(shared, agreement, "replay")
    await until_nothing_is_due(shared, MUCH_LATER)
    last = (await store.recorder.load(order))[-1].position
    owner = urlunsplit(urlsplit(postgres_url)._replace(path=urlsplit(url_of(store)).path))
    found = await Rebuild(ORDER, "order", owner, KafkaSettings()).run(lambda _: None)
    assert not any(found)
    assert await fire(store, MUCH_LATER) == 0
    assert await store.recorder.read_log(last, 10) == []


async def test_a_calendar_that_arrives_later_is_told_once_and_moves_what_is_due(shared: Apps) -> None:
    """sla 9: an open clock is measured by it, from its day on; a verdict that it changes is corrected."""
    async with shared.client("reference", "service_manager") as reference:
        await put(reference, "calendars/LATER", **CALENDAR[1])
        await hears(shared, AGREEMENT, "reference")
        async with shared.client("agreement", "service_manager") as client:
            await put(client, "sla-policies/LATER", **A_POLICY | {"calendar": "LATER"})
        agreement = await an_agreement(shared, "LATER")
        for source in ("reference", "agreement"):
            await hears(shared, ORDER, source)
        store, order = shared.stores["order"], await an_order(shared, agreement, "calendar")
        noon = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
        await until_nothing_is_due(shared, noon)
        assert await told(store, order) == COURSE[:1]
        closed = {**CALENDAR[1], "valid_from": "2026-03-01", "exceptions": {"2026-03-02": [["08:00", "12:00"]]}}
        await put_again(reference, "calendars/LATER", **closed)
    await hears(shared, ORDER, "reference")
    assert [await fire(store, noon) for _ in range(2)] == [1, 1]
    changed = [("CalendarChanged", clock, "02 11:30:00") for clock in ("response", "resolution")]
    assert await told(store, order, says.OrderSlaCalendarChanged) == changed
    await hears(shared, ORDER, "order")
    assert await fire(store, noon) == 0
    await until_nothing_is_due(shared, MUCH_LATER)
    assert await told(store, order) == [
        COURSE[0],
        ("Missed", "response", "03 07:00:00"),  # used up at noon all the same; that afternoon the office is closed
        COURSE[2],
    ]
    assert await told(store, order, says.OrderSlaCalendarChanged) == changed


async def test_an_order_whose_timer_fails_keeps_no_other_from_being_asked(
    shared: Apps, agreement: str, postgres_url: str
) -> None:
    """The one that is due first cannot be asked while the copy of its calendar is lost."""
    async with shared.client("reference", "service_manager") as reference:
        await put(reference, "calendars/LOST", **CALENDAR[1])
    await hears(shared, AGREEMENT, "reference")
    async with shared.client("agreement", "service_manager") as client:
        await put(client, "sla-policies/LOST", **A_POLICY | {"calendar": "LOST"})
    first_agreement = await an_agreement(shared, "LOST")
    for source in ("reference", "agreement"):
        await hears(shared, ORDER, source)
    first = await an_order(shared, first_agreement, "lost", at="2026-03-02T06:59:00Z")
    second, store = await an_order(shared, agreement, "found"), shared.stores["order"]
    counted = faults_counted()
    async with lost(postgres_url, store, "calendar", "LOST"):
        with pytest.raises(NotYetHeard, match="The calendar LOST has not arrived") as fault:
            await fire(store, MUCH_LATER)
    assert any(first in note for note in fault.value.__notes__)
    assert faults_counted() == counted + 1
    assert [await told(store, order) for order in (first, second)] == [[], COURSE[:1]]
    await until_nothing_is_due(shared, MUCH_LATER)
    assert [await told(store, order) for order in (first, second)] == [COURSE, COURSE]


def faults_counted() -> float:
    return REGISTRY.get_sample_value("fieldfact_timer_faults_total", {"service": "order"}) or 0
