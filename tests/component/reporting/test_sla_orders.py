"""GET /v1/reports/sla-orders: every figure of a clock, every page and filter, as JSON and as CSV. Source: RPT-04."""

import csv
import io
from typing import Any

import pytest

from tests.component.reporting.conftest import Asked
from tests.component.reporting.measured import CLOCKS, FIRST, ROWS, SECOND, clocks_of, measured
from tests.domain.reporting.an_order import AGREEMENT

THE_CLOCK: dict[str, Any] = {
    "order": FIRST,
    "number": "SO-1",
    "service_date": "2026-03-10",
    "stage": None,
    "agreement": AGREEMENT,
    "agreement_number": "AG-000008",
    "group": "TOP",
    "group_name": "Top customers",
    "customer": "C-1001",
    "customer_name": "Jansen",
    "clock": "resolution",
    "policy": "GOLD",
    "policy_name": "Gold service",
    "policy_version": 1,
    "level": "agreement",
    "priority": "normal",
    "state": "stopped",
    "paused": False,
    "verdict": "met",
    "verdict_at": "2026-03-10T13:00:00Z",
    "started_at": "2026-03-10T08:00:00Z",
    "stopped_at": "2026-03-10T13:00:00Z",
    "due_at": "2026-03-10T14:00:00+01:00",
    "due_if_resumed_at": None,
    "time_zone": "Europe/Brussels",
    "at_risk_since": "2026-03-10T10:00:00Z",
    "budget": "PT4H",
    "budget_seconds": 14400,
    "elapsed_seconds": 14400,
    "measured_at": "2026-04-02T00:00:00Z",
    "consumption_percent": "100.00",
    "reasons": [],
}
LATER = "2026-04-02T00:00:00Z"


async def test_a_clock_as_it_looks(reports_after: Asked) -> None:
    async with reports_after(measured()) as client:
        answer = (await client.get(CLOCKS, params={"limit": 1, "as_of": LATER})).json()
    assert answer["items"] == [THE_CLOCK]
    assert (answer["parked"], answer["as_of"], answer["sense"]) == (False, LATER, "recorded")
    assert set(answer["positions"]) == {"agreement", "invoicing", "order", "reference", "subscription_billing"}


async def test_a_paused_clock_in_working_days_and_a_canceled_miss(reports_after: Asked) -> None:
    async with reports_after(measured()) as client:
        missed, paused = (await client.get(CLOCKS, params={"as_of": LATER})).json()["items"][2:]
    shown = ("state", "paused", "verdict", "due_at", "due_if_resumed_at", "budget", "budget_seconds", "stage")
    assert [paused[name] for name in shown] == [
        "paused", True, "running", None, "2026-04-03T11:00:00+02:00", {"working_days": 2}, None, "WAITING"
    ]  # fmt: skip
    assert (paused["elapsed_seconds"], paused["consumption_percent"]) == (5 * 3600, "31.25")
    assert [missed[name] for name in ("state", "verdict", "verdict_at", "reasons", "consumption_percent")] == [
        "canceled", "missed", "2026-04-01T07:00:00Z", ["WEATHER"], "175.00"
    ]  # fmt: skip


SELECTIONS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, ROWS),
    ({"policy": "SILVER"}, ROWS[3:]),
    ({"agreement": AGREEMENT}, ROWS[:3]),
    ({"group": "TOP"}, ROWS[:2]),
    ({"group": "PLAIN"}, ROWS[2:3]),
    ({"customer": "C-2"}, ROWS[2:3]),
    ({"clock": "response"}, ROWS[1:2]),
    ({"verdict": "met"}, ROWS[:2]),
    ({"verdict": "missed"}, ROWS[2:3]),
    ({"verdict": "running"}, ROWS[3:]),
    ({"verdict": "canceled"}, []),
    ({"number": "SO-3"}, ROWS[3:]),
    ({"order": SECOND}, ROWS[2:3]),
    ({"from": "2026-03-01", "to": "2026-03-31"}, ROWS[:2]),
    ({"from": "2026-04-01"}, ROWS[2:]),
    ({"to": "2026-03-09"}, []),
]


async def test_what_is_selected(reports_after: Asked) -> None:
    async with reports_after(measured()) as client:
        found = [await clocks_of(client, **asked) for asked, _ in SELECTIONS]
    assert found == [expected for _, expected in SELECTIONS]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"colour": "red"}, "unknown_parameter"),
    ({"verdict": "lost"}, "invalid_value"),
    ({"sense": "imagined"}, "invalid_value"),
    ({"from": "2026-03-02", "to": "2026-03-01"}, "period_reversed"),
    ({"as_of": "2026-03-12"}, "invalid_instant"),
    ({"order": "SO-1"}, "invalid_id"),
    ({"limit": 0}, "page_size_range"),
]


async def test_what_is_refused(reports_after: Asked) -> None:
    async with reports_after(measured()) as client:
        answers = [await client.get(CLOCKS, params=asked) for asked, _ in REFUSED]
    assert [(answer.status_code, answer.json()["error_code"]) for answer in answers] == [
        (422, code) for _, code in REFUSED
    ]


@pytest.mark.parametrize("sense", ["recorded", "occurred"])
async def test_pages_join_and_csv_says_the_same(reports_after: Asked, sense: str) -> None:
    asked: dict[str, Any] = {"as_of": LATER, "sense": sense}
    async with reports_after(measured()) as client:
        whole = (await client.get(CLOCKS, params=asked)).json()["items"]
        found = list[Any]()
        cursor: str | None = ""
        while cursor is not None:
            page = (
                await client.get(CLOCKS, params={**asked, "limit": 1} | ({"cursor": cursor} if cursor else {}))
            ).json()
            found, cursor = found + page["items"], page["next"]
        answer = await client.get(CLOCKS, params=asked, headers={"accept": "text/csv"})
    assert found == whole
    assert [(item["number"], item["clock"]) for item in whole] == ROWS
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows == [{name: _cell(value) for name, value in item.items()} for item in whole]
    assert (answer.headers["as-of"], answer.headers["as-of-sense"], answer.headers["parked"]) == (LATER, sense, "false")


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(value)
        case {"working_days": days}:
            return f"{days} working days"
        case _:
            return str(value)
