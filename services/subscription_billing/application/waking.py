"""What the timers of the service do each time: end what is over, ask the runs that are due, and go on with runs."""

from datetime import datetime

from libs.runtime.faults import Unavailable
from libs.runtime.store import FactStore
from services.subscription_billing.application.run_schedules import ask_due
from services.subscription_billing.application.runs import go_on
from services.subscription_billing.application.timers import fire


async def wake(store: FactStore, now: datetime) -> int:
    """Asks what is due: ends what is over, asks for runs, and goes on with them; what one raises keeps no other waiting."""
    found, faults = 0, list[Exception]()
    for ask in (fire, ask_due, go_on):
        try:
            found += await ask(store, now)
        except Unavailable:
            raise
        except Exception as fault:  # noqa: BLE001 - it is raised when all were asked
            faults.append(fault)
    if faults:
        raise faults[0]
    return found
