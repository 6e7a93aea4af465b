"""What is measured of saves: how many a second, how long each takes, and what they cost both sides."""

import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import psycopg
from psycopg import sql

from deploy.local.process_table import LINUX, family

Kind = Literal["new", "existing"]
BEFORE = 5
"""Facts that an existing stream has; the save adds the next."""

DESCRIPTION = "x" * 600
"""Makes a fact of some 650 bytes."""

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Run:
    """Saves of one contender: seconds in all, milliseconds of each, microseconds of CPU on either side."""

    seconds: float
    milliseconds: Sequence[float]
    client_us: float
    server_us: float = 0


@dataclass(frozen=True)
class Figures:
    """One line of the table. CPU is in microseconds a save; the server's is 0 where it cannot be seen."""

    per_second: float
    p50: float
    p99: float
    client_us: float
    server_us: float

    @classmethod
    def of(cls, run: Run) -> "Figures":
        """The figures of one run."""
        count = len(run.milliseconds)
        hundredths = statistics.quantiles(run.milliseconds, n=100, method="inclusive")
        return cls(count / run.seconds, hundredths[49], hundredths[98], run.client_us / count, run.server_us / count)

    @classmethod
    def median(cls, several: Sequence["Figures"]) -> "Figures":
        """The median of each figure."""
        names = cls.__dataclass_fields__
        return cls(**{name: statistics.median(getattr(one, name) for one in several) for name in names})


class Contender(Protocol):
    """An event store that saves. Streams are prepared before they are measured, and each is used once."""

    name: str

    async def prepare(self, count: int) -> None:
        """Makes `count` streams of `BEFORE` facts."""

    async def run(self, kind: Kind, callers: int, count: int) -> Run:
        """Saves `count` facts, each to another stream, by so many callers that each wait for their answer."""

    async def close(self) -> None:
        """Leaves the server."""


class ServerCpu:
    """CPU time of a PostgreSQL with all its processes; nothing where the process table cannot be read."""

    def __init__(self, pid: int | None) -> None:
        self._pid = pid if LINUX else None

    def microseconds(self) -> float:
        """What they have used since they began, those that have ended with them."""
        if self._pid is None:
            return 0
        living = sum(sum(_times(pid)[:2]) for pid in family(self._pid))
        ended = sum(_times(self._pid)[2:])
        return (living + ended) * 1e6 / _TICKS


def _times(pid: int) -> list[int]:
    """Own user and system time, then that of children that have ended, in ticks."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return [0, 0, 0, 0]
    return [int(word) for word in stat.rpartition(")")[2].split()[11:15]]


@contextmanager
def fresh_database(server: str, name: str) -> Iterator[None]:
    """An empty database of this name, dropped afterwards."""
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            yield
        finally:
            connection.execute(drop)


def table(results: dict[tuple[Kind, int, str], Figures]) -> str:
    """The results for people."""
    rows = [
        f"{'streams':9}{'callers':>8}  {'store':14}{'saves/s':>9}{'p50 ms':>8}{'p99 ms':>8}{'CPU us client / server':>24}"
    ]
    for (kind, callers, name), one in results.items():
        cpu = f"{one.client_us:.0f} / {one.server_us:.0f}"
        rows.append(f"{kind:9}{callers:>8}  {name:14}{one.per_second:>9.0f}{one.p50:>8.2f}{one.p99:>8.2f}{cpu:>24}")
    return "\n".join(rows)


def as_json(results: dict[tuple[Kind, int, str], Figures]) -> list[dict[str, Any]]:
    """The results for machines."""
    return [
        {"streams": kind, "callers": callers, "store": name}
        | {field: round(getattr(one, field), 3) for field in Figures.__dataclass_fields__}
        for (kind, callers, name), one in results.items()
    ]
