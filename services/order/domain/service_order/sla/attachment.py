"""Which policy measures an order, and what that means for its clocks. Source: sla 8 and 16, SLA-05."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from libs.events import order_sla as says
from libs.events.agreement import SlaPolicyVersion
from libs.events.order import Priority
from libs.kernel.worktime import ALWAYS_OPEN, WorkCalendar
from services.order.domain.service_order.course import Course
from services.order.domain.service_order.guards import insist, rises
from services.order.domain.service_order.sla.marks import tell
from services.order.domain.service_order.surroundings import Policy

RESPONSE = "response"
USUAL: Priority = "normal"
"""The priority of an order that has none."""


def attach(course: Course, policy: Policy) -> None:
    """The order is measured from now on. Source: STR-01, [?34]."""
    course.tell(says.OrderSlaAttached(**_terms(course, policy)))
    _begin(course, course.order.sla.clocks, course.around.happened_at)


def _begin(course: Course, names: Iterable[str], began: datetime) -> None:
    """The clocks run from an instant on, as far as what has happened to the order lets them."""
    for name in names:
        tell(course, says.OrderSlaStarted, name, began)
        if name == RESPONSE and course.order.arrived:
            tell(course, says.OrderSlaStopped, name, course.around.happened_at, cause="arrival")
    pause_by_stage(course)


def pause_by_stage(course: Course) -> None:
    """The stage in which the order stands may stop the recording. Source: STR-05, contracts 7."""
    stage = course.around.stages.stage(course.order.stage)
    if stage is None or not stage.stops_clock:
        return
    for clock in course.order.sla.open:
        if clock.phase == "running" and clock.pauses:
            at = max(course.around.happened_at, clock.switched_at)
            tell(course, says.OrderSlaPaused, clock.name, at, cause="stage", stage=stage.stage)


def change_terms(course: Course, policy: Policy, *, retroactive: bool, reason: str | None = None) -> None:
    """The clocks that are open are held to other targets; those that the policy does not know are canceled, those that
    are new begin. A stopped clock never changes. Source: sla 6 and 8."""
    at, terms = course.around.happened_at, _terms(course, policy)
    named = {clock.clock for clock in terms["clocks"]}
    for clock in course.order.sla.open:
        insist(rises(at, clock.latest_at))
        if clock.name in named:
            more = {**terms, "retroactive": retroactive, "reason": reason}
            tell(course, says.OrderSlaPolicyChanged, clock.name, at, **more)
        else:
            tell(course, says.OrderSlaCanceled, clock.name, at, cause="policy")
    if new := [clock.clock for clock in terms["clocks"] if clock.clock not in course.order.sla.clocks]:
        began = _began(course, at) if retroactive else at
        course.tell(says.OrderSlaAttached(**{**terms, "clocks": tuple(c for c in terms["clocks"] if c.clock in new)}))
        _begin(course, new, began)


def _began(course: Course, at: datetime) -> datetime:
    return min((mark.at for clock in course.order.sla.clocks.values() for mark in clock.marks), default=at)


def _terms(course: Course, policy: Policy) -> dict[str, Any]:
    version, around = policy.version, course.around
    calendar = around.calendars[version.calendar] if version.calendar else None
    priority = course.order.header.priority or USUAL
    return {
        "policy": version.policy,
        "policy_version": version.version,
        "level": policy.level,
        "priority": priority,
        "calendar": version.calendar,
        "calendar_versions": _numbers(calendar),
        "calendar_applies_to": version.calendar_applies_to,
        "time_zone": (calendar or ALWAYS_OPEN).zone_at(around.happened_at),
        "end_of_day": version.end_of_day,
        "cut_off": version.cut_off,
        "reopens": version.reopens,
        "clocks": _clocks(version, priority),
    }


def _numbers(calendar: WorkCalendar | None) -> tuple[int, ...]:
    return tuple(each.number for each in calendar.versions) if calendar else ()


def _clocks(version: SlaPolicyVersion, priority: Priority) -> tuple[says.SlaClock, ...]:
    return tuple(
        says.SlaClock(
            clock=name,
            budget=clock.targets.get(priority, clock.targets[USUAL]),
            at_risk=clock.at_risk,
            pauses=name not in version.never_pauses,
        )
        for name, clock in version.clocks.items()
    )
