"""Looking up what stands around an order: its agreement, SLA policies, calendars."""

import json
from datetime import date
from typing import Any

from sqlalchemy import select

from libs.events.agreement import SlaPolicyDefined, SlaPolicyVersion
from libs.events.reference import CalendarRecorded
from libs.events.worktime import calendar_version
from libs.kernel.period import Period
from libs.kernel.worktime import WorkCalendar
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.versions import OPEN
from services.order.domain.service_order.state import LineEntry
from services.order.domain.service_order.surroundings import Agreement, AgreementLine
from services.order.projections.agreements import agreement as agreements
from services.order.projections.agreements import agreement_line, sla_policy
from services.order.projections.calendars import calendar as calendars


async def agreement(store: FactStore, agreement_id: str | None) -> tuple[Agreement, list[list[str | None]]] | None:
    """The agreement as it stands and its terms by day, or None."""
    if agreement_id is None:
        return None
    table = agreements.c
    found = await rows(store, select(agreements).where(table.known_to == OPEN, table.stream_id == agreement_id))
    if not found:
        return None
    row = found[0]
    named = ("state", "project", "customer", "terminated_on", "description", "responsible", "preferred_technician")
    stands = Agreement(
        id=agreement_id,
        validity=Period.closed(row["starts_on"], row["ends_on"]),
        **{name: row[name] for name in named},
    )
    return stands, json.loads(row["terms"])


async def agreement_lines(store: FactStore, agreement_id: str) -> dict[int, AgreementLine]:
    """The agreement's lines by number, without those removed."""
    table = agreement_line.c
    found = await rows(
        store,
        select(agreement_line).where(table.known_to == OPEN, table.stream_id == agreement_id, ~table.removed),
    )
    return {row["line"]: _line(row) for row in found}


def _line(row: dict[str, Any]) -> AgreementLine:
    named = ("type", "quantity", "category", "worker", "item", "line_property", "description")
    entry = LineEntry(**{name: row[name] for name in named})
    return AgreementLine(row["line"], entry, Period.closed(row["starts_on"], row["ends_on"]), row["stopped"])


async def policy_in_force(store: FactStore, key: str, on: date) -> SlaPolicyVersion | None:
    """The version in force on a day: the latest day on or before it, and of those the last version."""
    table = sla_policy.c
    found = await rows(
        store,
        select(table.content)
        .where(table.known_to == OPEN, table.key == key, table.effective_on <= on)
        .order_by(table.effective_on.desc(), table.number.desc())
        .limit(1),
    )
    return _policy(found[0]) if found else None


async def policy_version(store: FactStore, key: str, version: int) -> SlaPolicyVersion | None:
    """One version of a policy."""
    table = sla_policy.c
    found = await rows(
        store, select(table.content).where(table.known_to == OPEN, table.key == key, table.number == version)
    )
    return _policy(found[0]) if found else None


def _policy(row: dict[str, Any]) -> SlaPolicyVersion:
    return SlaPolicyDefined.from_bytes(row["content"].encode())


async def calendars_of(store: FactStore, keys: set[str]) -> dict[str, WorkCalendar]:
    """The calendars with every version that was heard."""
    if not keys:
        return {}
    table = calendars.c
    found = await rows(
        store,
        select(table.key, table.number, table.content)
        .where(table.known_to == OPEN, table.key.in_(sorted(keys)))
        .order_by(table.number),
    )
    versions = {
        key: tuple(
            calendar_version(CalendarRecorded.from_bytes(row["content"].encode()), row["number"])
            for row in found
            if row["key"] == key
        )
        for key in keys
    }
    return {key: WorkCalendar(key, each) for key, each in versions.items() if each}


async def policy_may_be_chosen(store: FactStore, key: str | None, on: date) -> bool:
    """Whether the policy exists and may be chosen; no policy is no fault. Source: SLA-03."""
    version = await policy_in_force(store, key, on) if key else None
    return key is None or (version is not None and version.active)
