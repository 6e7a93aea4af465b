"""Marks as they are told: each with what its clock has come to, so that no consumer computes a clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

from libs.events import order_sla as says
from libs.rules.sla import Clock
from services.order.domain.service_order.course import Course
from services.order.domain.service_order.sla.clocks import ClockState

FOR_EVER = datetime.max.replace(tzinfo=UTC)
SECOND = timedelta(seconds=1)


def tell(course: Course, kind: type[says.SlaMark], clock: str, at: datetime, **more: Any) -> None:
    """Tells the mark, measured with itself among the marks; what is to come, after the latest of them. Source: contracts 7."""
    bare = kind(clock=clock, at=at, elapsed_seconds=0, **{"time_zone": "UTC", **more})
    state = course.would_be(bare).sla.clocks[clock]
    measured, calendar = state.measured(course.around.calendars), state.calendar(course.around.calendars)
    latest = max(at, state.latest_at)
    due = measured.due(latest) if state.phase == "running" else None
    course.tell(
        bare.model_copy(
            update={
                "elapsed_seconds": measured.elapsed(at),
                "time_zone": calendar.zone_at(at),
                "due_at": None if due is None else calendar.local(due).isoformat(timespec="seconds"),
                "next_at": _next_at(state, measured, latest),
            }
        )
    )


def _next_at(state: ClockState, measured: Clock, latest: datetime) -> datetime | None:
    """When something becomes true that was not told. A miss is told once: its instant must not wake a timer again."""
    if state.phase != "running":
        return None
    instants = [at for point, at in measured.at_risk_instants(latest) if point not in state.at_risk]
    missed = measured.missed_at(FOR_EVER) if state.verdict == "running" else None
    return min([*instants, *([] if missed is None else [missed + SECOND])], default=None)
