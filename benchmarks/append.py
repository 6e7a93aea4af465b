"""`python -m benchmarks.append`: saves a second beside the event store library and emmett-postgresql, on one server.

Each save is one fact of some 650 bytes: to a new stream, or to one of five facts that is loaded and decided on first.
The stores take turns; the table holds the medians of the repeats, the last line the same as JSON. Ours writes the
idempotency row too. Callers wait for their answer before they go on, and no HTTP is in it. DATABASE_URL may name a
server whose CPU is then not seen.
"""

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from benchmarks import append_emmett
from benchmarks.append_contenders import Fieldfact, Library
from benchmarks.append_emmett import Emmett
from benchmarks.append_measure import (
    Contender,
    Figures,
    Kind,
    Run,
    ServerCpu,
    as_json,
    fresh_database,
    table,
)
from deploy.local.postgres import Postgres

KINDS: tuple[Kind, ...] = ("new", "existing")
PATIENT = {"fieldfact": 3, "eventsourcing": 1, "emmett": 2}
"""How many saves each gets, as a multiple: so that none is measured for a moment only."""

Results = dict[tuple[Kind, int, str], Figures]


@contextmanager
def a_server() -> Iterator[tuple[str, int | None]]:
    """The server of DATABASE_URL, or an embedded one with its process id."""
    if given := os.environ.get("DATABASE_URL"):
        yield given, None
        return
    with tempfile.TemporaryDirectory(prefix="fieldfact-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        server = Postgres.start(folder)
        try:
            yield server.url, server.running.pid
        finally:
            server.stop()


@asynccontextmanager
async def contenders(server: str, wanted: Sequence[str]) -> AsyncIterator[list[Contender]]:
    """The stores, each with a database of its own."""
    async with AsyncExitStack() as stack:
        opened = list[Contender]()
        for name in wanted:
            database = f"bench_{name}"
            stack.enter_context(fresh_database(server, database))
            contender = await _open(name, urlunsplit(urlsplit(server)._replace(path=f"/{database}")))
            stack.push_async_callback(contender.close)
            opened.append(contender)
        yield opened


async def _open(name: str, database: str) -> Contender:
    match name:
        case "fieldfact":
            return await Fieldfact.open(database)
        case "emmett":
            return await Emmett.open(database)
        case _:
            return Library(database)


async def measured(contender: Contender, cpu: ServerCpu, kind: Kind, callers: int, count: int) -> Figures:
    """One run, with what the server used meanwhile."""
    if kind == "existing":
        await contender.prepare(count)
    before = cpu.microseconds()
    run = await contender.run(kind, callers, count)
    return Figures.of(Run(run.seconds, run.milliseconds, run.client_us, cpu.microseconds() - before))


async def compare(
    server: str, pid: int | None, wanted: Sequence[str], counts: Mapping[int, int], repeats: int
) -> Results:
    """The medians by kind, callers and store. `counts` gives saves of one run for each number of callers."""
    found: dict[tuple[Kind, int, str], list[Figures]] = {}
    cpu = ServerCpu(pid)
    async with contenders(server, wanted) as stores:
        for store in stores:
            await measured(store, cpu, "new", 8, 50)
        for _ in range(repeats):
            for kind in KINDS:
                for callers, count in counts.items():
                    for store in stores:
                        figures = await measured(store, cpu, kind, callers, count * PATIENT[store.name])
                        found.setdefault((kind, callers, store.name), []).append(figures)
    return {case: Figures.median(several) for case, several in sorted(found.items(), key=lambda one: one[0][:2])}


def ratios(results: Results) -> dict[str, float]:
    """How many times as many saves as each other store, at the most callers."""
    most = max(callers for _, callers, _ in results)
    ours = {kind: results[kind, most, "fieldfact"].per_second for kind in KINDS}
    others = [(kind, name) for kind, callers, name in results if callers == most and name != "fieldfact"]
    return {f"{kind} / {name}": round(ours[kind] / results[kind, most, name].per_second, 2) for kind, name in others}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=1000, help="of the slowest store in one run")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--stores", nargs="+", default=["fieldfact", "eventsourcing", "emmett"], choices=list(PATIENT))
    told = parser.parse_args()
    reason = append_emmett.installed() if "emmett" in told.stores else ""
    wanted = [name for name in told.stores if name != "emmett" or not reason]
    if reason:
        print(f"without emmett-postgresql: {reason}")
    counts = {1: told.saves // 2, 8: told.saves, 32: told.saves}
    with a_server() as (server, pid):
        results = asyncio.run(compare(server, pid, wanted, counts, told.repeats))
    print(table(results))
    print(json.dumps({"append": as_json(results), "times": ratios(results)}))


if __name__ == "__main__":
    main()
