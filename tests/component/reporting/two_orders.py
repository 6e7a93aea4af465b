"""Two orders: the worked example, partly posted and invoiced, and one for nobody in April; and who asks for them."""

from datetime import date
from typing import Any

import httpx

from libs.events.reference import CustomerRecorded, WorkerRecorded
from libs.kernel.ids import natural_id
from tests.domain.reporting.an_order import (
    EXPENSE,
    FEE,
    HOUR,
    ITEM,
    LINES,
    NOON,
    ORDER,
    THE_HOURS,
    THE_WARRANTY,
    WARRANTY,
    added,
    created,
    invoice,
    posted,
)
from tests.integration.reporting.told import Told

LINES_PATH, TOTALS_PATH = "/v1/reports/margin-lines", "/v1/reports/margin-totals"
OTHER = natural_id("order", "SO-000124")
ISSUED_ON = date(2026, 3, 20)
NAMES = (CustomerRecorded(customer="C-1001", name="=Jansen"), WorkerRecorded(worker="W-1", name="An"))

FIRST = [("SO-000123", line) for line in (HOUR, WARRANTY, ITEM, EXPENSE, FEE)]
SECOND = [("SO-000124", 1)]


def two_orders() -> Told:
    """The worked example with hours posted, the chargeable ones invoiced, and another order for nobody in April."""
    told = Told()
    for fact in NAMES:
        told.append(natural_id("name", fact.wire()), fact)
    told.append(ORDER, created(), *LINES)
    told.append(ORDER, posted(THE_HOURS), posted(THE_WARRANTY), occurred_at=NOON)
    told.append(ORDER, invoice("INV-1", (HOUR, "225.00"), on=ISSUED_ON))
    about = {"customer": None, "agreement": None, "project": "P-78", "currency": "JPY"}
    other = created("SO-000124", service_date=date(2026, 4, 1), **about)
    told.append(OTHER, other, added(1, ("0", "0", "0.00", "0", "0.00"), chargeable=False, worker=None))
    return told


async def lines_of(client: httpx.AsyncClient, **asked: Any) -> list[tuple[str, int]]:
    """The lines that are answered, by order number and line."""
    answer = await client.get(LINES_PATH, params=asked)
    assert answer.status_code == 200, answer.text
    return [(item["number"], item["line"]) for item in answer.json()["items"]]
