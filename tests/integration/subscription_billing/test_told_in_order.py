"""On real servers: a code, a group, a price and a subscription that a timer ends, and Kafka tells it all in order."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.checker import check_transport, published
from tests.support.deployment import Deployment, servers
from tests.support.eventually import eventually
from tests.support.workload import Persistent, put_records

BEGAN = "2026-01-05T08:00:00Z"
DAYS = {"from": "2026-01-01", "to": "2026-12-31"}
ROW = {"code": "MONTH", "effective_on": "2025-01-01", "price": {"amount": "310.00", "currency": "EUR"}}
OPENING = {"name": "Care", "group": "CARE", "project": "P-1", "category": "FEE", "at": BEGAN}
EXPECTED = [
    "SubscriptionOpened",
    "SubscriptionActivated",
    "IndexUpdated",
    "TermSet",
    "SubscriptionExpired",
]


@pytest.fixture
def deployment(
    postgres_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """The reference service and the subscription billing service, with its timers."""
    made = Deployment(tmp_path_factory.mktemp("billing"), servers(postgres_url, kafka_bootstrap))
    try:
        made.prepare()
        made.start("reference", "subscription_billing")
        yield made
    finally:
        made.stop()


async def test_a_subscription_is_told_in_order_and_expires_by_itself(deployment: Deployment) -> None:
    """LIF-07, contracts 2."""
    async with deployment.client("reference") as reference, deployment.client("subscription_billing") as client:
        await heard(client, await put_records(reference))
        caller = Persistent(client)
        positions = [
            await caller.put("/v1/period-codes/MONTH", {"name": "Monthly", "unit": "month"}),
            await caller.put("/v1/subscription-groups/CARE", {"name": "Care", **_GROUP}),
            await caller.put("/v1/subscription-prices/ALL", ROW),
        ]
        await caller.say("/v1/period-codes/MONTH/generate-periods", "first", days=DAYS)
        await heard(client, ", ".join(positions))
        subscription = await a_subscription(caller)
        await eventually(lambda: expired(client), within=30)
    evidence, topic = deployment.evidence, f"{deployment.prefix}.subscription_billing.events.v1"
    stored = evidence.facts("subscription_billing")

    async def told() -> bool:
        return check_transport(stored, await published(evidence.kafka, topic)) == []

    await eventually(told, within=30)
    records = [raw for _, _, raw in await published(evidence.kafka, topic)]
    own = [raw for raw in records if raw.stream == subscription["id"]]
    assert [raw.name for raw in own] == [f"subscription_billing.{name}.v1" for name in EXPECTED]
    assert [raw.sequence for raw in own] == list(range(1, len(EXPECTED) + 1))
    opened = {"number": "SUB-000001", "base_price": {"amount": "310.00", "currency": "EUR"}, "price_row": "ALL"}
    assert own[0].says | opened == own[0].says
    (periods,) = [raw.says["periods"] for raw in records if raw.name.endswith(".PeriodsGenerated.v1")]
    assert (len(periods), periods[1]) == (12, {"from": "2026-02-01", "to": "2026-02-28"})


_GROUP = {"invoicing_code": "MONTH", "accrue_revenue": True, "number_sequence": "SUB"}


async def heard(client: httpx.AsyncClient, positions: str) -> None:
    """Waits until the service's views know what stands at these positions."""

    async def knows() -> bool:
        answer = await client.get("/v1/subscriptions", headers={"not-older-than": positions})
        return answer.status_code == httpx.codes.OK

    await eventually(knows, within=30)


async def a_subscription(caller: Persistent) -> Any:
    """A subscription whose term is over when it is told of."""
    opened = await caller.say("/v1/subscriptions", "open", **OPENING)
    path = f"/v1/subscriptions/{opened['id']}"
    await caller.say(f"{path}/activate", "activate", at="2026-01-06T08:00:00Z")
    await caller.say(f"{path}/update-index", "index", percent="10", at="2026-01-07T08:00:00Z")
    await caller.say(f"{path}/set-term", "term", starts_on=None, ends_on="2026-03-31", at="2026-01-08T08:00:00Z")
    return opened


async def expired(client: httpx.AsyncClient) -> bool:
    """Whether the timer has told it and the own log has reached the list."""
    answer = await client.get("/v1/subscriptions", params={"state": "expired"})
    return [item["number"] for item in answer.json()["items"]] == ["SUB-000001"]
