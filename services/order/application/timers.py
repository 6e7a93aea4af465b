"""What the timers of orders ask: what has become true of a clock, and clocks that do not know their calendar yet."""

from datetime import datetime

from libs.kernel.ids import natural_id
from libs.runtime.faults import VersionConflict
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, Request, Stream
from services.order.application.references import existing
from services.order.application.surroundings import asked
from services.order.domain.service_order import service_order
from services.order.domain.service_order.sla.commands import MeasureAnew, NoticeSla
from services.order.projections.timers import due, outdated

MOST = 100
ACTOR = "service:order"


async def fire(store: FactStore, now: datetime) -> int:
    """Asks for everything that is due by now, and answers how much that was. A timer that fires again, or beside
    another, finds nothing new: the order's own facts are what it is decided on. Source: sla 9 and 13."""
    noticed = await rows(store, due(now, MOST))
    for row in noticed:
        await _ask(store, row["stream_id"], NoticeSla(), row["at"])
    measured = await rows(store, outdated(MOST))
    for row in measured:
        await _ask(store, row["stream_id"], MeasureAnew(), now)
    return len(noticed) + len(measured)


async def _ask(store: FactStore, order_id: str, command: NoticeSla | MeasureAnew, at: datetime) -> None:
    _, state = await existing(store, order_id)
    command_asked = await asked(store, command, state, at)
    name = natural_id("timer", order_id, type(command).__name__, at.isoformat())
    request = Request(ACTOR, correlation_id=name, causation_id=name, at=at)
    try:
        await store.execute(service_order, order_id, command_asked, request, _nobody)
    except VersionConflict:
        return


def _nobody(_: Stream) -> Answer:
    """No caller waits for an answer."""
    return Answer(200, b"")
