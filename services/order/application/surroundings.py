"""What stands around an order when a command is decided. Source: sla 16, contracts 1."""

import asyncio
from datetime import date, datetime
from typing import Any

from libs.runtime.faults import Unavailable
from libs.runtime.store import FactStore
from services.order.domain.parameters import STREAM as PARAMETERS
from services.order.domain.parameters import Parameters, parameters
from services.order.domain.service_order.sla.clocks import calendars_named
from services.order.domain.service_order.sla.commands import ChangeSlaPolicy
from services.order.domain.service_order.state import Existing, State
from services.order.domain.service_order.surroundings import Agreement, Asked, Policy, Surroundings
from services.order.domain.stage_graph import STREAM as STAGES
from services.order.domain.stage_graph import StageGraph, stage_graph
from services.order.domain.stage_reason import stage_reason, stream_of
from services.order.projections import around as lookups

Terms = list[list[str | None]]


async def asked(store: FactStore, command: Any, state: State, at: datetime, policy: str | None = None) -> Asked:
    """The command with what stands around the order. `policy` names the SLA policy that the command chooses."""
    order = state if isinstance(state, Existing) else None
    agreement = await lookups.agreement(store, order.header.agreement if order else None)
    if isinstance(command, ChangeSlaPolicy):
        chosen = await _chosen(store, policy, agreement[1] if agreement else None, at.date())
    else:
        chosen = await _present(store, order) if order else None
    return Asked(command, await _around(store, command, at, order, (agreement[0] if agreement else None, chosen)))


async def asked_to_create(store: FactStore, command: Any, at: datetime, policy: str | None) -> Asked:
    """The command that creates an order, with the agreement it names and the policy that fits best. Source: sla 16."""
    agreement = await lookups.agreement(store, command.agreement)
    terms = agreement[1] if agreement else None
    chosen = await _chosen(store, policy, terms, at.date())
    return Asked(command, await _around(store, command, at, None, (agreement[0] if agreement else None, chosen)))


async def _around(
    store: FactStore,
    command: Any,
    at: datetime,
    order: Existing | None,
    named: tuple[Agreement | None, Policy | None],
) -> Surroundings:
    agreement, policy = named
    stages, parameters_set, reasons = await asyncio.gather(
        store.load(stage_graph, STAGES), store.load(parameters, PARAMETERS), _reasons(store, command)
    )
    graph: StageGraph = stages.state
    settings: Parameters = parameters_set.state
    wanted = calendars_named(order.sla) if order else set()
    if policy is not None and policy.version.calendar is not None:
        wanted.add(policy.version.calendar)
    calendars = await lookups.calendars_of(store, wanted)
    if missing := wanted - set(calendars):
        raise Unavailable(f"the calendar {min(missing)} has not arrived here yet")
    return Surroundings(
        at=at,
        stages=graph,
        parameters=settings,
        reasons=reasons,
        agreement=agreement,
        policy=policy,
        calendars=calendars,
    )


async def _reasons(store: FactStore, command: Any) -> frozenset[str]:
    """The reason codes that the command names, of those that exist and are active. Source: STG-07."""
    named = {getattr(command, field, None) for field in ("reason", "sla_reason", "code")} - {None}
    found = [(await store.load(stage_reason, stream_of(str(code)))).state for code in sorted(map(str, named))]
    return frozenset(reason.code for reason in found if reason.code and reason.active)


async def _chosen(store: FactStore, policy: str | None, terms: Terms | None, on: date) -> Policy | None:
    """The most specific policy: the order's own, the agreement's or its group's, the default. Source: sla 16."""
    if policy is not None:
        version = await lookups.policy_in_force(store, policy, on)
        return Policy(version, "order") if version else None
    if terms is not None and (term := _in_force(terms, on))[1] is not None:
        version = await lookups.policy_in_force(store, term[1], on)
        if version is None:
            raise Unavailable(f"the SLA policy {term[1]} has not arrived here yet")
        return Policy(version, "agreement_group" if term[2] == "agreement_group" else "agreement")
    default = (await store.load(parameters, PARAMETERS)).state.default_sla_policy
    version = await lookups.policy_in_force(store, default, on) if default else None
    return Policy(version, "default") if version else None


async def _present(store: FactStore, order: Existing) -> Policy | None:
    """The version by which an order is measured already."""
    for clock in order.sla.open:
        terms = clock.present_terms
        version = await lookups.policy_version(store, terms.policy, terms.policy_version)
        return Policy(version, terms.level) if version else None
    return None


def _in_force(terms: Terms, on: date) -> list[str | None]:
    """What the agreement says on a day; before its first day, what it begins with."""
    day = on.isoformat()
    begun = [term for term in terms if (term[0] or "") <= day]
    return max(enumerate(begun), key=lambda each: (each[1][0] or "", each[0]))[1] if begun else terms[0]
