"""The real services as processes of a benchmark, with the records that an order needs."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.measure import until
from benchmarks.servers import Servers
from deploy.local.http_ready import answers_200
from deploy.local.issuer import LocalIssuer
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.processes import Program, Running
from deploy.local.services import ROOT, SERVICES

_READY_SECONDS = 60.0
_ISSUER = LocalIssuer("http://issuer.benchmark")
_PRICE = {"effective_on": "2026-01-01", "currency": "EUR"}
_RECORDS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("customers/C-1", {"name": "Brewery"}),
    ("workers/W-1", {"name": "Ada"}),
    ("projects/P-1", {"name": "Service", "type": "time_and_material", "customer": "C-1", "currency": "EUR"}),
    ("categories/LABOUR", {"name": "Labour", "type": "hour"}),
    ("cost-prices/LABOUR", {"type": "hour", "category": "LABOUR", "price": "40.00", **_PRICE}),
    ("sales-prices/LABOUR", {"type": "hour", "category": "LABOUR", "value": "75.00", **_PRICE}),
)
ORDER = {"project": "P-1", "service_date": "2026-03-02", "description": "Yearly service"}
LINE = {"type": "hour", "category": "LABOUR", "worker": "W-1", "quantity": "3"}


@dataclass
class Services:
    """Services that run; `ports` tells where each listens."""

    on: Servers
    running: dict[str, Running] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """Those of a caller who may do everything."""
        return {"authorization": f"Bearer {_ISSUER.token('benchmark', ['service_manager'])}"}

    def client(self, service: str) -> httpx.AsyncClient:
        """A client of a service."""
        address = f"http://{LOOPBACK}:{self.ports[service]}"
        return httpx.AsyncClient(base_url=address, headers=self.headers, timeout=30)

    def database(self, service: str) -> str:
        """A superuser's URL of a service's database."""
        return f"{self.on.postgres.url.rpartition('/')[0]}/fieldfact_{service}"

    async def records(self) -> None:
        """Puts what an order needs, and waits until the order service has heard it."""
        async with self.client("reference") as reference, self.client("order") as order:
            heard: dict[str, str] = {}
            for path, body in _RECORDS:
                answer = await reference.put(f"/v1/{path}", headers={"if-none-match": "*"}, json=body)
                if answer.status_code != httpx.codes.PRECONDITION_FAILED:  # it is there
                    answer.raise_for_status()
                place, _, position = answer.headers.get("position", "").rpartition(".")
                heard |= {place: position} if position else {}
            marks = ", ".join(f"{place}.{position}" for place, position in heard.items())
            waits = {"not-older-than": marks} if marks else {}

            async def order_has_heard() -> bool:
                answer = await order.get("/v1/orders", headers=waits)
                return answer.status_code == httpx.codes.OK

            await until(order_has_heard, every=0.1)

    def start(self, name: str, module: str, keys: str) -> None:
        """Starts one service."""
        self.ports[name] = free_port()
        environment = {
            **self.on.environment,
            "FIELDFACT_MODE": "development",
            "HTTP_HOST": LOOPBACK,
            "HTTP_PORT": str(self.ports[name]),
            "METRICS_PORT": str(free_port()),
            "TOKEN_ISSUER": _ISSUER.url,
            "TOKEN_KEYS_FILE": keys,
        }
        ready = answers_200(f"http://{LOOPBACK}:{self.ports[name]}/readyz")
        program = Program(name, (sys.executable, "-m", module), environment, ROOT, ready=ready)
        self.running[name] = Running(program, self.on.folder)


@contextmanager
def services(on: Servers, *names: str) -> Iterator[Services]:
    """Databases, topics and these services, ready; stopped at the end."""
    environment = dict(on.environment)
    for step in ("migrate", "topics"):
        Running(Program(step, (sys.executable, "-m", f"deploy.{step}"), environment, ROOT), on.folder).wait_end(60)
    keys = on.folder / "keys.json"
    keys.write_text(json.dumps(_ISSUER.key_set()))
    found, modules = Services(on), {service.name: service.module for service in SERVICES}
    try:
        for name in names:
            found.start(name, modules[name], str(keys))
        for process in found.running.values():
            process.wait_ready(_READY_SECONDS)
        yield found
    finally:
        for process in found.running.values():
            process.ask_to_stop()
        for process in found.running.values():
            process.end(10)
