"""A quarter that was billed, and who asks for it."""

from typing import Any

import httpx

from tests.domain.reporting.a_subscription import CHAIN
from tests.integration.reporting.told import Told

REPORTS = "/v1/reports"


def quarter(*more: tuple[str, Any]) -> Told:
    """The quarter invoiced and a month of it earned, and what came after."""
    told = Told()
    for stream, fact in (*CHAIN, *more):
        told.append(stream, fact)
    return told


async def items(client: httpx.AsyncClient, report: str, **asked: Any) -> list[dict[str, Any]]:
    """What a report lists."""
    answer = await client.get(f"{REPORTS}/{report}", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def amounts(item: dict[str, Any], *names: str) -> list[str]:
    return [item[name]["amount"] for name in names]
