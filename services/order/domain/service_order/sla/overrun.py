"""Ending a recording that is over its limit may demand a reason code. Source: STR-06, CFG-05, [?2]."""

from libs.events import order_sla as says
from libs.kernel.decider import Rejected
from services.order.domain.service_order.course import Course
from services.order.domain.service_order.reasons import given
from services.order.domain.service_order.sign_off import SignOff
from services.order.domain.service_order.sla.commands import StopSlaRecording
from services.order.domain.service_order.stage import MoveToNextStage, MoveToPreviousStage

ENDING = SignOff | StopSlaRecording | MoveToNextStage | MoveToPreviousStage
"""The three moments at which a recording ends by a person's word."""


def insist_on_reason(command: object, course: Course) -> None:
    """Puts the reason on the log; Rejected when the command ends a recording that is over its limit without one."""
    if not isinstance(command, ENDING):
        return
    if command.sla_reason is not None:
        course.tell(given(course.order, "close", command.sla_reason, command.note))
    elif course.around.parameters.reason_on_exceeding and (over := _over(course)):
        sentence = f"the {over} clock is over its limit: give a reason code"
        raise Rejected.value("reason_required", sentence, field="/sla_reason")


def _over(course: Course) -> str | None:
    """A clock that this decision pauses or stops, and that is over its limit."""
    ended = [fact for fact in course.facts if isinstance(fact, says.OrderSlaPaused | says.OrderSlaStopped)]
    return next((fact.clock for fact in ended if course.order.sla.clocks[fact.clock].verdict == "missed"), None)
