"""The progress of an order, as analysts see it, is that of its lines. Source: LIF-01."""

import asyncio

import psycopg
import pytest

from libs.events.fact import Fact
from tests.domain.reporting.an_order import ORDER, added, canceled, canceled_line, created, posted
from tests.integration.reporting.told import Told, heard

LINES = [added(line, ("1", "1", "1.00", "1", "1.00")) for line in (1, 2, 3)]


def lines(*states: str) -> list[Fact]:
    """Three lines, brought into these states."""
    turned: dict[str, list[Fact]] = {
        "created": [],
        "canceled": [canceled_line(line.line) for line in LINES],
        "posted": [*map(posted, LINES)],
    }
    return [*LINES, *(fact for place, state in enumerate(states) for fact in turned[state][place : place + 1])]


@pytest.mark.parametrize(
    ("facts", "progress"),
    [
        (lines("created", "created", "created"), "in_process"),
        (lines("canceled", "created", "created"), "in_process"),
        (lines("created", "canceled", "posted"), "in_process"),
        (lines("canceled", "canceled", "canceled"), "canceled"),
        (lines("posted", "posted", "posted"), "posted"),
        (lines("posted", "canceled", "canceled"), "posted"),
        ([*LINES, canceled(1, 2, 3)], "canceled"),
        ([*LINES, posted(LINES[0]), canceled(2, 3)], "posted"),
        ([], "in_process"),
        ([canceled()], "canceled"),
        ([canceled(), LINES[0]], "in_process"),
    ],
)
def test_progress(database: str, reporting_url: str, facts: list[Fact], progress: str) -> None:
    told = Told()
    told.append(ORDER, created(), *facts)

    async def hear() -> None:
        async with heard(reporting_url, told):
            pass

    asyncio.run(hear())
    with psycopg.connect(database) as connection:
        assert connection.execute("select progress from analytics.service_order").fetchall() == [(progress,)]
