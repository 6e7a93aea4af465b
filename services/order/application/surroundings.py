"""What stands around an order when a command is decided. Source: sla 16, contracts 1."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from libs.events.agreement import SlaPolicyVersion
from libs.kernel.worktime import WorkCalendar
from libs.rules.effective import in_force
from libs.runtime.faults import NotYetHeard
from libs.runtime.store import FactStore
from services.order.domain.parameters import STREAM as PARAMETERS
from services.order.domain.parameters import Parameters, parameters
from services.order.domain.service_order.creation import ReviseOrder
from services.order.domain.service_order.sla.clocks import calendars_named
from services.order.domain.service_order.sla.commands import ChangeSlaPolicy
from services.order.domain.service_order.state import UNSET, Existing
from services.order.domain.service_order.surroundings import Agreement, Asked, Policy, Surroundings
from services.order.domain.stage_graph import STREAM as STAGES
from services.order.domain.stage_graph import StageGraph, stage_graph
from services.order.domain.stage_reason import stage_reason, stream_of
from services.order.projections import around as lookups

Terms = list[list[str | None]]


async def asked(store: FactStore, command: Any, order: Existing, at: datetime, policy: str | None = None) -> Asked:
    """The command with what stands around the order. `policy` names the SLA policy that the command chooses.

    NotYetHeard when a policy or calendar by which the order is measured has no copy here.
    """
    agreement = await lookups.agreement(store, order.header.agreement)
    chosen = None
    if isinstance(command, ChangeSlaPolicy):
        chosen = await _chosen(store, policy, agreement[1] if agreement else None, at.date())
    elif isinstance(command, ReviseOrder) and command.priority is not UNSET:
        chosen = await _present(store, order)
    return Asked(command, await _around(store, command, at, order, (agreement[0] if agreement else None, chosen)))


async def asked_to_create(store: FactStore, command: Any, at: datetime, policy: str | None) -> Asked:
    """The command that creates an order, with the agreement it names and the policy that fits best. Source: sla 16.

    The day on which terms and policies count is that of UTC: which zone is meant, only the policy's calendar says.
    """
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
    calendars = await calendars_of(store, order, policy)
    return Surroundings(
        at=at,
        stages=graph,
        parameters=settings,
        reasons=reasons,
        agreement=agreement,
        policy=policy,
        calendars=calendars,
    )


async def calendars_of(
    store: FactStore, order: Existing | None, policy: Policy | None = None
) -> Mapping[str, WorkCalendar]:
    """The calendars of the clocks, with every version that they know, and that of the policy. NotYetHeard without."""
    wanted = calendars_named(order.sla) if order else set()
    if policy is not None and policy.version.calendar is not None:
        wanted.add(policy.version.calendar)
    found = await lookups.calendars_of(store, wanted)
    missing = wanted - set(found)
    for clock in order.sla.clocks.values() if order else ():
        key = clock.present_terms.calendar
        if key in found and not {each.number for each in found[key].versions}.issuperset(clock.versions):
            missing.add(key)
    if missing:
        raise NotYetHeard(f"The calendar {min(missing)} has not arrived here yet.")
    return found


async def _reasons(store: FactStore, command: Any) -> frozenset[str]:
    """The reason codes that the command names, of those that exist and are active. Source: STG-07."""
    named = {getattr(command, field, None) for field in ("reason", "sla_reason", "code")} - {None}
    found = await asyncio.gather(*(store.load(stage_reason, stream_of(str(code))) for code in named))
    return frozenset(stream.state.code for stream in found if stream.state.code and stream.state.active)


async def _chosen(store: FactStore, policy: str | None, terms: Terms | None, on: date) -> Policy | None:
    """The most specific policy: the order's own, the agreement's or its group's, the default. Source: sla 16.

    A policy that has no version in force on the day does not fit. NotYetHeard when nothing is known of one that others
    have chosen: an order is never measured by the next best because a copy is late.
    """
    if policy is not None:
        version = in_force(await lookups.policy_versions(store, policy), on)
        return Policy(version, "order") if version else None
    term = _in_force(terms, on) if terms is not None else None
    if term is not None and term[1] is not None and (version := await _version_of(store, term[1], on)):
        return Policy(version, "agreement_group" if term[2] == "agreement_group" else "agreement")
    default = (await store.load(parameters, PARAMETERS)).state.default_sla_policy
    version = await _version_of(store, default, on) if default else None
    return Policy(version, "default") if version else None


async def _version_of(store: FactStore, policy: str, on: date) -> SlaPolicyVersion | None:
    versions = await lookups.policy_versions(store, policy)
    if not versions:
        raise NotYetHeard(f"The SLA policy {policy} has not arrived here yet.")
    return in_force(versions, on)


async def _present(store: FactStore, order: Existing) -> Policy | None:
    """The version by which an order is measured already; None when it is not, or no longer."""
    for clock in order.sla.open:
        terms = clock.present_terms
        versions = await lookups.policy_versions(store, terms.policy)
        version = next((each for each in versions if each.version == terms.policy_version), None)
        if version is None:
            raise NotYetHeard(
                f"Version {terms.policy_version} of the SLA policy {terms.policy} has not arrived here yet."
            )
        return Policy(version, terms.level)
    return None


def _in_force(terms: Terms, on: date) -> list[str | None]:
    """What the agreement says on a day; before its first day, what it begins with."""
    day = on.isoformat()
    begun = [term for term in terms if (term[0] or "") <= day]
    return max(enumerate(begun), key=lambda each: (each[1][0] or "", each[0]))[1] if begun else terms[0]
