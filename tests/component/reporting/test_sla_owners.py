"""Reports about SLA clocks are read as orders are: customers and technicians see their own. Source: contracts 6."""

from typing import Any

import pytest

from tests.component.reporting.conftest import Asked
from tests.component.reporting.measured import CLOCKS, FIRST, PERIODS, ROWS, SECOND, clocks_of, counted, measured
from tests.domain.reporting.an_order import ORDER, created
from tests.domain.reporting.an_sla_clock import attached
from tests.integration.reporting.told import Told


@pytest.mark.parametrize("role", ["service_manager", "dispatcher", "analyst"])
async def test_who_sees_all(reports_after: Asked, role: str) -> None:
    async with reports_after(measured(), role) as client:
        assert await clocks_of(client) == ROWS


@pytest.mark.parametrize("role", ["subscription_clerk", "operator"])
async def test_who_sees_nothing(reports_after: Asked, role: str) -> None:
    async with reports_after(measured(), role) as client:
        answers = [await client.get(path) for path in (CLOCKS, PERIODS, f"{CLOCKS}/{FIRST}/ledger?clock=resolution")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


OWN: list[tuple[str, dict[str, str], list[tuple[str, str]], tuple[Any, ...]]] = [
    ("customer", {"customer_id": "C-1001"}, ROWS[:2], (2, 0, 0, 0, "100.00")),
    ("customer", {"customer_id": "C-2"}, ROWS[2:3], (0, 1, 0, 0, "0.00")),
    ("customer", {"customer_id": "C-9"}, [], (0, 0, 0, 0, None)),
    ("technician", {"worker_id": "W-1"}, ROWS[:2], (2, 0, 0, 0, "100.00")),
    ("technician", {"worker_id": "W-9"}, [], (0, 0, 0, 0, None)),
]


@pytest.mark.parametrize(("role", "about", "clocks", "counts"), OWN)
async def test_who_sees_his_own(
    reports_after: Asked, role: str, about: dict[str, str], clocks: list[tuple[str, str]], counts: tuple[Any, ...]
) -> None:
    async with reports_after(measured(), role, **about) as client:
        assert await clocks_of(client) == clocks
        assert counted((await client.get(PERIODS)).json()["totals"]) == counts
        answer = await client.get(f"{CLOCKS}/{SECOND}/ledger?clock=resolution")
    assert answer.status_code == (200 if ROWS[2] in clocks else 404)


@pytest.mark.parametrize("named", ["responsible", "preferred_technician"])
async def test_a_technician_sees_what_he_answers_for(reports_after: Asked, named: str) -> None:
    told = Told()
    told.append(ORDER, created(**{named: "W-7"}), attached())
    async with reports_after(told, "technician", worker_id="W-7") as client:
        assert await clocks_of(client) == [("SO-000123", "resolution")]
