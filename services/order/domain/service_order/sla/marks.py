"""Marks as they are told: each with what its clock has come to, so that no consumer computes a clock."""

from datetime import datetime
from typing import Any

from libs.events import order_sla as says
from services.order.domain.service_order.course import Course


def tell(course: Course, kind: type[says.SlaMark], clock: str, at: datetime, **more: Any) -> None:
    """Tells the mark, measured with itself among the marks; what is to come, after the latest of them. Source: contracts 7."""
    bare = kind(clock=clock, at=at, elapsed_seconds=0, **{"time_zone": "UTC", **more})
    state = course.would_be(bare).sla.clocks[clock]
    measured, calendar = state.measured(course.around.calendars), state.calendar(course.around.calendars)
    latest = max([at, *(mark.at for mark in state.marks)])
    due = measured.due(latest) if state.phase == "running" else None
    course.tell(
        bare.model_copy(
            update={
                "elapsed_seconds": measured.elapsed(at),
                "time_zone": calendar.zone_at(at),
                "due_at": None if due is None else calendar.local(due).isoformat(timespec="seconds"),
                "next_at": measured.next_instant(latest) if state.phase == "running" else None,
            }
        )
    )
