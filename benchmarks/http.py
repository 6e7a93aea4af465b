"""`python -m benchmarks.http`: commands over HTTP, create an order and add a line to it, from clients that never pause."""

import argparse
import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import measure
from benchmarks.processes import LINE, ORDER, Services, services
from benchmarks.servers import servers
from deploy.local.ports import LOOPBACK

CREATE, ADD = "create an order", "add a line"


class Caller:
    """One connection that is kept, and as little of HTTP as it needs: the client must not be what is measured."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        self.reader, self.writer, self.head = reader, writer, head

    async def post(self, path: str, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's JSON; RuntimeError for anything but 200 and 201."""
        content = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\n{self.head}idempotency-key: {key}\r\ncontent-length: {len(content)}\r\n\r\n"
        self.writer.write(head.encode() + content)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        status = answer.split(b" ", 2)[1]
        length = answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        found = await self.reader.readexactly(int(length))
        if status not in (b"200", b"201"):
            raise RuntimeError(f"POST {path}: {status.decode()} {found.decode()}")
        return json.loads(found)  # type: ignore[no-any-return]


class Round:
    """All clients at once, each creating orders with one line; how long each request took, in ms."""

    def __init__(self, running: Services, clients: int, orders: int) -> None:
        self.running, self.clients, self.orders = running, clients, orders
        self.took: dict[str, list[float]] = {CREATE: [], ADD: []}
        self.rounds = 0

    async def __call__(self) -> measure.Timed:
        """One round: twice as many requests as orders."""
        self.rounds += 1
        sides = {"order": self.running.running["order"].pid, "postgres": self.running.on.postgres_pid}
        return await measure.timed(2 * self.clients * self.orders, sides, self._all)

    async def _all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for client in range(self.clients):
                group.create_task(self._one(f"{self.rounds}-{client}"))

    async def _one(self, name: str) -> None:
        reader, writer = await asyncio.open_connection(LOOPBACK, self.running.ports["order"])
        token = self.running.headers["authorization"]
        head = f"host: {LOOPBACK}\r\nauthorization: {token}\r\ncontent-type: application/json\r\n"
        caller = Caller(reader, writer, head)
        for number in range(self.orders):
            created = await self._timed(CREATE, caller.post("/v1/orders", f"{name}-{number}", ORDER))
            await self._timed(ADD, caller.post(f"/v1/orders/{created['id']}/lines", f"{name}-{number}-line", LINE))
        writer.close()
        await writer.wait_closed()

    async def _timed(self, what: str, asked: Any) -> Any:
        began = time.perf_counter()
        answer = await asked
        self.took[what].append((time.perf_counter() - began) * 1e3)
        return answer


async def run(running: Services, clients: int, orders: int, repeats: int) -> None:
    """Prints rate and waits."""
    await running.records()
    await Round(running, clients, max(1, orders // 10))()  # warm
    one = Round(running, clients, orders)
    runs = [await one() for _ in range(repeats)]
    found = measure.median_run(runs)
    shown = {name: (measure.percentile(took, 50), measure.percentile(took, 99)) for name, took in one.took.items()}
    measure.table(
        f"{clients} clients, {found.count:,} requests a round, median of {repeats}: {found.rate:,.0f} requests/s; "
        f"CPU per request {found.cpu_us('order'):,.0f} us order service, {found.cpu_us('postgres'):,.0f} us PostgreSQL",
        ["", "p50 ms", "p99 ms"],
        [[name, *values] for name, values in shown.items()],
    )
    measure.report(
        "http",
        {
            "clients": clients,
            "requests_per_s": found.rate,
            "create_ms": {"p50": shown[CREATE][0], "p99": shown[CREATE][1]},
            "add_line_ms": {"p50": shown[ADD][0], "p99": shown[ADD][1]},
            "cpu_us": {side: found.cpu_us(side) for side in found.cpu},
        },
        running.on.postgres_version,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http", description=__doc__)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--orders", type=int, default=50, help="each client creates so many a round")
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args(arguments)
    with servers() as on, services(on, "reference", "order") as running:
        asyncio.run(run(running, given.clients, given.orders, given.repeats))


if __name__ == "__main__":
    main()
