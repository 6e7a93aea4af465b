"""What stands in the system before the cases are played: records, orders in every state, and how to make more."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from tests.cases.bad_inputs.case import OutOfScope
from tests.cases.bad_inputs.system import System
from tests.support.eventually import eventually
from tests.support.workload import HOUR, RECORDS

HEADER = {"project": "P-1", "service_date": "2026-03-02"}
FOREIGN = (
    ("customers/C-2", {"name": "Dairy"}),
    ("projects/P-2", {"name": "Other", "type": "time_and_material", "customer": "C-2", "currency": "EUR"}),
)
JSON = {"content-type": "application/json"}
LISTS = {
    "agreement": "/v1/agreements",
    "order": "/v1/orders",
    "reference": "/v1/customers",
    "reporting": "/v1/reports/margin-lines",
    "subscription_billing": "/v1/subscriptions",
}


@dataclass
class World:
    """The system and what was made in it. Orders are made once by name, their ids kept."""

    system: System
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    orders: dict[str, str] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)

    def name(self, what: str = "case") -> str:
        """A key that nobody used before."""
        return f"{what}-{self.run}-{next(self._numbers)}"

    async def prepare(self) -> None:
        """Puts the records and waits until the order service has heard of them."""
        await self.heard("order", await self.record(*RECORDS, *FOREIGN))

    async def record(self, *records: tuple[str, Mapping[str, Any]]) -> str:
        """Puts reference records that are not there yet, and answers their positions."""
        latest: dict[str, str] = {}
        for path, body in records:
            answer = await self.put(path, json.dumps(body), {"if-none-match": "*"})
            for position in answer.headers.get("position", "").split(", "):
                latest[position.rpartition(".")[0]] = position
        return ", ".join(position for position in latest.values() if position)

    async def heard(self, service: str, positions: str) -> None:
        """Returns when the views of a service have heard the positions."""
        path = LISTS[service]
        headers = {"not-older-than": positions} if positions else {}

        async def has_heard() -> bool:
            return (await self.system.ask(service, "GET", path, headers=headers)).is_success

        await eventually(has_heard, within=30)

    async def put(self, path: str, body: str, headers: Mapping[str, str]) -> httpx.Response:
        """Puts a reference record."""
        return await self.system.ask("reference", "PUT", f"/v1/{path}", content=body, headers=JSON | dict(headers))

    async def post(
        self, path: str, body: str | bytes, *, role: str = "service_manager", **headers: str
    ) -> httpx.Response:
        """Posts to the order service, under a new key unless the headers name one."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        whole = {**JSON, "idempotency-key": self.name(), **named}
        return await self.system.ask("order", "POST", path, content=body, headers=whole, role=role)

    async def order(self, name: str = "open") -> str:
        """The path of an order in a state: open, posted, canceled, or foreign, which is another customer's."""
        if name not in self.orders:
            self.orders[name] = await self._made(name)
        return self.orders[name]

    async def _made(self, name: str) -> str:
        header = HEADER | ({"project": "P-2"} if name == "foreign" else {})
        path = str(succeeded(await self.post("/v1/orders", json.dumps(header))).headers["location"])
        if name in ("open", "posted"):
            succeeded(await self.post(f"{path}/lines", json.dumps(HOUR)))
        for step in {"posted": ("sign-off", "post"), "canceled": ("cancel",)}.get(name, ()):
            succeeded(await self.post(f"{path}/{step}", "{}"))
        return path

    async def tag(self, path: str) -> tuple[int, str]:
        """The version of an order, and the first part of its stream's id, of which its ETag is made."""
        version, _, stream = (await self.system.ask("order", "GET", path)).headers["etag"].strip('"').partition("-")
        return int(version), stream

    async def positions(self) -> dict[str, int]:
        """How far the log of each service reaches: the position of a record made to find out."""
        order = succeeded(await self.post("/v1/orders", json.dumps(HEADER)))
        customer = await self.put(f"customers/{self.name('C')}", '{"name": "Canary"}', {"if-none-match": "*"})
        reached = {"order": order, "reference": succeeded(customer)}
        if "subscription_billing" in self.system.addresses:
            code, headers = f"/v1/period-codes/{self.name('C')}", JSON | {"if-none-match": "*"}
            body = '{"name": "Canary", "unit": "day"}'
            canary = await self.system.ask("subscription_billing", "PUT", code, content=body, headers=headers)
            reached["subscription_billing"] = succeeded(canary)
        return {name: int(answer.headers["position"].rpartition(".")[2]) for name, answer in reached.items()}

    async def needs(self, service: str, route: str) -> None:
        """OutOfScope unless the service has the route: "PUT /v1/calendars/{key}"."""
        method, path = route.split(" ")
        if method.lower() not in (await self.system.described(service)).get("paths", {}).get(path, {}):
            raise OutOfScope(f"{service} has no {route} yet")


def succeeded(answer: httpx.Response) -> httpx.Response:
    """The answer, which must be a success for the cases to mean anything."""
    if not answer.is_success:
        raise RuntimeError(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}")
    return answer


def spliced(valid: Mapping[str, Any], field_name: str, text: str) -> str:
    """The valid body with the JSON text, whatever it is, as the value of one field."""
    rest = {name: value for name, value in valid.items() if name != field_name}
    return f'{json.dumps(rest)[:-1]}{", " if rest else ""}"{field_name}": {text}}}'
