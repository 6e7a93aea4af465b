"""What the timers of subscriptions ask: whether what was to end is over."""

from datetime import datetime

from libs.kernel.ids import natural_id
from libs.runtime.faults import NotYetHeard, Unavailable, VersionConflict
from libs.runtime.metrics import TIMER_FAULTS
from libs.runtime.queries import rows
from libs.runtime.store import FactStore
from libs.runtime.streams import Answer, Request, Stream
from services.subscription_billing.domain.subscription import subscription
from services.subscription_billing.domain.subscription.course import EndIfOver
from services.subscription_billing.projections.timers import over

MOST = 100
NAME = "subscription_billing"


async def fire(store: FactStore, now: datetime) -> int:
    """Ends everything whose last day is over by now, and answers how much that was. A timer that fires again, or beside
    another, finds it ended: the subscription's own facts are what it is decided on. Source: LIF-04, LIF-07.

    What one subscription raises keeps no other from being asked: it is counted, and when all were asked the first of
    such faults is raised. A database that is away is the fault of all, and is raised at once.
    """
    faults = list[Exception]()
    due = await rows(store, over(now, MOST))
    for row in due:
        try:
            await _ask(store, row["stream_id"], EndIfOver(row["today"]), now)
        except Exception as fault:
            if isinstance(fault, Unavailable) and not isinstance(fault, NotYetHeard):
                raise
            fault.add_note(f"while subscription {row['stream_id']} was asked by a timer")
            faults.append(fault)
    if faults:
        TIMER_FAULTS.labels(NAME).inc(len(faults))
        faults[0].add_note(f"{len(faults)} of the subscriptions that were due could not be asked")
        raise faults[0]
    return len(due)


async def _ask(store: FactStore, subscription_id: str, command: EndIfOver, now: datetime) -> None:
    name = natural_id("timer", subscription_id, type(command).__name__, command.today.isoformat())
    request = Request(f"service:{NAME}", correlation_id=name, causation_id=name, at=now)
    try:
        await store.execute(subscription, subscription_id, command, request, _nobody)
    except VersionConflict:
        return


def _nobody(_: Stream) -> Answer:
    """No caller waits for an answer."""
    return Answer(200, b"")
