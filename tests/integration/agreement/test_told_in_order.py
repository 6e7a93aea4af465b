"""On real servers: a calendar, a policy that names it, an agreement that names that, and Kafka tells it all in order."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.agreements import A_POLICY, CALENDAR
from tests.support.checker import check_transport, published
from tests.support.deployment import Deployment, servers
from tests.support.eventually import eventually
from tests.support.workload import Persistent, put_records

HEADER = {"project": "P-1", "group": "GOLD", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
EXPECTED = [
    "AgreementCreated",
    "AgreementLineAdded",
    "AgreementActivated",
    "AgreementAmended",
    "AgreementSuspended",
    "AgreementResumed",
    "AgreementRenewed",
    "AgreementTerminated",
]


@pytest.fixture
def deployment(
    postgres_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """The reference service and the agreement service."""
    made = Deployment(tmp_path_factory.mktemp("agreement"), servers(postgres_url, kafka_bootstrap))
    try:
        made.prepare()
        made.start("reference", "agreement")
        yield made
    finally:
        made.stop()


async def test_a_policy_and_an_agreement_are_told_in_order(deployment: Deployment) -> None:
    async with deployment.client("reference") as reference, deployment.client("agreement") as client:
        positions = [await put_records(reference), await Persistent(reference).put(f"/v1/{CALENDAR[0]}", CALENDAR[1])]
        await heard(client, ", ".join(positions))
        caller = Persistent(client)
        await caller.put("/v1/sla-policies/GOLD", A_POLICY)
        await caller.put("/v1/agreement-groups/GOLD", {"description": "Gold", "sla_policy": "GOLD"})
        agreement = await an_agreement(caller)
        await eventually(lambda: listed(client), within=30)
    evidence, topic = deployment.evidence, f"{deployment.prefix}.agreement.events.v1"
    stored = evidence.facts("agreement")

    async def told() -> bool:
        return check_transport(stored, await published(evidence.kafka, topic)) == []

    await eventually(told, within=30)
    records = [raw for _, _, raw in await published(evidence.kafka, topic)]
    own = [raw for raw in records if raw.stream == agreement["id"]]
    assert [raw.name for raw in own] == [f"agreement.{name}.v1" for name in EXPECTED]
    assert [raw.sequence for raw in own] == list(range(1, len(EXPECTED) + 1))
    assert own[0].says | {"sla_policy": "GOLD", "sla_from": "agreement_group", "customer": "C-1"} == own[0].says
    (policy,) = [raw.says for raw in records if raw.name == "agreement.SlaPolicyDefined.v1"]
    assert (policy["version"], policy["calendar"], policy["clocks"]["response"]["targets"]["high"]) == (
        1,
        "OFFICE",
        "PT1H",
    )


async def heard(client: httpx.AsyncClient, positions: str) -> None:
    """Waits until the agreement service knows the reference records."""

    async def knows() -> bool:
        answer = await client.get("/v1/agreements", headers={"not-older-than": positions})
        return answer.status_code == httpx.codes.OK

    await eventually(knows, within=30)


async def an_agreement(caller: Persistent) -> Any:
    """An agreement that goes all the way."""
    created = await caller.say("/v1/agreements", "create", **HEADER)
    path = f"/v1/agreements/{created['id']}"
    await caller.say(f"{path}/lines", "line", type="hour", category="LABOUR", quantity="2.5")
    await caller.say(f"{path}/activate", "activate")
    await caller.say(f"{path}/amend", "amend", effective_on="2026-07-01", sla_policy="GOLD", reason="For good")
    await caller.say(f"{path}/suspend", "suspend", reason="Unpaid")
    await caller.say(f"{path}/resume", "resume")
    await caller.say(f"{path}/renew", "renew", to="2027-12-31")
    ended = await caller.say(f"{path}/terminate", "terminate", on="2026-08-31", reason="Plant closed")
    assert (ended["number"], ended["state"], ended["version"]) == ("AG-000001", "terminated", len(EXPECTED))
    return ended


async def listed(client: httpx.AsyncClient) -> bool:
    """Whether the own log has reached the list: the agreement is valid on its last day."""
    answer = await client.get("/v1/agreements", params={"active_on": "2026-08-31", "group": "GOLD"})
    return [item["number"] for item in answer.json()["items"]] == ["AG-000001"]
