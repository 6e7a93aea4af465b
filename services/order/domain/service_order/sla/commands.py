"""What people and timers ask of the clocks themselves. Source: STR-02, STR-07, STR-11, sla 8, 9 and 13."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.events import order_sla as says
from libs.kernel.decider import Rejected
from services.order.domain.service_order.course import Course
from services.order.domain.service_order.guards import insist, reason_known, rises
from services.order.domain.service_order.reasons import given
from services.order.domain.service_order.sla.attachment import attach, change_terms
from services.order.domain.service_order.sla.clocks import ClockState
from services.order.domain.service_order.sla.marks import tell


@dataclass(frozen=True)
class StartSlaRecording:
    """Let the clock, or every one, go on. Source: STR-02."""

    clock: str | None = None


@dataclass(frozen=True)
class StopSlaRecording:
    """Pause the clock, or every one. `sla_reason` is why one that has exceeded its limit did. Source: STR-02, STR-06."""

    clock: str | None = None
    sla_reason: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class CancelSla:
    """Measure the order no longer. Source: STR-07."""

    reason: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class ChangeSlaPolicy:
    """Measure the order by the policy that stands around it. Source: sla 8, [?34]."""

    retroactive: bool = True
    reason: str | None = None


@dataclass(frozen=True)
class NoticeSla:
    """Tell what has become true: what a timer asks. Nothing new is no fault. Source: sla 13."""


@dataclass(frozen=True)
class MeasureAnew:
    """Measure open clocks with the versions of their calendars that stand around the order. Source: sla 9."""


def start_recording(command: StartSlaRecording, course: Course) -> None:
    """Of the clocks meant at least one stands. Source: STR-11."""
    paused = [clock for clock in _meant(course, command.clock) if clock.phase == "paused"]
    if not paused:
        raise Rejected.state("sla_not_paused", "the recording was not stopped: it runs")
    for clock in paused:
        if course.around.happened_at < clock.switched_at:
            sentence = f"the recording was stopped at {clock.switched_at.isoformat()}, later than this"
            raise Rejected.value("sla_pause_reversed", sentence, field="/at")
        _switch(course, clock, says.OrderSlaResumed)


def stop_recording(command: StopSlaRecording, course: Course) -> None:
    """Of the clocks meant at least one runs, and may be paused. Source: STR-11."""
    insist(reason_known("sla_reason", command.sla_reason, course.around))
    meant = _meant(course, command.clock)
    running = [clock for clock in meant if clock.phase == "running"]
    if not running:
        raise Rejected.state("sla_already_paused", "the recording is stopped already")
    stoppable = [clock for clock in running if clock.pauses]
    if not stoppable:
        raise Rejected.state("sla_never_pauses", "the policy does not let this clock pause")
    for clock in stoppable:
        _switch(course, clock, says.OrderSlaPaused)


def cancel_sla(command: CancelSla, course: Course) -> None:
    """A reason is given where the parameters ask for one. Source: STR-07, CFG-04."""
    around = course.around
    if command.reason is None and around.parameters.reason_on_cancel:
        raise Rejected.value("reason_required", "canceling an SLA asks for a reason code", field="/reason")
    insist(reason_known("reason", command.reason, around))
    for clock in _meant(course, None):
        at = max(around.happened_at, clock.switched_at)
        tell(course, says.OrderSlaCanceled, clock.name, at, cause="hand", reason=command.reason)
    if command.reason is not None:
        course.tell(given(course.order, "cancel", command.reason, command.note))


def change_policy(command: ChangeSlaPolicy, course: Course) -> None:
    """An order that is not measured begins to be; open clocks get other targets. Source: sla 8, [?34]."""
    policy = course.around.policy
    if policy is None:
        raise Rejected.value("unknown_reference", "there is no such SLA policy", field="/sla_policy")
    if not policy.version.active:
        raise Rejected.value("inactive_reference", f"{policy.version.policy} may not be chosen", field="/sla_policy")
    if not course.order.sla.clocks:
        attach(course, policy)
        return
    if not course.order.sla.open:
        raise Rejected.state("sla_ended", "no clock of the order is open: a stopped clock never changes")
    change_terms(course, policy, retroactive=command.retroactive, reason=command.reason)


def notice_sla(_: NoticeSla, __: Course) -> None:
    """What has become true is told around every decision."""


def measure_anew(_: MeasureAnew, course: Course) -> None:
    """From the day of each version on; a stopped clock keeps the versions it knew. Source: sla 6 and 9."""
    at = course.around.happened_at
    for clock in course.order.sla.open:
        key = clock.present_terms.calendar
        if key is None:
            continue
        versions = tuple(each.number for each in course.around.calendars[key].versions)
        if versions != clock.versions:
            more = {"calendar": key, "calendar_versions": versions}
            tell(course, says.OrderSlaCalendarChanged, clock.name, at, **more)


def _meant(course: Course, name: str | None) -> Sequence[ClockState]:
    """The open clocks that are meant, at least one. Source: STR-11: nothing after cancel."""
    if not course.order.sla.clocks:
        raise Rejected.state("no_sla", "no SLA measures this order")
    if name is not None and name not in course.order.sla.clocks:
        raise Rejected.value("unknown_clock", f"the order has no clock {name}", field="/clock")
    meant = [clock for clock in course.order.sla.open if name in (None, clock.name)]
    if not meant:
        raise Rejected.state("sla_ended", "the clock has stopped or was canceled")
    return meant


def _switch(course: Course, clock: ClockState, kind: type[says.SlaMark]) -> None:
    at = course.around.happened_at
    insist(rises(at, clock.switched_at))
    tell(course, kind, clock.name, at, cause="hand")
