"""`python -m benchmarks.visible`: from a command's answer to the row in a read model of another service, system idle."""

import argparse
import asyncio
import time
from collections.abc import Sequence

import httpx
import psycopg

from benchmarks import measure
from benchmarks.processes import LINE, ORDER, Services, services
from benchmarks.servers import Servers, servers

_SEEN = "select 1 from read.order_line where stream_id = %s and line = %s"
_PAUSES = (0.21, 0.34, 0.47, 0.29)
"""Seconds between two commands: everything is idle again, and they fall on other moments of every poll."""


class Watch:
    """Adds lines to one order, and looks at reporting's database once a millisecond until each is there."""

    def __init__(self, order: httpx.AsyncClient, reporting: psycopg.AsyncConnection) -> None:
        self.order, self.reporting = order, reporting

    async def run(self, commands: int) -> list[float]:
        """Milliseconds for each command."""
        created = await self._post("/v1/orders", "visible", ORDER)
        took = []
        for line in range(1, commands + 1):
            await asyncio.sleep(_PAUSES[line % len(_PAUSES)])
            await self._post(f"/v1/orders/{created['id']}/lines", f"visible-{line}", LINE)
            took.append(await self._until_seen(created["id"], line))
        return took

    async def _post(self, path: str, key: str, body: dict[str, str]) -> dict[str, str]:
        answer = await self.order.post(path, headers={"idempotency-key": key}, json=body)
        return answer.raise_for_status().json()  # type: ignore[no-any-return]

    async def _until_seen(self, order_id: str, line: int) -> float:
        async def seen() -> bool:
            return await (await self.reporting.execute(_SEEN, (order_id, line))).fetchone() is not None

        began = time.perf_counter()
        await measure.until(seen, every=0.001)
        return (time.perf_counter() - began) * 1e3


async def run(running: Services, commands: int) -> None:
    """Prints the waits."""
    await running.records()
    database = running.database("reporting")
    async with (
        running.client("order") as order,
        await psycopg.AsyncConnection.connect(database, autocommit=True) as reporting,
    ):
        took = (await Watch(order, reporting).run(commands + 3))[3:]
    _show(running.on, took)


def _show(on: Servers, took: list[float]) -> None:
    shown = {f"p{percent}": measure.percentile(took, percent) for percent in (50, 90, 99)}
    measure.table(
        f"{len(took)} commands, each answered before the clock begins; over Kafka into reporting's order lines",
        ["", *(f"{name} ms" for name in shown), "longest ms"],
        [["answered -> visible", *shown.values(), max(took)]],
    )
    measure.verdict(
        (f"p50 {shown['p50']:.0f} ms (aim: 60 at most)", shown["p50"] <= 60),
        (f"p99 {shown['p99']:.0f} ms (aim: 250 at most)", shown["p99"] <= 250),
    )
    measure.report("visible", {"commands": len(took), "ms": shown}, on.postgres_version)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.visible", description=__doc__)
    parser.add_argument("--commands", type=int, default=200)
    with servers() as on, services(on, "reference", "order", "reporting") as running:
        asyncio.run(run(running, parser.parse_args(arguments).commands))


if __name__ == "__main__":
    main()
