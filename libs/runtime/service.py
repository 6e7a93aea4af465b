"""A service is a value: what it decides, hears, sees and answers. `run` gives it a process."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import FastAPI
from sqlalchemy import MetaData

from libs.events.fact import Fact
from libs.events.topics import TOPICS
from libs.kernel.policy import Policy
from libs.runtime import tracing
from libs.runtime.consumer import KafkaFeed
from libs.runtime.forgetting import forget_for_ever
from libs.runtime.hearing import Effect, Hearing
from libs.runtime.logs import log_as
from libs.runtime.metrics import metrics_app
from libs.runtime.projector import Projection, Projector
from libs.runtime.reactor import Reactor
from libs.runtime.relay import Relay
from libs.runtime.roles import keep
from libs.runtime.serving import serve
from libs.runtime.settings import ServiceSettings
from libs.runtime.store import FactStore
from libs.runtime.streams import AnyDecider
from libs.runtime.tail import follow_log
from libs.runtime.timers import Fire, watch
from libs.runtime.waiting import measure_for_ever


@dataclass(frozen=True)
class Reaction:
    """A policy and the decider of this service that answers it."""

    policy: Policy
    decider: AnyDecider


@dataclass(frozen=True)
class Parts:
    """What a service's API is made of at run time."""

    store: FactStore
    settings: ServiceSettings
    degraded: set[str]


Numbers = Mapping[type[Fact], Callable[[Any], tuple[str, int]]]
"""Facts that took a number from a sequence or counter of the store: from which, and which number."""


@dataclass(frozen=True)
class Service:
    """One service. A view that hears the service's own name is fed from its own log, any other from Kafka. `timers` is
    asked several times a second for what is due.

    `tables` are those of the views; `sql` are further migrations by name, applied after them in order. `numbers` is
    asked when facts come back after a restore, so that no number is given again.
    """

    name: str
    api: Callable[[Parts], FastAPI]
    views: Sequence[Projection] = ()
    reactions: Sequence[Reaction] = ()
    tables: MetaData = field(default_factory=MetaData)
    sql: Mapping[str, str] = field(default_factory=dict)
    timers: Fire | None = None
    numbers: Numbers = field(default_factory=dict)


ROLES = ("api", "relay", "hear", "timers")


def run(service: Service, arguments: Sequence[str] | None = None) -> None:
    """Runs all roles of the service in this process, or the one named as argument, until SIGTERM or SIGINT.

    Ends with an error when a role meets a fault that no new start of the role can heal.
    """
    wanted = list(sys.argv[1:] if arguments is None else arguments) or list(ROLES)
    if unknown := set(wanted) - set(ROLES):
        raise SystemExit(f"{service.name} has no role {min(unknown)}; its roles are {', '.join(ROLES)}")
    log_as(service.name)
    settings = ServiceSettings.of(service.name)
    with tracing.exported(service.name, settings.otlp_endpoint):
        asyncio.run(_run(service, settings, wanted))


async def _run(service: Service, settings: ServiceSettings, wanted: Sequence[str]) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    async with FactStore(settings.database_url) as store:
        await run_until(service, Parts(store, settings, set()), wanted, stop)


async def run_until(service: Service, parts: Parts, wanted: Sequence[str], stop: asyncio.Event) -> None:
    """Runs the roles until `stop` is set; raises the first fault that is not passing."""
    roles = [asyncio.create_task(role, name=name) for name, role in _roles(service, parts, wanted).items()]
    stopped = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait([*roles, stopped], return_when=asyncio.FIRST_COMPLETED)
        for role in done - {stopped}:
            role.result()
    finally:
        for task in (*roles, stopped):
            task.cancel()
        await asyncio.gather(*roles, stopped, return_exceptions=True)


def _roles(service: Service, parts: Parts, wanted: Sequence[str]) -> dict[str, Coroutine[Any, Any, None]]:
    settings, roles = parts.settings, dict[str, Coroutine[Any, Any, None]]()
    roles["metrics"] = serve(metrics_app(), settings.http_host, settings.metrics_port)
    roles["measures"] = keep("measures", partial(measure_for_ever, parts.store, service.name), parts.degraded)
    if "api" in wanted:
        roles["api"] = serve(service.api(parts), settings.http_host, settings.http_port)
    if "relay" in wanted and service.name in TOPICS:
        relay = partial(_relay, service, parts)
        roles["relay"] = keep("relay", relay, parts.degraded)
        roles["forgetting"] = keep("forgetting", partial(forget_for_ever, parts.store), parts.degraded)
    if "hear" in wanted:
        for name, feed in _feeds(service, parts).items():
            roles[name] = keep(name, feed, parts.degraded)
    if "timers" in wanted and service.timers is not None:
        roles["timers"] = keep("timers", partial(watch, parts.store, service.timers), parts.degraded)
    return roles


async def _relay(service: Service, parts: Parts) -> None:
    await Relay(parts.store, service.name, parts.settings.database_url, parts.settings.kafka).run()


def effects(service: Service, store: FactStore) -> dict[tuple[str, str], Effect]:
    """What the service hears, by consumer and source: one for its views of a source, one for each policy."""
    found: dict[tuple[str, str], Effect] = {}
    for source in sorted({projection.view.publisher for projection in service.views}):
        projections = [projection for projection in service.views if projection.view.publisher == source]
        found[f"{service.name}.views", source] = Projector(projections)
    for reaction in service.reactions:
        reactor = Reactor(reaction.policy, reaction.decider, store, f"service:{service.name}")
        found[f"{service.name}.policies", reaction.policy.publisher] = reactor
    return found


def _feeds(service: Service, parts: Parts) -> dict[str, Callable[[], Awaitable[None]]]:
    """The roles that hear, by name."""
    return {
        f"{consumer.rpartition('.')[2]}.{source}": partial(_feed, service, parts, consumer, source, effect)
        for (consumer, source), effect in effects(service, parts.store).items()
    }


async def _feed(service: Service, parts: Parts, consumer: str, source: str, effect: Effect) -> None:
    hearing = Hearing(parts.settings.database_url, consumer, source, effect)
    if source == service.name:
        await follow_log(parts.store, hearing)
    else:
        await KafkaFeed(hearing, parts.settings.kafka).run()
