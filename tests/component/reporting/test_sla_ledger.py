"""GET /v1/reports/sla-orders/{order}/ledger: what every second was, summing to what elapsed. Source: sla 17."""

import csv
import io
from typing import Any

import httpx

from tests.component.reporting.conftest import Asked
from tests.component.reporting.measured import CLOCKS, FIRST, SECOND, THIRD, measured
from tests.domain.reporting.an_order import ORDER, created
from tests.domain.reporting.an_sla_clock import OFFICE, at, attached, story
from tests.integration.reporting.told import Told

LATER = "2026-04-02T00:00:00Z"


async def ledger_of(client: httpx.AsyncClient, order: str, **asked: Any) -> dict[str, Any]:
    """The ledger, whose open seconds are those that elapsed."""
    answer = await client.get(f"{CLOCKS}/{order}/ledger", params={"clock": "resolution", "as_of": LATER, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert sum(segment["seconds"] for segment in found["segments"]) == found["elapsed_seconds"]
    return found


def short(found: dict[str, Any]) -> list[tuple[str, str, str, str | None, int]]:
    return [
        (each["start"][8:], each["end"][8:], each["kind"], each["reason"], each["seconds"])
        for each in found["segments"]
    ]


async def test_open_and_closed_time_of_a_clock_that_was_met(reports_after: Asked) -> None:
    async with reports_after(measured()) as client:
        found = await ledger_of(client, FIRST)
    assert short(found) == [
        ("10T09:00:00+01:00", "10T12:00:00+01:00", "open", None, 10800),
        ("10T12:00:00+01:00", "10T13:00:00+01:00", "closed", None, 0),
        ("10T13:00:00+01:00", "10T14:00:00+01:00", "open", None, 3600),
    ]
    named = ("order", "number", "clock", "time_zone", "until", "as_of", "sense", "parked")
    assert [found[name] for name in named] == [
        FIRST, "SO-1", "resolution", "Europe/Brussels", LATER, LATER, "recorded", False
    ]  # fmt: skip


async def test_a_pause_is_told_with_its_reason_up_to_the_instant_asked_about(reports_after: Asked) -> None:
    async with reports_after(measured()) as client:
        found = await ledger_of(client, THIRD, as_of="2026-04-01T13:00:00Z")
    assert short(found) == [
        ("01T00:30:00+02:00", "01T08:00:00+02:00", "closed", None, 0),
        ("01T08:00:00+02:00", "01T12:00:00+02:00", "open", None, 14400),
        ("01T12:00:00+02:00", "01T13:00:00+02:00", "closed", None, 0),
        ("01T13:00:00+02:00", "01T14:00:00+02:00", "open", None, 3600),
        ("01T14:00:00+02:00", "01T15:00:00+02:00", "paused", "WAITING", 0),
    ]


async def test_a_gap_and_then_what_was_left(reports_after: Asked) -> None:
    told = Told(at=at(9))
    told.append(ORDER, OFFICE)
    marks = story(("started", at(10, 9)), ("stopped", at(10, 10)), ("reopened", at(10, 11)), ("stopped", at(10, 12)))
    told.append(ORDER, created(), *marks, minutes=2000)
    async with reports_after(told) as client:
        found = await ledger_of(client, ORDER)
    assert [(kind, reason, seconds) for _, _, kind, reason, seconds in short(found)] == [
        ("open", None, 3600), ("gap", "sign_off", 0), ("open", None, 3600)
    ]  # fmt: skip


async def test_csv_says_the_same(reports_after: Asked) -> None:
    asked = {"clock": "resolution", "as_of": LATER}
    async with reports_after(measured()) as client:
        found = await ledger_of(client, SECOND)
        answer = await client.get(f"{CLOCKS}/{SECOND}/ledger", params=asked, headers={"accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    expected = [
        {name: "" if value is None else str(value) for name, value in each.items()} for each in found["segments"]
    ]
    assert (rows, answer.headers["as-of"]) == (expected, LATER)


async def test_what_has_no_ledger(reports_after: Asked) -> None:
    told = measured()
    told.append(ORDER, created(), attached())
    async with reports_after(told) as client:
        asked = [(ORDER, "resolution"), (FIRST, "other"), (AGAIN, "resolution"), (FIRST, None)]
        answers = [
            await client.get(f"{CLOCKS}/{order}/ledger", params={"clock": clock} if clock else {})
            for order, clock in asked
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 422]


AGAIN = ORDER[:-1] + ("0" if ORDER[-1] != "0" else "1")


async def test_a_calendar_that_is_not_heard_yet_leaves_what_was_told(reports_after: Asked) -> None:
    told = Told(at=at(10, 8, 59))
    told.append(ORDER, created(), *story(("started", at(10, 9)), ("paused", at(10, 10))))
    async with reports_after(told) as client:
        (item,) = (await client.get(CLOCKS)).json()["items"]
        answer = await client.get(f"{CLOCKS}/{ORDER}/ledger", params={"clock": "resolution"})
    shown = ("elapsed_seconds", "measured_at", "consumption_percent", "due_if_resumed_at")
    assert [item[name] for name in shown] == [3600, "2026-03-10T09:00:00Z", "25.00", None]
    assert (answer.status_code, answer.json()["error_code"]) == (503, "unavailable")
