"""Three orders under two SLA policies, and who asks for them: one met, one missed and canceled, one running."""

from datetime import date, timedelta
from typing import Any

import httpx

from libs.events.agreement import AgreementAmended, AgreementCreated, AgreementGroupRecorded
from libs.events.durations import WorkingDays
from libs.events.order_stages import OrderReasonGiven, OrderReasonRemoved, OrderStageChanged
from libs.events.reference import CustomerRecorded
from libs.kernel.ids import natural_id
from tests.domain.reporting.an_order import AGREEMENT, added, created
from tests.domain.reporting.an_sla_clock import OFFICE, Teller, at, attached, clock
from tests.domain.reporting.test_agreements import policy
from tests.integration.reporting.told import Told

CLOCKS, PERIODS = "/v1/reports/sla-orders", "/v1/reports/sla-periods"
FIRST, SECOND, THIRD = (natural_id("order", f"SO-{number}") for number in (1, 2, 3))
ROWS = [("SO-1", "resolution"), ("SO-1", "response"), ("SO-2", "resolution"), ("SO-3", "resolution")]


def measured() -> Told:
    """Told as things happened, in March 2026."""
    told = Told(at=at(1))
    told.append(natural_id("calendar", "OFFICE"), OFFICE)
    told.append(natural_id("customer", "C-1001"), CustomerRecorded(customer="C-1001", name="Jansen"))
    told.append(natural_id("policy", "GOLD"), policy())
    told.append(natural_id("group", "TOP"), AgreementGroupRecorded(group="TOP", description="Top customers"))
    made = AgreementCreated(number="AG-000008", project="P-77", group="TOP", starts_on=date(2026, 1, 1))
    told.append(AGREEMENT, made, AgreementAmended(amendment=1, effective_on=date(2026, 3, 11), group="PLAIN"))
    _first(told)
    _second(told)
    _third(told)
    return told


def _first(told: Told) -> None:
    """Tuesday: arrived after an hour, resolved after exactly four."""
    response, resolution = Teller("response"), Teller()
    told.at = at(10, 8, 59)
    hour = added(1, ("1", "40.00", "40.00", "75.00", "75.00"), worker="W-1")
    terms = attached(clock("response"), clock("resolution"))
    started = [*response.tells("started", at(10, 9)), *resolution.tells("started", at(10, 9))]
    told.append(FIRST, created("SO-1"), hour, terms, *started)
    told.at = at(10, 9, 59)
    told.append(FIRST, *response.tells("stopped", at(10, 10)))
    told.at = at(10, 13, 59)
    told.append(FIRST, *resolution.tells("stopped", at(10, 14)))


def _second(told: Told) -> None:
    """The last day of March: missed on the first of April, and then called off."""
    resolution = Teller()
    told.at = at(31, 13, 59)
    told.append(SECOND, created("SO-2", customer="C-2"), attached(), *resolution.tells("started", at(31, 14)))
    told.at = at(32, 11)
    told.append(SECOND, *resolution.passes(at(32, 11)))
    given = [OrderReasonGiven(entry=entry, kind="cancel", code=code) for entry, code in ((1, "WEATHER"), (2, "WRONG"))]
    told.append(SECOND, *resolution.tells("canceled", at(32, 12)), *given, OrderReasonRemoved(entry=2))


def _third(told: Told) -> None:
    """Nobody's, under working days, paused in a stage; started in April in Brussels, when it was still March in UTC."""
    resolution = Teller(budget=timedelta(hours=16))
    told.at = at(32, 12, 59)
    about: dict[str, Any] = {"customer": None, "agreement": None}
    terms = attached(clock(budget=WorkingDays(working_days=2)), policy="SILVER", level="default")
    told.append(THIRD, created("SO-3", **about), terms, *resolution.tells("started", at(32, 0, 30), now=at(32, 13)))
    told.at = at(32, 13, 59)
    stage = OrderStageChanged(stage="WAITING", direction="first")
    told.append(THIRD, stage, *resolution.tells("paused", at(32, 14), stage="WAITING"))


async def clocks_of(client: httpx.AsyncClient, **asked: Any) -> list[tuple[str, str]]:
    """The clocks that are answered, by order number and clock."""
    answer = await client.get(CLOCKS, params=asked)
    assert answer.status_code == 200, answer.text
    return [(item["number"], item["clock"]) for item in answer.json()["items"]]


async def periods_of(client: httpx.AsyncClient, **asked: Any) -> dict[Any, tuple[int, int, int, int, str | None]]:
    """What is counted for each key: met, missed, running, canceled, compliance."""
    answer = await client.get(PERIODS, params=asked)
    assert answer.status_code == 200, answer.text
    return {item["key"]: counted(item) for item in answer.json()["items"]}


def counted(item: dict[str, Any]) -> tuple[int, int, int, int, str | None]:
    """One row of counts."""
    return (*(item[name] for name in ("met", "missed", "running", "canceled")), item["compliance_percent"])
