"""GET /v1/reports/sla-periods: verdicts counted by the period they belong to, none of them twice. Source: sla 14."""

import csv
import io
from typing import Any, get_args

from services.reporting.projections.compliance import By
from tests.component.reporting.conftest import Asked
from tests.component.reporting.measured import PERIODS, counted, measured, periods_of
from tests.domain.reporting.an_order import AGREEMENT

MET = (2, 0, 0, 0, "100.00")
MISSED = (0, 1, 0, 0, "0.00")
RUNNING = (0, 0, 1, 0, None)
KEYS = {
    "month": {"2026-03": MET, "2026-04": (0, 1, 1, 0, "0.00")},
    "week": {"2026-W11": MET, "2026-W14": (0, 1, 1, 0, "0.00")},
    "day": {"2026-03-10": MET, "2026-04-01": (0, 1, 1, 0, "0.00")},
    "policy": {"GOLD": (2, 1, 0, 0, "66.67"), "SILVER": RUNNING},
    "agreement": {None: RUNNING, AGREEMENT: (2, 1, 0, 0, "66.67")},
    "group": {None: RUNNING, "PLAIN": MISSED, "TOP": MET},
    "customer": {None: RUNNING, "C-1001": MET, "C-2": MISSED},
}


async def test_every_way_to_count(reports_after: Asked) -> None:
    assert set(KEYS) == set(get_args(By))
    async with reports_after(measured()) as client:
        found = {by: await periods_of(client, by=by) for by in KEYS}
        answer = (await client.get(PERIODS, params={"by": "agreement"})).json()
    assert found == KEYS
    assert [item["name"] for item in answer["items"]] == [None, "AG-000008"]
    assert counted(answer["totals"]) == (2, 1, 1, 0, "66.67")


async def test_an_interval_holds_its_ends_and_selects_for_totals_too(reports_after: Asked) -> None:
    async with reports_after(measured()) as client:
        asked = {"by": "policy", "from": "2026-03-10", "to": "2026-03-31"}
        found, answer = await periods_of(client, **asked), (await client.get(PERIODS, params=asked)).json()
    assert found == {"GOLD": MET}
    assert counted(answer["totals"]) == MET


async def test_pages_join_and_csv_says_the_same(reports_after: Asked) -> None:
    async with reports_after(measured()) as client:
        whole = (await client.get(PERIODS, params={"by": "customer"})).json()["items"]
        found = list[Any]()
        cursor: str | None = ""
        while cursor is not None:
            asked: dict[str, Any] = {"by": "customer", "limit": 1} | ({"cursor": cursor} if cursor else {})
            page = (await client.get(PERIODS, params=asked)).json()
            found, cursor = found + page["items"], page["next"]
        answer = await client.get(PERIODS, params={"by": "customer"}, headers={"accept": "text/csv"})
    assert found == whole
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows == [{name: "" if value is None else str(value) for name, value in item.items()} for item in whole]


async def test_nothing_selected_is_counted_as_nothing(reports_after: Asked) -> None:
    async with reports_after(measured()) as client:
        answer = (await client.get(PERIODS, params={"customer": "C-9"})).json()
    assert (answer["items"], counted(answer["totals"])) == ([], (0, 0, 0, 0, None))
