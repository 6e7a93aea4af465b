"""How the outside sees the SLA clocks of an order, as they are at an instant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from libs.events.durations import Budget
from libs.kernel.worktime import WorkCalendar
from libs.rules.sla import shown
from libs.runtime.store import FactStore
from services.order.application.surroundings import calendars_of
from services.order.domain.service_order.sla.clocks import ClockState, budget_of
from services.order.domain.service_order.state import Existing

_BUDGET: TypeAdapter[Budget] = TypeAdapter(Budget)


async def sla_of(store: FactStore, order: Existing, now: datetime) -> Sequence[Mapping[str, Any]]:
    """The clocks with what they have come to. NotYetHeard without the calendars. Source: sla 2, 10 and 14."""
    calendars = await calendars_of(store, order)
    return [_clock(clock, calendars, now.replace(microsecond=0)) for clock in order.sla.clocks.values()]


def _clock(clock: ClockState, calendars: Mapping[str, WorkCalendar], now: datetime) -> Mapping[str, Any]:
    measured, calendar, terms = clock.measured(calendars), clock.calendar(calendars), clock.present_terms
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
        "budget": _BUDGET.dump_python(budget_of(terms.budget), mode="json"),
        "elapsed_seconds": measured.elapsed(at),
        "consumption": None if consumption is None else shown(consumption),
        "due_at": _local(due, calendar) if clock.phase == "running" else None,
        "due_if_resumed_at": _local(resumed, calendar) if clock.phase == "paused" else None,
        "time_zone": calendar.zone_at(at),
    }


def _local(at: datetime | None, calendar: WorkCalendar) -> str | None:
    return None if at is None else calendar.local(at).isoformat(timespec="seconds")
