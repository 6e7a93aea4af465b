"""What happens to an order happens to its clocks: the visible table "fact told -> what its clocks do"."""

from collections.abc import Callable, Mapping
from typing import Any

from libs.events import order as told
from libs.events import order_sla as says
from libs.events import order_stages as staged
from libs.events.fact import Fact
from services.order.domain.service_order.course import Course
from services.order.domain.service_order.guards import insist, rises
from services.order.domain.service_order.sla.attachment import RESPONSE, attach, change_terms, pause_by_stage
from services.order.domain.service_order.sla.marks import tell
from services.order.domain.service_order.state import CreatedLine, Existing, PostedLine, State


def follow(course: Course, before: State, fact: Fact) -> None:
    """Tells what the fact, which the course has taken in, does to the clocks. `before` is the order without it."""
    follows = FOLLOWS.get(type(fact))
    if follows is not None:
        follows(course, before, fact)


def _created(course: Course, _: State, __: told.OrderCreated) -> None:
    """The order is measured from its beginning. Source: STR-01."""
    if course.around.policy is not None:
        attach(course, course.around.policy)


def _stage_changed(course: Course, before: State, fact: staged.OrderStageChanged) -> None:
    """A stage may stop the recording, let it go on, or count as the response. Source: STR-05, [?39], contracts 7."""
    stages = course.around.stages.stages
    entered = stages.get(fact.stage)
    if entered is None:
        return
    if entered.responds:
        _stop(course, RESPONSE, "stage")
    pause_by_stage(course)
    for clock in course.order.sla.open:
        if not entered.stops_clock and clock.paused_by == "stage":
            at = max(course.around.happened_at, clock.switched_at)
            tell(course, says.OrderSlaResumed, clock.name, at, cause="stage", stage=fact.stage)


def _arrived(course: Course, _: State, fact: staged.OrderArrivalReported) -> None:
    """The first arrival is the response, also when it is reported after another one. Source: contracts 7."""
    clock = course.order.sla.clocks.get(RESPONSE)
    if clock is None or clock.phase == "canceled":
        return
    at = max(fact.at.replace(microsecond=0), clock.began_at)
    if clock.open or at < clock.stopped_at:
        tell(course, says.OrderSlaStopped, RESPONSE, at, cause="arrival")


def _signed(course: Course, _: State, __: told.OrderSignedOff | told.OrderLineCanceled) -> None:
    """The clocks stop once every line that is left is confirmed. Source: STR-06, [?11], contracts 7."""
    if all_confirmed(course.order):
        for clock in course.order.sla.open:
            reopened = clock.begun_at if clock.begun_at > clock.began_at else None
            insist(rises(course.around.happened_at, reopened))
            _stop(course, clock.name, "sign_off")


def _sign_off_withdrawn(course: Course, _: State, __: told.OrderSignOffWithdrawn) -> None:
    """What the sign-off stopped goes on with what was left; a response that was given stays. Source: sla 7."""
    for clock in course.order.sla.clocks.values():
        if clock.stopped_by == "sign_off" and clock.present_terms.reopens:
            at = course.around.happened_at
            insist(rises(at, clock.latest_at))
            tell(course, says.OrderSlaReopened, clock.name, at)
    pause_by_stage(course)


def _order_canceled(course: Course, _: State, __: told.OrderCanceled) -> None:
    """What is not done is not measured. Source: [?41]."""
    for clock in course.order.sla.open:
        tell(course, says.OrderSlaCanceled, clock.name, course.around.happened_at, cause="order")


def _revised(course: Course, before: State, fact: told.OrderRevised) -> None:
    """Another priority has other targets, as if it had been there from the beginning. Source: sla 8."""
    was = before.header.priority if isinstance(before, Existing) else None
    if course.around.policy is not None and (was or "normal") != (fact.priority or "normal"):
        change_terms(course, course.around.policy, retroactive=True)


def all_confirmed(order: Existing) -> bool:
    """Whether something was done, and everything that is left of it is signed off."""
    confirmed = [
        line.signed_off if isinstance(line, CreatedLine) else True
        for line in order.lines.values()
        if isinstance(line, CreatedLine | PostedLine)
    ]
    return bool(confirmed) and all(confirmed)


def _stop(course: Course, name: str, cause: str) -> None:
    clock = course.order.sla.clocks.get(name)
    if clock is not None and clock.open:
        tell(course, says.OrderSlaStopped, name, max(course.around.happened_at, clock.began_at), cause=cause)


FOLLOWS: Mapping[type[Fact], Callable[[Course, State, Any], None]] = {
    told.OrderCreated: _created,
    told.OrderRevised: _revised,
    staged.OrderStageChanged: _stage_changed,
    staged.OrderArrivalReported: _arrived,
    told.OrderSignedOff: _signed,
    told.OrderLineCanceled: _signed,
    told.OrderSignOffWithdrawn: _sign_off_withdrawn,
    told.OrderCanceled: _order_canceled,
}
"""What clocks do after a fact of the order; any other fact leaves them alone."""
