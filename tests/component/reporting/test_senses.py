"""As it was known at an instant, and as it is known now to have been then. Source: sla 18, contracts 5."""

from datetime import datetime
from typing import Any

import httpx

from libs.events.order_stages import OrderReasonGiven, OrderReasonRemoved
from libs.events.reference import CustomerRecorded
from libs.kernel.ids import natural_id
from tests.component.reporting.conftest import Asked
from tests.component.reporting.measured import CLOCKS, PERIODS, counted
from tests.component.reporting.two_orders import LINES_PATH, TOTALS_PATH
from tests.domain.reporting.an_order import HOUR, ITEM, ORDER, THE_HOURS, THE_ITEM, created, invoice, posted
from tests.domain.reporting.an_sla_clock import OFFICE, Teller, at, attached
from tests.integration.reporting.told import Told

SENSES = ("recorded", "occurred")


def late() -> Told:
    """Tuesday 10 March: missed at 14:00, until a stop at 10:00 is told at 16:01."""
    told, teller = Told(at=at(9)), Teller()
    told.append(natural_id("calendar", "OFFICE"), OFFICE)
    told.at = at(10, 8, 59)
    told.append(ORDER, created(), attached(), *teller.tells("started", at(10, 9)))
    told.at = at(10, 14)
    told.append(ORDER, *teller.passes(at(10, 14, 1)))
    given = [OrderReasonGiven(entry=entry, kind="close", code=code) for entry, code in ((1, "PARTS"), (2, "WRONG"))]
    told.append(ORDER, *given, OrderReasonRemoved(entry=2), occurred_at=at(10, 15))
    told.at = at(10, 16)
    told.append(ORDER, *teller.tells("stopped", at(10, 10), now=at(10, 16)), occurred_at=at(10, 10))
    return told


async def clock_of(client: httpx.AsyncClient, as_of: datetime, sense: str) -> tuple[Any, ...] | None:
    asked = {"as_of": as_of.isoformat(), "sense": sense}
    items = (await client.get(CLOCKS, params=asked)).json()["items"]
    shown = ("state", "verdict", "elapsed_seconds", "reasons")
    return tuple(items[0][name] for name in shown) if items else None


async def test_a_stop_that_is_reported_late(reports_after: Asked) -> None:
    instants = [at(10, 8), at(10, 9, 30), at(10, 12), at(10, 15, 30), at(10, 17)]
    async with reports_after(late()) as client:
        found = {sense: [await clock_of(client, instant, sense) for instant in instants] for sense in SENSES}
    stopped = ("stopped", "met", 3600)
    assert found == {
        "recorded": [
            None,
            ("running", "running", 1800, []),
            ("running", "running", 10800, []),
            ("running", "missed", 5.5 * 3600, ["PARTS"]),
            (*stopped, ["PARTS"]),
        ],
        "occurred": [
            None,
            ("running", "running", 1800, []),
            (*stopped, []),
            (*stopped, ["PARTS"]),
            (*stopped, ["PARTS"]),
        ],
    }


async def test_periods_and_the_ledger_stand_at_the_same_instant(reports_after: Asked) -> None:
    asked = {"as_of": at(10, 15, 30).isoformat()}
    async with reports_after(late()) as client:
        counts, seconds = [], []
        for sense in SENSES:
            answer = await client.get(PERIODS, params={**asked, "sense": sense})
            counts.append(counted(answer.json()["totals"]))
            path = f"{CLOCKS}/{ORDER}/ledger"
            answer = await client.get(path, params={**asked, "sense": sense, "clock": "resolution"})
            seconds.append([segment["seconds"] for segment in answer.json()["segments"]])
    assert counts == [(0, 1, 0, 0, "0.00"), (1, 0, 0, 0, "100.00")]
    assert seconds == [[10800, 0, 9000], [3600]]


async def test_a_line_that_is_reported_late_counts_from_when_it_was_there(reports_after: Asked) -> None:
    told = Told(at=at(10, 8))
    told.append(ORDER, created(), THE_HOURS)
    told.at = at(10, 12)
    told.append(ORDER, posted(THE_HOURS))
    told.append(ORDER, THE_ITEM, occurred_at=at(10, 9))
    told.append(ORDER, invoice("INV-1", (HOUR, "225.00")), occurred_at=at(10, 11))
    instant = {"as_of": at(10, 10).isoformat()}
    async with reports_after(told) as client:
        found = {sense: await _lines(client, {**instant, "sense": sense}) for sense in SENSES}
        later = await _lines(client, {"as_of": at(10, 13).isoformat(), "sense": "occurred"})
        now = await _lines(client, {})
        answer = await client.get(TOTALS_PATH, params={**instant, "sense": "occurred", "by": "state"})
    assert found == {"recorded": [(HOUR, "expected")], "occurred": [(HOUR, "expected"), (ITEM, "expected")]}
    assert later == now == [(HOUR, "invoiced"), (ITEM, "expected")]
    (total,) = answer.json()["totals"]
    assert (total["total"]["lines"], total["total"]["sales"]["amount"]) == (2, "270.00")
    assert (answer.json()["as_of"], answer.json()["sense"]) == ("2026-03-10T09:00:00Z", "occurred")


async def _lines(client: httpx.AsyncClient, asked: dict[str, Any]) -> list[tuple[int, str]]:
    return [(item["line"], item["state"]) for item in (await client.get(LINES_PATH, params=asked)).json()["items"]]


async def test_things_are_called_what_they_are_called_now(reports_after: Asked) -> None:
    told = Told(at=at(10, 8))
    told.append(ORDER, created(), THE_HOURS)
    told.append(natural_id("customer", "C-1001"), CustomerRecorded(customer="C-1001", name="Jansen"), minutes=120)
    names = []
    async with reports_after(told) as client:
        for sense in SENSES:
            asked = {"as_of": at(10, 9).isoformat(), "sense": sense}
            (item,) = (await client.get(LINES_PATH, params=asked)).json()["items"]
            names.append(item["customer_name"])
    assert names == [None, "Jansen"]
