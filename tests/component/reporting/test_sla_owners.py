"""Reports about SLA clocks are read as orders are: customers and technicians see their own. Source: contracts 6."""

from typing import Any

import httpx

from tests.component.reporting.conftest import Asked
from tests.component.reporting.issuer import Issuer
from tests.component.reporting.measured import CLOCKS, FIRST, PERIODS, ROWS, SECOND, clocks_of, counted, measured
from tests.domain.reporting.an_order import ORDER, created
from tests.domain.reporting.an_sla_clock import attached
from tests.integration.reporting.told import Told

ALL = (2, 1, 1, 0, "66.67")
SEES: list[tuple[str, dict[str, str], list[tuple[str, str]], tuple[Any, ...]]] = [
    ("service_manager", {}, ROWS, ALL),
    ("dispatcher", {}, ROWS, ALL),
    ("analyst", {}, ROWS, ALL),
    ("service", {"scope": "reporting.read"}, ROWS, ALL),
    ("customer", {"customer_id": "C-1001"}, ROWS[:2], (2, 0, 0, 0, "100.00")),
    ("customer", {"customer_id": "C-2"}, ROWS[2:3], (0, 1, 0, 0, "0.00")),
    ("customer", {"customer_id": "C-9"}, [], (0, 0, 0, 0, None)),
    ("technician", {"worker_id": "W-1"}, ROWS[:2], (2, 0, 0, 0, "100.00")),
    ("technician", {"worker_id": "W-9"}, [], (0, 0, 0, 0, None)),
]


def turn(client: httpx.AsyncClient, issuer: Issuer, role: str, about: dict[str, str]) -> None:
    """From now on somebody else asks."""
    client.headers["authorization"] = f"Bearer {issuer.token(role, **about)}"


async def test_who_sees_what(reports_after: Asked, issuer: Issuer) -> None:
    async with reports_after(measured()) as client:
        for role, about, clocks, counts in SEES:
            turn(client, issuer, role, about)
            assert await clocks_of(client) == clocks, (role, about)
            assert counted((await client.get(PERIODS)).json()["totals"]) == counts, (role, about)
            ledger = await client.get(f"{CLOCKS}/{SECOND}/ledger?clock=resolution")
            assert ledger.status_code == (200 if ROWS[2] in clocks else 404), (role, about)
        for role in ("subscription_clerk", "operator"):
            turn(client, issuer, role, {})
            paths = (CLOCKS, PERIODS, f"{CLOCKS}/{FIRST}/ledger?clock=resolution")
            assert [(await client.get(path)).status_code for path in paths] == [403, 403, 403]


async def test_a_technician_sees_what_he_answers_for(reports_after: Asked, issuer: Issuer) -> None:
    told = Told()
    told.append(ORDER, created(responsible="W-7", preferred_technician="W-8"), attached())
    async with reports_after(told) as client:
        for worker, found in (("W-7", 1), ("W-8", 1), ("W-9", 0)):
            turn(client, issuer, "technician", {"worker_id": worker})
            assert len(await clocks_of(client)) == found
