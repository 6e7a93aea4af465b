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
from libs.rules.effective import in_force
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


async def policy_versions(store: FactStore, key: str) -> list[SlaPolicyVersion]:
    """Every version of a policy that was heard, as recorded; none of a policy that nothing was heard of."""
    table = sla_policy.c
    named = select(table.content).where(table.known_to == OPEN, table.key == key).order_by(table.number)
    return [SlaPolicyDefined.from_bytes(row["content"].encode()) for row in await rows(store, named)]


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
    version = in_force(await policy_versions(store, key), on) if key else None
    return key is None or (version is not None and version.active)
