"""A company that bills, in processes that are killed and started again: what is asked of it, and what it must leave."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.integration.http.billing import ACCOUNTS, PROJECT, RECORDS
from tests.support.billing_checker import check_billing
from tests.support.checker import check_streams
from tests.support.deployment import Deployment, servers
from tests.support.eventually import eventually
from tests.support.proxy import Proxy, proxy_to
from tests.support.workload import RECORDS as FIRST_RECORDS
from tests.support.workload import Persistent

NAME = "subscription_billing"
MONTHLY, QUARTERLY, SHARED = 230, 120, 5
COMPANY = {"name": "Fieldfact", "accounting_currency": "EUR", "time_zone": "Europe/Brussels"}
PATIENCE = 60
ADVANCED = {
    "fee-runs": b"FeeRunAdvanced",
    "proposal-runs": b"ProposalRunAdvanced",
    "accrual-runs": b"AccrualRunAdvanced",
}
COMPLETED = {
    "fee-runs": b"FeeRunCompleted",
    "proposal-runs": b"ProposalRunCompleted",
    "accrual-runs": b"AccrualRunCompleted",
}


@pytest.fixture(scope="module")
def deployment(
    postgres_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """The services, with more subscriptions than a step of a run takes."""
    made = Deployment(tmp_path_factory.mktemp("billing"), servers(postgres_url, kafka_bootstrap))
    made.prepare()
    made.start("reference", NAME)
    asyncio.run(_prepare(made))
    yield made
    made.stop()


async def _prepare(deployment: Deployment) -> None:
    async with deployment.client("reference") as reference, deployment.client(NAME) as billing:
        caller, positions = Persistent(reference), list[str]()
        records: list[tuple[str, Any]] = [*FIRST_RECORDS, *RECORDS, ("companies/main", COMPANY)]
        records += [(f"projects/{key}", PROJECT | {"name": key, "contract": it}) for key, it in _PROJECTS]
        records += [
            (f"posting-profiles/{kind}", {"posting_type": kind, "account": it}) for kind, it in ACCOUNTS.items()
        ]
        for path, body in records:
            positions.append(await caller.put(f"/v1/{path}", body))
        await _heard(billing, ", ".join({it.rpartition(".")[0]: it for it in positions if it}.values()))
        caller = Persistent(billing)
        for code, unit in (("MONTH", "month"), ("QUARTER", "quarter")):
            await caller.put(f"/v1/period-codes/{code}", {"name": code, "unit": unit})
            days = {"from": "2026-01-01", "to": "2027-12-31"}
            await caller.say(f"/v1/period-codes/{code}/generate-periods", f"generate {code}", days=days)
        await caller.put("/v1/subscription-groups/CARE", {"name": "Care", "invoicing_code": "MONTH"})
        earned = {"name": "Earned", "invoicing_code": "QUARTER", "accrue_revenue": True, "accrual_code": "MONTH"}
        await caller.put("/v1/subscription-groups/EARNED", earned)
        await caller.say("/v1/imports/subscriptions", "import", rows=list(_subscriptions()))


_PROJECTS = (("BILLED", "CT-1"), ("SHARED", "CT-2"))


def _subscriptions() -> Iterator[dict[str, Any]]:
    for group, project, count in (
        ("CARE", "BILLED", MONTHLY),
        ("EARNED", "BILLED", QUARTERLY),
        ("CARE", "SHARED", SHARED),
    ):
        for number in range(count):
            name = f"{group}-{project}-{number:04}"
            yield {
                "number": name,
                "name": name,
                "group": group,
                "project": project,
                "category": "SUBFEE",
                "currency": "EUR",
                "base_price": "310.01",
            }


async def _heard(client: httpx.AsyncClient, positions: str) -> None:
    async def heard() -> bool:
        answer = await client.get("/v1/fee-runs", headers={"not-older-than": positions})
        return answer.status_code == httpx.codes.OK

    await eventually(heard, within=PATIENCE)


@asynccontextmanager
async def before_database(deployment: Deployment) -> AsyncIterator[tuple[Proxy, dict[str, str]]]:
    """A proxy in front of PostgreSQL, and the environment that sends the service through it."""
    server = urlsplit(deployment.servers["DATABASE_URL"])
    async with proxy_to(str(server.hostname), server.port or 5432) as (proxy, port):
        login = f"postgresql://fieldfact_{NAME}@127.0.0.1:{port}/{deployment.prefix}_fieldfact_{NAME}"
        yield proxy, {f"{NAME.upper()}_DATABASE_URL": login}


@asynccontextmanager
async def killed_at(deployment: Deployment, *patterns: bytes) -> AsyncIterator[None]:
    """Starts the service behind a proxy, lets something be asked of it, and kills it at the first of these points; starts
    it again and kills it at the next, and so on; at the end it runs freely."""
    deployment.kill(NAME)
    for number, pattern in enumerate(patterns):
        async with before_database(deployment) as (proxy, env):
            proxy.hold_answer_to(pattern)
            await asyncio.to_thread(deployment.start, NAME, **env)
            if number == 0:
                yield
            async with asyncio.timeout(PATIENCE):
                await proxy.held.wait()
            deployment.kill(NAME)
    deployment.start(NAME)


@asynccontextmanager
async def beside(deployment: Deployment) -> AsyncIterator[Deployment]:
    """A second process of the service, on the same database."""
    folder = deployment.folder / "second"
    folder.mkdir(exist_ok=True)
    second = replace(deployment, folder=folder, running={}, ports={})
    await asyncio.to_thread(second.start, NAME)
    try:
        yield second
    finally:
        second.kill(NAME)


async def ask(deployment: Deployment, path: str, key: str, **body: Any) -> None:
    """Asks once; whether an answer comes is not looked at."""
    async with deployment.client(NAME) as client:
        try:
            await client.post(f"/v1/{path}", json=body, headers={"idempotency-key": f"{path} {key}"}, timeout=3)
        except httpx.TransportError:
            return


async def said(deployment: Deployment, path: str, key: str, **body: Any) -> Any:
    """Asks until it is answered."""
    async with deployment.client(NAME) as client:
        return await Persistent(client).say(f"/v1/{path}", f"{path} {key}", **body)


async def over(deployment: Deployment, runs: str, run_id: str) -> Any:
    """The run when it is completed."""
    found = dict[str, Any]()
    async with deployment.client(NAME) as client:

        async def completed() -> bool:
            answer = await client.get(f"/v1/{runs}/{run_id}")
            found.update(answer.json() if answer.status_code == httpx.codes.OK else {})
            return found.get("state") == "completed"

        await eventually(completed, within=PATIENCE)
    return found


async def heard_all(deployment: Deployment) -> None:
    """The service's views have seen all of its own facts."""
    last = len(deployment.evidence.facts(NAME))
    async with deployment.client(NAME) as client:
        await _heard(client, f"{NAME}.0.{last}")


def nothing_wrong(deployment: Deployment) -> None:
    facts = deployment.evidence.facts(NAME)
    assert check_streams(facts) == []
    assert check_billing(facts) == []


def count(deployment: Deployment, name: str) -> int:
    return sum(fact.name == f"{NAME}.{name}.v1" for fact in deployment.evidence.facts(NAME))


def month(number: int) -> dict[str, str]:
    ends = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30}
    return {"from": f"2026-{number:02}-01", "to": f"2026-{number:02}-{ends[number]}"}


def fee_run(number: int) -> dict[str, Any]:
    return {"kind": "regular", "code": "MONTH", "days": month(number)}


QUARTER = {"kind": "regular", "code": "QUARTER", "days": {"from": "2026-01-01", "to": "2026-03-31"}}


async def run_killed(deployment: Deployment, runs: str, key: str, **asked: Any) -> Any:
    """A run that is killed when it was stored, at its first and second step, and when it was to be closed."""
    begun = {"fee-runs": b"FeeRunRequested", "proposal-runs": b"ProposalRunRequested"}
    points: tuple[bytes, ...] = (
        begun.get(runs, b"AccrualRunRequested"),
        ADVANCED[runs],
        b"book_record",
        ADVANCED[runs],
        COMPLETED[runs],
    )
    if runs == "proposal-runs":
        points = tuple(point for point in points if point != b"book_record")  # it asks for none
    async with killed_at(deployment, *points):
        await ask(deployment, runs, key, **asked)
    run = await said(deployment, runs, key, **asked)
    return await over(deployment, runs, run["id"])


async def open_proposals(deployment: Deployment) -> list[str]:
    async with deployment.client(NAME) as client:
        answer = await client.get("/v1/invoice-proposals", params={"state": "open"})
        return [item["id"] for item in answer.json()["items"]]


async def billed_once(deployment: Deployment) -> None:
    """One subscription, from its fee to its revenue."""
    async with deployment.client(NAME) as client:
        answer = await client.get("/v1/subscriptions", params={"group": "EARNED", "limit": 1})
    own = answer.json()["items"][0]["id"]
    spring = {"from": "2026-04-01", "to": "2026-06-30"}
    asked = QUARTER | {"days": spring, "subscriptions": [own]}
    run = await said(deployment, "fee-runs", "spring", **asked)
    await over(deployment, "fee-runs", run["id"])
    await heard_all(deployment)
    invoices = {"method": "invoices", "invoice_date": "2026-04-02", "subscription": own, "project_dates": spring}
    made = await said(deployment, "proposal-runs", "spring", **invoices)
    await over(deployment, "proposal-runs", made["id"])
    await heard_all(deployment)
    for proposal in await open_proposals(deployment):
        await said(deployment, f"invoice-proposals/{proposal}/post", f"spring {proposal}")
    await heard_all(deployment)
    june = {"code": "MONTH", "posting_date": "2026-06-30", "subscription": own}
    earned = await said(deployment, "accrual-runs", "june", **june)
    await over(deployment, "accrual-runs", earned["id"])
