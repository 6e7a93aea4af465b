"""Verdicts become true at an instant, whoever notices: a timer, or a command that passes it. Source: sla 13, contracts 7."""

from datetime import datetime, timedelta

from libs.events import order_sla as says
from services.order.domain.service_order.course import Course
from services.order.domain.service_order.sla.clocks import ClockState, point_of
from services.order.domain.service_order.sla.marks import tell

LATE = "something that happened earlier was reported later"


def notice(course: Course, cause: str = LATE) -> None:
    """Tells what has become true of the clocks by now, in the order of its instants, and what is no longer true.

    `cause` says why a verdict that was told is another one now.
    """
    if not course.order.sla.clocks:
        return
    for clock in course.order.sla.clocks.values():
        if clock.phase != "canceled":
            _correct(course, clock, cause)
    for at, kind, name, more in sorted(_passed(course), key=lambda each: (each[0], each[2])):
        tell(course, kind, name, at, **more)


def _correct(course: Course, clock: ClockState, cause: str) -> None:
    """A verdict told before is the last word until something is reported late. Source: sla 6."""
    if clock.verdict not in ("met", "missed"):
        return
    measured, at = clock.measured(course.around.calendars), course.around.happened_at
    known = max(at, clock.latest_at, (clock.verdict_at or at) + timedelta(seconds=1))
    now = measured.verdict(known)
    if now != clock.verdict:
        since = measured.missed_at(known) or at
        tell(course, says.OrderSlaCorrected, clock.name, since, was=clock.verdict, now=now, cause=cause)


def _passed(course: Course) -> list[tuple[datetime, type[says.SlaMark], str, dict[str, object]]]:
    found: list[tuple[datetime, type[says.SlaMark], str, dict[str, object]]] = []
    for clock in course.order.sla.clocks.values():
        if clock.phase == "canceled":
            continue
        now = max(course.around.happened_at, clock.latest_at)
        measured = clock.measured(course.around.calendars)
        for point, at in measured.at_risk_instants(now):
            if at <= now and point not in clock.at_risk:
                found.append((at, says.OrderSlaAtRisk, clock.name, {"point": point_of(point)}))
        if clock.verdict == "running":
            missed = measured.missed_at(now)
            if missed is not None:
                found.append((missed, says.OrderSlaMissed, clock.name, {}))
            elif clock.phase == "stopped":
                found.append((clock.stopped_at, says.OrderSlaMet, clock.name, {}))
    return found
