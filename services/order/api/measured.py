"""How the outside sees the SLA clocks of an order, as they are at an instant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from libs.events.order_sla import SlaClock
from libs.kernel.worktime import WorkCalendar
from libs.rules.sla import shown
from libs.runtime.store import FactStore
from services.order.domain.service_order.sla.clocks import ClockState, clock_terms
from services.order.domain.service_order.state import Existing
from services.order.projections.around import calendars_of


async def sla_of(store: FactStore, order: Existing, now: datetime) -> Sequence[Mapping[str, Any]]:
    """The clocks with what they have come to. Source: sla 2, 10 and 14."""
    terms = [mark.terms for clock in order.sla.clocks.values() for mark in clock.marks if mark.terms]
    terms += [clock.terms for clock in order.sla.clocks.values()]
    calendars = await calendars_of(store, {each.calendar for each in terms if each.calendar is not None})
    return [_clock(clock, calendars, now.replace(microsecond=0)) for clock in order.sla.clocks.values()]


def _clock(clock: ClockState, calendars: Mapping[str, WorkCalendar], now: datetime) -> Mapping[str, Any]:
    measured, calendar, terms = clock.measured(calendars), clock.calendar(calendars), clock.present_terms
    targets: SlaClock = clock_terms(terms, clock.name)
    at = max([now, *(mark.at for mark in clock.marks)])
    due, resumed = measured.due(at), measured.due_if_resumed(at)
    consumption = measured.consumption(at)
    return {
        "clock": clock.name,
        "policy": terms.policy,
        "policy_version": terms.policy_version,
        "level": terms.level,
        "priority": terms.priority,
        "state": clock.phase,
        "verdict": clock.verdict,
        "verdict_at": clock.verdict_at,
        "budget": targets.model_dump(mode="json")["budget"],
        "elapsed_seconds": measured.elapsed(at),
        "consumption": None if consumption is None else shown(consumption),
        "due_at": _local(due, calendar) if clock.phase == "running" else None,
        "due_if_resumed_at": _local(resumed, calendar) if clock.phase == "paused" else None,
        "time_zone": calendar.zone_at(at),
    }


def _local(at: datetime | None, calendar: WorkCalendar) -> str | None:
    return None if at is None else calendar.local(at).isoformat(timespec="seconds")
