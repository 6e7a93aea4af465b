"""Waking: what a service has to ask at an instant, from rows that survive every restart."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from libs.runtime.clock import now
from libs.runtime.store import FactStore

Fire = Callable[[FactStore, datetime], Awaitable[int]]
"""Asks for everything that is due by an instant, and answers how much that was. Asking twice must do no harm."""

SECONDS = 0.25
"""Between two looks: what was asked moves its row on once the service has heard its own facts."""


async def watch(store: FactStore, fire: Fire) -> None:
    """Fires for ever. Raises what `fire` raises; the caller starts it again."""
    while True:
        await fire(store, now())
        await asyncio.sleep(SECONDS)
