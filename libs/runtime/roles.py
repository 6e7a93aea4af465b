"""Running what must go on: a role that meets a passing fault starts again, any other fault ends the process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import psycopg
from aiokafka.errors import KafkaError
from psycopg_pool import PoolTimeout

from libs.runtime.faults import Unavailable
from libs.runtime.hearing import MarkMoved
from libs.runtime.recorder import Taken
from libs.runtime.relay import Deposed

PASSING = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    KafkaError,
    OSError,
    PoolTimeout,
    Unavailable,
    MarkMoved,
    Deposed,
    Taken,
)
"""Faults of the network, of a server that is away, or of another process that was faster."""

SHORTEST, LONGEST, CALM = 0.1, 30.0, 60.0
"""Seconds: the first wait, the longest, and how long a role must run before the next wait is short again."""

log = logging.getLogger(__name__)


async def keep(name: str, role: Callable[[], Awaitable[None]], degraded: set[str]) -> None:
    """Runs `role` for ever. After a passing fault it waits, twice as long each time, and runs it again; meanwhile
    `name` stands in `degraded`. Any other fault is raised: the process must end."""
    wait, clock = SHORTEST, asyncio.get_running_loop()
    while True:
        started = clock.time()
        try:
            await role()
        except PASSING as fault:
            degraded.add(name)
            wait = SHORTEST if clock.time() - started > CALM else wait
            log.warning("role starts again", extra={"about": {"role": name, "fault": repr(fault), "seconds": wait}})
        await asyncio.sleep(wait)
        wait = min(LONGEST, wait * 2)
        degraded.discard(name)
