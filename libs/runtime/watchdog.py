"""The progress watchdog: when facts wait and nothing moves, the process must end, however alive it looks (AK-5)."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

PATIENCE = 30.0
"""Seconds that facts may wait while nothing moves."""


class Stuck(RuntimeError):
    """Facts wait, the broker tells so, and none is handed out. Only a new process mends it."""


class Watch:
    """Remembers since when each partition has stood still while something waits there."""

    def __init__(self, name: str, patience: float = PATIENCE) -> None:
        self.name, self.patience = name, patience
        self._still: dict[int, tuple[int, float]] = {}

    def look(self, at: float, reached: Mapping[int, int], ends: Mapping[int, int]) -> int:
        """How much waits, in all partitions. `at` is in seconds of any steady clock. Stuck when a partition has stood
        at the same place for longer than it may while something waits there."""
        self._still = {
            partition: still if (still := self._still.get(partition)) and still[0] == place else (place, at)
            for partition, place in reached.items()
            if ends[partition] > place
        }
        for partition, (place, since) in self._still.items():
            if at - since >= self.patience:
                raise Stuck(
                    f"{self.name}, partition {partition}: stands at {place} for {at - since:.0f} s, and "
                    f"{ends[partition] - place} wait"
                )
        return sum(ends[partition] - reached[partition] for partition in self._still)


async def watched(work: Coroutine[Any, Any, None], watch: Coroutine[Any, Any, None]) -> None:
    """Runs both until one ends, ends the other, and raises what the first raised."""
    tasks = [asyncio.ensure_future(work), asyncio.ensure_future(watch)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
