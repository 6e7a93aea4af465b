"""Whom a fee run bills, on a real store: by the code, and by every filter that is named."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.integration.http.billing import MARCH, caught_up, prepare_billing, subscribed
from tests.integration.http.conftest import Apps
from tests.integration.http.subscribed import NAME, say
from tests.integration.http.subscribed import NEEDED as NEEDED


@pytest.fixture
async def manager(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    await prepare_billing(apps)
    async with apps.client(NAME, "service_manager") as client:
        yield client


async def test_a_run_bills_those_of_its_code_that_fit_all_that_was_named(
    manager: httpx.AsyncClient, apps: Apps
) -> None:
    """FEE-09: a subscription of another code is not even looked at."""
    one, two = await subscribed(manager, "one"), await subscribed(manager, "two", project="SHARED")
    quarter = await subscribed(manager, "quarter", group="EARNED")
    await caught_up(apps)

    async def looked_at(key: str, **asked: Any) -> set[str]:
        run = {"kind": "regular", "code": "MONTH", "days": MARCH, **asked}
        answer = await say(manager, "/v1/fee-runs/preview", key, **run)
        assert answer.is_success, answer.text
        return {line["subscription"] for line in answer.json()["items"]}

    assert await looked_at("months") == {one, two}
    whole = {"from": "2026-01-01", "to": "2026-03-31"}
    assert await looked_at("quarters", code="QUARTER", days=whole) == {quarter}
    assert await looked_at("project", project="SHARED") == {two}
    assert await looked_at("group", group="CARE") == {one, two}
    assert await looked_at("other group", group="EARNED") == set()
    assert await looked_at("named", subscriptions=[one, quarter]) == {one}
    assert await looked_at("none", subscriptions=[two], project="BILLED") == set()
