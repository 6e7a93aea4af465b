"""What every benchmark needs: CPU of processes, repeats that take turns, percentiles, a table and one line of JSON."""

import asyncio
import json
import math
import os
import platform
import statistics
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from deploy.local.process_table import family

_TICKS = os.sysconf("SC_CLK_TCK")
T = TypeVar("T")
_LIBRARIES = ("aiokafka", "eventsourcing", "fastapi", "faststream", "psycopg", "uvicorn")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, of its living descendants, and of those it has seen end. Linux only.

    With PostgreSQL's first process this counts every server process, whatever its connection did meanwhile. Of the
    process that measures itself alone counts: the servers are its children.
    """
    if pid == os.getpid():
        return time.process_time()
    return sum(_own_seconds(one) for one in family(pid))


def resident_megabytes(pid: int) -> float:
    """The memory of one process, itself alone, in MB of 10^6 bytes."""
    pages = int((Path("/proc") / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _own_seconds(pid: int) -> float:
    try:
        stat = (Path("/proc") / str(pid) / "stat").read_text()
    except OSError:
        return 0.0  # it has ended meanwhile, and its parent has counted it
    words = stat.rpartition(")")[2].split()
    return sum(int(word) for word in words[11:15]) / _TICKS  # utime, stime, and both of children that ended


@dataclass(frozen=True)
class Timed:
    """One run: how many operations, in how many seconds, with how much CPU on each side."""

    count: int
    seconds: float
    cpu: Mapping[str, float]

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.count / self.seconds

    def cpu_us(self, side: str = "") -> float:
        """Microseconds of CPU for each operation: of one side, or of all."""
        spent = self.cpu[side] if side else sum(self.cpu.values())
        return spent / self.count * 1e6


async def timed(count: int, sides: Mapping[str, int], work: Callable[[], Awaitable[object]]) -> Timed:
    """Runs `work`, which does `count` operations; `sides` names the processes whose CPU counts, by their ids."""
    before = {side: cpu_seconds(pid) for side, pid in sides.items()}
    began = time.perf_counter()
    await work()
    seconds = time.perf_counter() - began
    return Timed(count, seconds, {side: cpu_seconds(pid) - before[side] for side, pid in sides.items()})


async def taking_turns(contestants: Mapping[str, Callable[[], Awaitable[T]]], repeats: int) -> dict[str, list[T]]:
    """Runs each contestant once a round, so that a noisy minute meets them all; the runs of each, in order."""
    runs: dict[str, list[T]] = {name: [] for name in contestants}
    for round_number in range(repeats):
        names = list(contestants)
        for name in names if round_number % 2 == 0 else reversed(names):
            runs[name].append(await contestants[name]())
    return runs


async def until(done: Callable[[], Awaitable[bool]], every: float) -> None:
    """Returns when `done`, asked again after so many seconds; TimeoutError after a minute."""
    async with asyncio.timeout(60):
        while not await done():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(every)


async def run_until(role: Coroutine[Any, Any, object], done: Callable[[], Awaitable[bool]]) -> None:
    """Runs something endless until `done`, asked a hundred times a second; raises what it raises before."""
    task = asyncio.create_task(role)
    while not task.done() and not await done():  # noqa: ASYNC110 - what is waited for tells nobody
        await asyncio.sleep(0.01)
    task.cancel()
    (ended,) = await asyncio.gather(task, return_exceptions=True)
    if not isinstance(ended, asyncio.CancelledError):
        raise RuntimeError("it ended by itself") from ended if isinstance(ended, BaseException) else None


def median_run(runs: Sequence[Timed]) -> Timed:
    """The run whose rate is the median; of an even number, the slower of the two in the middle."""
    return sorted(runs, key=lambda run: run.rate)[(len(runs) - 1) // 2]


def median(values: Iterable[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints a table: the first column to the left, the others to the right."""
    lines = [list(head), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    print(f"\n{title}")
    for number, line in enumerate(lines):
        cells = [
            line[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
        ]
        print("  ".join(cells))
        if number == 0:
            print("  ".join("-" * width for width in widths))


def verdict(*aims: tuple[str, bool]) -> None:
    """Prints for each aim whether this run meets it."""
    for aim, met in aims:
        print(f"{'met   ' if met else 'MISSED'}  {aim}")


def report(benchmark: str, result: Mapping[str, Any], postgres: str = "") -> None:
    """The last line: the result and the machine as one line of JSON."""
    print(json.dumps({"benchmark": benchmark, **_rounded(result), "machine": machine(postgres)}), flush=True)


def machine(postgres: str = "") -> dict[str, Any]:
    """What a figure depends on: cores, interpreter, server and libraries."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
        "architecture": platform.machine(),
        **({"postgres": postgres} if postgres else {}),
        **{name: version(name) for name in _LIBRARIES},
    }


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _rounded(value: Any) -> Any:
    """Floats to four figures: no clock here knows more."""
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
