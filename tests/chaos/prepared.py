"""What must be there before the load begins: records, stages, an SLA policy of seconds, and an agreement that is known."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.chaos.system import System
from tests.support.eventually import eventually
from tests.support.workload import put_records

PREPARED_SECONDS = 90.0
CALENDAR: Mapping[str, Any] = {
    "time_zone": "UTC",
    "weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "valid_from": "2026-01-01",
}
"""Always open, so that open time is time; a further version of it lets timers measure anew, and changes no figure."""
POLICY: Mapping[str, Any] = {
    "name": "Quick",
    "effective_on": "2026-01-01",
    "calendar": "ROUND",
    "clocks": {
        "response": {"targets": {"normal": "PT2S"}},
        "resolution": {"targets": {"normal": "PT4S"}, "at_risk": [{"percent": "50"}, {"before": "PT1S"}]},
    },
}
STAGES = (
    {"stage": "PLANNED", "description": "Planned"},
    {"stage": "ON-SITE", "description": "On site", "parent": "PLANNED"},
    {"stage": "WAITING", "description": "Waiting for parts", "parent": "ON-SITE", "stops_clock": True},
)
TERMS = {"project": "P-1", "group": "G-1", "starts_on": "2026-01-01", "description": "measured"}


@dataclass(frozen=True)
class Prepared:
    """The id of the agreement that is known everywhere, and the tag of the calendar's version."""

    agreement: str
    calendar: str


async def prepare(system: System, headers: Mapping[str, str]) -> Prepared:
    """Puts everything; returns when the order service has heard it."""
    async with person(system, headers, "reference") as reference:
        heard = await put_records(reference.client)
        calendar = await reference.sets("PUT", "/v1/calendars/ROUND", CALENDAR, {"if-none-match": "*"})
    async with person(system, headers, "order") as order, person(system, headers, "agreement") as agreement:
        await order.sets("PUT", "/v1/stage-graph", {"stages": list(STAGES)}, {"if-none-match": "*"})
        await order.sets("PUT", "/v1/stage-reasons/R-1", {"description": "A part"}, {"if-none-match": "*"})
        await agreement.sets("PUT", "/v1/sla-policies/QUICK", POLICY, {"if-none-match": "*"})
        group = {"description": "All", "sla_policy": "QUICK"}
        await agreement.sets("PUT", "/v1/agreement-groups/G-1", group, {"if-none-match": "*"})
        made = (await agreement.sets("POST", "/v1/agreements", TERMS)).json()["id"]
        active = await agreement.sets("POST", f"/v1/agreements/{made}/activate", {})
        await order.sees("/v1/orders", f"{heard}, {calendar.headers['position']}, {active.headers['position']}")
    return Prepared(made, calendar.headers["etag"])


@dataclass
class Person:
    """Asks until it is done: what it names may not have been heard yet."""

    client: httpx.AsyncClient
    asked: int = 0

    async def sets(
        self, method: str, path: str, body: Mapping[str, Any], more: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """The answer, when it is a yes."""
        done: list[httpx.Response] = []

        async def accepted() -> bool:
            self.asked += 1
            headers = {**(more or {}), "idempotency-key": f"prepared {path} {self.asked}"}
            answer = await self.client.request(method, path, json=body, headers=headers)
            done[:] = [answer]
            return answer.is_success

        await eventually(accepted, within=PREPARED_SECONDS)
        return done[0]

    async def sees(self, path: str, positions: str) -> None:
        """Returns when the list at `path` knows these positions."""

        async def seen() -> bool:
            answer = await self.client.get(path, headers={"not-older-than": positions})
            return answer.status_code == httpx.codes.OK

        await eventually(seen, within=PREPARED_SECONDS)


@asynccontextmanager
async def person(system: System, headers: Mapping[str, str], service: str) -> AsyncIterator[Person]:
    """The preparing person at a service."""
    address = system.address(service)
    async with httpx.AsyncClient(base_url=address, headers=dict(headers), trust_env=False, timeout=10) as client:
        yield Person(client)
