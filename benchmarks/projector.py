"""`python -m benchmarks.projector`: row versions from Kafka beside the event store library's own projection runner."""

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence

from benchmarks import measure
from benchmarks.facts import PER_ORDER, fill, publish
from benchmarks.library_projection import LibraryProjection
from benchmarks.servers import Servers, servers
from libs.runtime.consumer import KafkaFeed
from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projector
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from services.order.main import SERVICE as ORDER
from services.reporting.main import SERVICE as REPORTING
from services.reporting.projections import PROJECTIONS

Run = Callable[[], Awaitable[measure.Timed]]
OURS, LIBRARY = "projector, row versions, Kafka", "library, current rows, own log"
LINES = [projection for projection in PROJECTIONS if projection.view.name == "order_line"]


class Ours:
    """The order lines of reporting, heard from a topic that holds all facts."""

    def __init__(self, on: Servers, kafka: KafkaSettings, facts: int, sides: Mapping[str, int]) -> None:
        self.on, self.kafka, self.facts, self.sides, self.runs = on, kafka, facts, sides, 0

    async def __call__(self) -> measure.Timed:
        """A fresh database hears everything."""
        self.runs += 1
        url = await self.on.database(REPORTING, f"projector{self.runs}_")
        hearing = Hearing(url, f"run{self.runs}.views", "order", Projector(LINES))
        return await measure.timed(self.facts, self.sides, lambda: self._until_heard(hearing))

    async def _until_heard(self, hearing: Hearing) -> None:
        async def all_heard() -> bool:
            return sum(mark.offset for mark in hearing.marks.values()) == self.facts

        await measure.run_until(KafkaFeed(hearing, self.kafka).run(), all_heard)


async def run(on: Servers, facts: int, library_facts: int, repeats: int) -> None:
    """Prints the measures of both."""
    kafka = await _published(on, facts)
    facts = -(-facts // PER_ORDER) * PER_ORDER
    sides = {"client": os.getpid(), "postgres": on.postgres_pid, "broker": on.broker_pid}
    rival = LibraryProjection(on, library_facts, sides)
    contest: dict[str, Run] = {OURS: Ours(on, kafka, facts, sides), LIBRARY: rival}
    runs = await measure.taking_turns(contest, repeats)
    _show({name: measure.median_run(each) for name, each in runs.items()}, facts, repeats, on.postgres_version)


async def _published(on: Servers, facts: int) -> KafkaSettings:
    """A topic that holds so many facts, as the relay sends them."""
    url, kafka = await on.database(ORDER, "projector_"), await on.topics("projector.")
    async with FactStore(url) as store:
        filled = await fill(store, facts)
    await publish(url, kafka, filled)
    return kafka


def _show(found: Mapping[str, measure.Timed], facts: int, repeats: int, postgres: str) -> None:
    measure.table(
        f"{facts:,} facts into order lines ({found[LIBRARY].count:,} by the library); median of {repeats}; CPU in us per fact",
        ["", "facts/s", "client", "PostgreSQL", "both"],
        [[name, one.rate, one.cpu_us("client"), one.cpu_us("postgres"), _cpu(one)] for name, one in found.items()],
    )
    ratio, cpu = found[OURS].rate / found[LIBRARY].rate, _cpu(found[OURS])
    measure.verdict(
        (f"{ratio:.1f} times the library's rate (aim: 15 at least)", ratio >= 15),
        (f"{cpu:.0f} us of CPU per fact, consumer and PostgreSQL (aim: 70 at most)", cpu <= 70),
    )
    rates = {"facts_per_s": found[OURS].rate, "library_per_s": found[LIBRARY].rate}
    cpus = {"cpu_us": cpu, "library_cpu_us": _cpu(found[LIBRARY]), "broker_cpu_us": found[OURS].cpu_us("broker")}
    measure.report("projector", {"facts": facts, "repeats": repeats, **rates, "ratio": ratio, **cpus}, postgres)


def _cpu(run: measure.Timed) -> float:
    return run.cpu_us("client") + run.cpu_us("postgres")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.projector", description=__doc__)
    parser.add_argument("--facts", type=int, default=200_000)
    parser.add_argument("--library-facts", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args(arguments)
    with servers() as on:
        asyncio.run(run(on, given.facts, given.library_facts, given.repeats))


if __name__ == "__main__":
    main()
