"""What the timers of orders ask: what has become true of a clock, and clocks that do not know their calendar yet."""

from collections.abc import Sequence
from datetime import datetime

from libs.kernel.ids import natural_id
from libs.runtime.faults import NotYetHeard, Unavailable, VersionConflict
from libs.runtime.metrics import TIMER_FAULTS
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, Made, Request, Stream
from services.order.application.references import standing
from services.order.application.surroundings import asked
from services.order.domain.service_order import service_order
from services.order.domain.service_order.sla.commands import MeasureAnew, NoticeSla
from services.order.domain.service_order.surroundings import Asked
from services.order.projections.timers import due, outdated

MOST = 100
ACTOR = "service:order"


async def fire(store: FactStore, now: datetime) -> int:
    """Asks for everything that is due by now, and answers how much that was. A timer that fires again, or beside
    another, finds nothing new: the order's own facts are what it is decided on. Source: sla 9 and 13.

    What one order raises keeps no other from being asked: it is counted, and when all were asked the first of such
    faults is raised with the order's name. A database that is away is the fault of all, and is raised at once.
    """
    faults = list[Exception]()
    noticed = await rows(store, due(now, MOST))
    for row in noticed:
        faults += await _fault_of(store, row["stream_id"], NoticeSla(), row["at"])
    measured = await rows(store, outdated(MOST))
    for row in measured:
        faults += await _fault_of(store, row["stream_id"], MeasureAnew(), now)
    if faults:
        TIMER_FAULTS.labels("order").inc(len(faults))
        faults[0].add_note(f"{len(faults)} of the orders that were due could not be asked")
        raise faults[0]
    return len(noticed) + len(measured)


async def _fault_of(
    store: FactStore, order_id: str, command: NoticeSla | MeasureAnew, at: datetime
) -> Sequence[Exception]:
    """What asking one order raises, if anything; Unavailable is raised at once, unless it is this order's own matter."""
    try:
        await _ask(store, order_id, command, at)
    except Exception as fault:
        if isinstance(fault, Unavailable) and not isinstance(fault, NotYetHeard):
            raise
        fault.add_note(f"while order {order_id} was asked by a timer")
        return [fault]
    return []


async def _ask(store: FactStore, order_id: str, command: NoticeSla | MeasureAnew, at: datetime) -> None:
    async def make(stream: Stream) -> Asked:
        return await asked(store, command, standing(stream.state), at)

    name = natural_id("timer", order_id, type(command).__name__, at.isoformat())
    request = Request(ACTOR, correlation_id=name, causation_id=name, at=at)
    try:
        await store.execute(service_order, order_id, Made(make), request, _nobody)
    except VersionConflict:
        return


def _nobody(_: Stream) -> Answer:
    """No caller waits for an answer."""
    return Answer(200, b"")
