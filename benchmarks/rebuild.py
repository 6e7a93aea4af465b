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
from libs.runtime.rebuild import Rebuild
from libs.runtime.replay import Progress
from libs.runtime.store import FactStore
from services.order.main import SERVICE as ORDER
from services.reporting.main import SERVICE as REPORTING

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


async def run(facts: int) -> None:
    with servers() as on:
        source, kafka, url = await on.database(ORDER), await on.topics(""), await on.database(REPORTING)
        async with FactStore(source) as store:
            facts = await fill(store, facts)
        await publish(source, kafka, facts)
        first, again = Watch(), Watch()
        rebuild = Rebuild(REPORTING, "order", on.owner(url), kafka)
        seconds = await _timed(rebuild, first, changed=True)  # the live views have heard nothing yet
        await rebuild.drop_old()
        compared = await _timed(rebuild, again, changed=False)
        _show(on, facts, {"into empty views": (first, seconds), "compared row for row": (again, compared)})


async def _timed(rebuild: Rebuild, watch: Watch, *, changed: bool) -> float:
    began = time.perf_counter()
    for difference in await rebuild.run(watch, changed=changed):
        print(f"  {difference}")
    return time.perf_counter() - began


def _show(on: Servers, facts: int, runs: dict[str, tuple[Watch, float]]) -> None:
    for name, (watch, seconds) in runs.items():
        measure.table(
            f"{facts:,} facts rebuilt, {name}: {seconds:.1f} s in all",
            ["facts", "seconds", "facts/s so far", "memory MB"],
            [[f"{done:,}", at, done / at, memory] for done, at, memory in watch.rows],
        )
    watch, seconds = runs["compared row for row"]
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
            "seconds": {name: seconds for name, (_, seconds) in runs.items()},
            "facts_per_s": facts / seconds,
            "memory_mb": [memory for _, _, memory in watch.rows],
            "slowing": watch.slowing,
        },
        on.postgres_version,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rebuild", description=__doc__)
    parser.add_argument("--facts", type=int, default=1_000_000)
    asyncio.run(run(parser.parse_args(arguments).facts))


if __name__ == "__main__":
    main()
