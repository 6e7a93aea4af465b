"""`python -m benchmarks.billing`: a fee run and an accrual run, and what twice as many subscriptions cost each."""

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks import measure
from benchmarks.billing_facts import RECORDS, YEAR, append, hear, schedule, setup, stored, subscription
from benchmarks.servers import Servers, servers
from libs.events.fact import Fact
from libs.events.subscription_billing_accruals import AccrualRunRequested
from libs.events.subscription_billing_fees import FeeRunRequested
from libs.kernel.ids import natural_id
from libs.rules.billing import Span
from libs.runtime.store import FactStore
from services.reference.main import SERVICE as REFERENCE
from services.subscription_billing.application import accruals, fee_runs
from services.subscription_billing.main import SERVICE as BILLING

JANUARY = Span(YEAR.first, YEAR.first.replace(month=2))
FEES = FeeRunRequested(number="FR-000001", kind="regular", code="MONTH", days=JANUARY)
REVENUE = AccrualRunRequested(number="AR-000001", code="MONTH", posting_date=JANUARY.last)
Advance = Callable[[FactStore, str], Awaitable[bool]]


@dataclass(frozen=True)
class Kind:
    """A run: what is asked, its step, and where its last fact says how much it made."""

    name: str
    asked: Fact
    advance: Advance
    made: str


KINDS = (
    Kind("fee run", FEES, fee_runs.advance, "created"),
    Kind("accrual run", REVENUE, accruals.advance, "posted"),
)


@dataclass(frozen=True)
class Ran:
    """A run over so many subscriptions; `megabytes` is how large the process was after it."""

    timed: measure.Timed
    megabytes: float


async def run(on: Servers, subscriptions: int) -> None:
    """Prints what each run takes over so many subscriptions, and over half of them."""
    found = {
        (kind.name, count): await _ran(on, kind, count)
        for kind in KINDS
        for count in (subscriptions // 2, subscriptions)
    }
    rows = [
        [f"{name}, {count:,}", one.timed.rate, one.timed.seconds, _us(one), one.megabytes]
        for (name, count), one in found.items()
    ]
    measure.table("a run in one process", ["", "a second", "seconds", "CPU us each", "MB"], rows)
    aims, result = list[tuple[str, bool]](), dict[str, float]()
    for kind in KINDS:
        half, whole = found[kind.name, subscriptions // 2], found[kind.name, subscriptions]
        each = (whole.timed.seconds / whole.timed.count) / (half.timed.seconds / half.timed.count)
        aims.append((f"{kind.name}: {each:.2f} times as long for each on doubling (aim: 1.2 at most)", each <= 1.2))
        larger = whole.megabytes / half.megabytes
        aims.append((f"{kind.name}: {larger:.2f} times the memory on doubling (aim: 1.1 at most)", larger <= 1.1))
        result |= {f"{kind.name} per second": whole.timed.rate, f"{kind.name} on doubling": each}
    seconds = 100_000 / found["fee run", subscriptions].timed.rate
    aims.append((f"100,000 fees in {seconds:.0f} s (aim: 60 at most)", seconds <= 60))
    measure.verdict(*aims)
    measure.report("billing", {"subscriptions": subscriptions, **result}, on.postgres_version)


def _us(ran: Ran) -> float:
    return ran.timed.cpu_us()


async def _ran(on: Servers, kind: Kind, count: int) -> Ran:
    """One run on databases of its own."""
    prefix = f"billing_{kind.name.replace(' ', '_')}_{count}_"
    url, records = await on.database(BILLING, prefix), await on.database(REFERENCE, prefix)
    async with FactStore(url) as store, FactStore(records) as reference:
        await append(reference, [stored(natural_id("record", str(n)), fact) for n, fact in enumerate(RECORDS)])
        await hear(BILLING, url, reference, "reference")
        await append(store, [setup()])
        made = subscription if kind.name == "fee run" else schedule
        await append(store, (made(number) for number in range(count)))
        run_id = natural_id("benchmark", kind.name)
        await append(store, [stored(run_id, kind.asked)])
        await hear(BILLING, url, store, BILLING.name)
        return await _measured(on, store, kind, run_id, count)


async def _measured(on: Servers, store: FactStore, kind: Kind, run_id: str, count: int) -> Ran:
    sides: Mapping[str, int] = {"client": os.getpid(), "postgres": on.postgres_pid}

    async def work() -> None:
        while await kind.advance(store, run_id):
            pass

    timed = await measure.timed(count, sides, work)
    last = (await store.recorder.load(run_id))[-1].decoded()
    made = getattr(last, kind.made)
    if made != count:
        raise RuntimeError(f"the {kind.name} made {made} of {count}")
    return Ran(timed, measure.resident_megabytes(os.getpid()))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.billing", description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=100_000)
    given = parser.parse_args(arguments)
    with servers(broker=False) as on:
        asyncio.run(run(on, given.subscriptions))


if __name__ == "__main__":
    main()
