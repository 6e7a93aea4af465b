"""`python -m benchmarks.rebuild`: the views of reporting folded again from a topic, beside the live ones, and shown."""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks import measure
from benchmarks.facts import fill, publish
from benchmarks.servers import Servers, servers
from libs.runtime.consumer import KafkaFeed
from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projector
from libs.runtime.rebuild import Rebuild
from libs.runtime.rehearing import Progress
from libs.runtime.settings import KafkaSettings
from libs.runtime.store import FactStore
from services.order.main import SERVICE as ORDER
from services.reporting.main import SERVICE as REPORTING
from services.reporting.projections import PROJECTIONS

STEPS = 10


@dataclass
class Watch:
    """Notes time and memory of this process at every tenth of the way."""

    rows: list[tuple[int, float, float]] = field(default_factory=list)

    def __call__(self, progress: Progress) -> None:
        if progress.done >= progress.total * (len(self.rows) + 1) // STEPS:
            self.rows.append((progress.done, progress.seconds, measure.resident_megabytes(os.getpid())))

    @property
    def growth(self) -> float:
        """Memory at the end against that at the second tenth, when everything is loaded: 1.0 is flat."""
        return self.rows[-1][2] / self.rows[min(1, len(self.rows) - 1)][2]

    @property
    def slowing(self) -> float:
        """Seconds of the second half against those of the first: 1.0 is linear."""
        half = self.rows[len(self.rows) // 2 - 1][1]
        return (self.rows[-1][1] - half) / half


async def run(on: Servers, facts: int) -> None:
    """Prints how it went, step by step."""
    source, kafka, url = (
        await on.database(ORDER, "rebuild_"),
        await on.topics("rebuild."),
        await on.database(REPORTING, "rebuild_"),
    )
    async with FactStore(source) as store:
        facts = await fill(store, facts)
    await publish(source, kafka, facts)
    print(f"{facts:,} facts told", flush=True)
    began = time.perf_counter()
    await _hear(url, kafka, facts)
    live, began = time.perf_counter() - began, time.perf_counter()
    watch = Watch()
    for difference in await Rebuild(REPORTING, "order", on.owner(url), kafka).run(watch):
        print(f"  {difference}")
    _show(on, facts, {"live": live, "rebuilt": time.perf_counter() - began}, watch)


async def _hear(url: str, kafka: KafkaSettings, facts: int) -> None:
    """The live consumer hears everything."""
    projector = Projector([one for one in PROJECTIONS if one.view.publisher == "order"])
    hearing = Hearing(url, "reporting.views", "order", projector)

    async def all_heard() -> bool:
        return sum(mark.offset for mark in hearing.marks.values()) == facts

    await measure.run_until(KafkaFeed(hearing, kafka).run(), all_heard)


def _show(on: Servers, facts: int, took: dict[str, float], watch: Watch) -> None:
    seconds = took["rebuilt"]
    measure.table(
        f"{facts:,} facts: heard live in {took['live']:.1f} s, then rebuilt, compared row for row and shown in {seconds:.1f} s",
        ["facts", "seconds", "facts/s so far", "memory MB"],
        [[f"{done:,}", at, done / at, memory] for done, at, memory in watch.rows],
    )
    million = seconds * 1e6 / facts
    measure.verdict(
        (f"{million:.0f} s for a million facts, compared and shown (aim: 180 at most)", million <= 180),
        (f"memory at the end {watch.growth:.2f} of that at the second tenth (flat: 1.2 at most)", watch.growth <= 1.2),
        (f"second half {watch.slowing:.2f} of the first (linear: 1.3 at most)", watch.slowing <= 1.3),
    )
    measure.report(
        "rebuild",
        {
            "facts": facts,
            "seconds": took,
            "facts_per_s": facts / seconds,
            "memory_mb": [memory for _, _, memory in watch.rows],
            "slowing": watch.slowing,
        },
        on.postgres_version,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rebuild", description=__doc__)
    parser.add_argument("--facts", type=int, default=1_000_000)
    with servers() as on:
        asyncio.run(run(on, parser.parse_args(arguments).facts))


if __name__ == "__main__":
    main()
