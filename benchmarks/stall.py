"""`python -m benchmarks.stall`: the longest save of two writers while ANALYZE and VACUUM run over the facts in a loop.

Two processes' worth of writers, each with a store and connections of its own, save one fact after another to new
streams. Prints the longest and the 99th hundredth, and one line of JSON. DATABASE_URL may name the server.
"""

import argparse
import asyncio
import json
import statistics
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from benchmarks.append import a_server
from benchmarks.append_contenders import Fieldfact
from benchmarks.append_measure import fresh_database

WRITERS = 2
DATABASE = "bench_stall"


@dataclass(frozen=True)
class Stalls:
    """What the writers saw: saves, milliseconds, and how often the facts were analyzed and vacuumed."""

    saves: int
    p99: float
    longest: float
    rounds: int


async def stalls(server: str, seconds: float) -> Stalls:
    """Lets the writers save for so long while maintenance runs."""
    database = urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))
    with fresh_database(server, DATABASE):
        writers = [await Fieldfact.open(database) for _ in range(WRITERS)]
        maintenance = _Maintenance(database)
        maintenance.start()
        try:
            each = await asyncio.gather(*(_saving(writer, time.monotonic() + seconds) for writer in writers))
        finally:
            maintenance.stop()
            for writer in writers:
                await writer.close()
    milliseconds = sorted(one for several in each for one in several)
    return Stalls(
        len(milliseconds),
        statistics.quantiles(milliseconds, n=100, method="inclusive")[98],
        milliseconds[-1],
        maintenance.rounds,
    )


async def _saving(writer: Fieldfact, until: float) -> list[float]:
    milliseconds = list[float]()
    while time.monotonic() < until:
        asked = time.perf_counter()
        await writer.save(str(uuid4()))
        milliseconds.append((time.perf_counter() - asked) * 1000)
    return milliseconds


class _Maintenance(threading.Thread):
    """ANALYZE and VACUUM, one after the other, until told to stop."""

    def __init__(self, database: str) -> None:
        super().__init__()
        self._database, self._stopped = database, threading.Event()
        self.rounds = 0

    def run(self) -> None:
        with psycopg.connect(self._database, autocommit=True) as connection:
            while not self._stopped.is_set():
                connection.execute("analyze store.stored_events")
                connection.execute("vacuum store.stored_events")
                self.rounds += 1

    def stop(self) -> None:
        """Returns when it has ended."""
        self._stopped.set()
        self.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    told = parser.parse_args()
    with a_server() as (server, _):
        found = asyncio.run(stalls(server, told.seconds))
    print(
        f"{found.saves} saves by {WRITERS} writers beside {found.rounds} rounds of ANALYZE and VACUUM: "
        f"p99 {found.p99:.1f} ms, longest {found.longest:.1f} ms"
    )
    print(json.dumps({"stall": {name: round(value, 1) for name, value in vars(found).items()}}))


if __name__ == "__main__":
    main()
