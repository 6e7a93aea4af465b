"""Workers report their visits: travel, arrival and work, each step in its order, also late. Source: contracts 7."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from libs.events import order_stages as says
from libs.events.order import OrderFact
from libs.kernel.decider import Rejected
from services.order.domain.service_order.guards import insist, known, rises
from services.order.domain.service_order.references import Worker
from services.order.domain.service_order.state import Existing, Visit, VisitStep
from services.order.domain.service_order.surroundings import Surroundings

Standing = TypeVar("Standing", bound=Existing)
WorkStep = Literal["started", "interrupted", "continued", "ended"]

BEFORE: Mapping[VisitStep, tuple[VisitStep, ...]] = {
    "arrival": ("travel",),
    "started": ("arrival",),
    "interrupted": ("started", "continued"),
    "continued": ("interrupted",),
    "ended": ("started", "continued", "interrupted"),
}
"""Which step a step follows; travel and arrival may begin a visit."""


@dataclass(frozen=True)
class ReportTravel:
    """The worker set out. `found` is the worker's record."""

    worker: str
    found: Worker | None


@dataclass(frozen=True)
class ReportArrival:
    """The worker arrived."""

    worker: str
    found: Worker | None


@dataclass(frozen=True)
class ReportWork:
    """Work began, was interrupted, went on or ended."""

    worker: str
    found: Worker | None
    step: WorkStep


def report_travel(command: ReportTravel, order: Existing, around: Surroundings) -> Sequence[OrderFact]:
    """A visit begins: the worker has no other one open on this order."""
    insist(known("worker", command.worker, command.found))
    if (number := _open(order, command.worker)) is not None:
        raise Rejected.state("visit_open", f"visit {number} of {command.worker} has not ended")
    visit = len(order.visits) + 1
    return [says.OrderTravelReported(visit=visit, worker=command.worker, at=around.happened_at)]


def report_arrival(command: ReportArrival, order: Existing, around: Surroundings) -> Sequence[OrderFact]:
    """The arrival of the visit that is on its way, or of a new one. Source: contracts 7."""
    insist(known("worker", command.worker, command.found))
    number = _open(order, command.worker)
    if number is not None:
        _follows(order.visits[number], "arrival", around)
    visit = number or len(order.visits) + 1
    return [says.OrderArrivalReported(visit=visit, worker=command.worker, at=around.happened_at)]


def report_work(command: ReportWork, order: Existing, around: Surroundings) -> Sequence[OrderFact]:
    """The next step of the worker's open visit."""
    number = _open(order, command.worker)
    if number is None:
        raise Rejected.state("no_visit", f"{command.worker} has not arrived")
    _follows(order.visits[number], command.step, around)
    return [says.OrderWorkReported(visit=number, worker=command.worker, step=command.step, at=around.happened_at)]


def _open(order: Existing, worker: str) -> int | None:
    """The worker's visit that has not ended; the last one, where there are several."""
    mine = [number for number, visit in order.visits.items() if visit.worker == worker and visit.step != "ended"]
    return max(mine, default=None)


def _follows(visit: Visit, step: VisitStep, around: Surroundings) -> None:
    if visit.step not in BEFORE[step]:
        raise Rejected.state("visit_step", f"{step} does not follow {visit.step}")
    insist(rises(around.happened_at, visit.at))


def travelled(order: Standing, fact: says.OrderTravelReported) -> Standing:
    """A visit is on its way."""
    return _at(order, fact.visit, Visit(fact.worker, "travel", fact.at))


def arrived(order: Standing, fact: says.OrderArrivalReported) -> Standing:
    """Somebody is there."""
    return _at(order, fact.visit, Visit(fact.worker, "arrival", fact.at))


def worked(order: Standing, fact: says.OrderWorkReported) -> Standing:
    """The visit has come to this step."""
    return _at(order, fact.visit, Visit(fact.worker, fact.step, fact.at))


def _at(order: Standing, number: int, visit: Visit) -> Standing:
    return replace(order, visits={**order.visits, number: visit})
