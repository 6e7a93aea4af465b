"""The table of the services of Fieldfact, and how each becomes a program."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.http_ready import answers_200
from deploy.local.ports import LOOPBACK, RememberedPorts
from deploy.local.processes import Program

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Service:
    name: str
    module: str
    preferred_port: int
    ready_path: str = "/readyz"
    timers: bool = False


ISSUER = Service("issuer", "deploy.local.issuer", 8100, ready_path="/healthz")

SERVICES = (
    ISSUER,
    Service("reference", "services.reference", 8101),
    Service("order", "services.order", 8102, timers=True),
    Service("reporting", "services.reporting", 8103),
    Service("invoicing", "examples.invoicing", 8104),
    Service("agreement", "services.agreement", 8105),
    Service("subscription_billing", "services.subscription_billing", 8106, timers=True),
)


def step(name: str, module: str, env: Mapping[str, str]) -> Program:
    """A program that does one thing and ends."""
    return Program(name, argv=(sys.executable, "-m", module), env=env, cwd=ROOT)


def programs(ports: RememberedPorts, servers: Mapping[str, str], *, timers: bool = True) -> list[Program]:
    """All services as programs; `servers` is the environment that leads to PostgreSQL and Kafka.

    Without `timers` what is due waits until `timer_programs` are started.
    """
    shared = _shared(ports, servers)
    return [_program(service, ports, shared, timers) for service in SERVICES]


def timer_programs(ports: RememberedPorts, servers: Mapping[str, str]) -> list[Program]:
    """The timers of every service that has some, each as a program of its own."""
    shared = _shared(ports, servers)
    return [
        Program(f"{each.name}-timers", argv=(sys.executable, "-m", each.module, "timers"), env=shared, cwd=ROOT)
        for each in SERVICES
        if each.timers
    ]


def _shared(ports: RememberedPorts, servers: Mapping[str, str]) -> dict[str, str]:
    issuer = f"http://{LOOPBACK}:{ports.port(ISSUER.name, ISSUER.preferred_port)}"
    return {
        "PYTHONUNBUFFERED": "1",
        **servers,
        "FIELDFACT_MODE": "development",
        "HTTP_HOST": LOOPBACK,
        "TOKEN_ISSUER": issuer,
        "TOKEN_KEYS_URL": f"{issuer}/.well-known/jwks.json",
    }


def _program(service: Service, ports: RememberedPorts, shared: Mapping[str, str], timers: bool) -> Program:
    port = ports.port(service.name, service.preferred_port)
    address = f"http://{LOOPBACK}:{port}"
    own = {"HTTP_PORT": str(port), "METRICS_PORT": str(ports.port(f"{service.name} metrics"))}
    roles = ("api", "relay", "hear") if service.timers and not timers else ()
    return Program(
        name=service.name,
        argv=(sys.executable, "-m", service.module, *roles),
        env={**shared, **own},
        cwd=ROOT,
        ready=answers_200(address + service.ready_path),
        address=address,
    )
