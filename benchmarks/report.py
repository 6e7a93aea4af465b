"""`python -m benchmarks.report`: first pages of the margin report over HTTP, with many orders behind it."""

import argparse
import asyncio
import time
from collections.abc import Mapping, Sequence

import httpx
import psycopg

from benchmarks import measure
from benchmarks.processes import Services, services
from benchmarks.servers import servers

PAGE = 50
QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "everything": {},
    "one customer": {"customer": "C-{round}"},
    "one project": {"project": "P-{round}"},
    "one order": {"number": "SO-{round:07d}"},
    "one day": {"order_date_from": "2026-03-{day:02d}", "order_date_to": "2026-03-{day:02d}"},
    "one worker": {"worker": "W-{round}"},
    "posted only": {"basis": "posted"},
    "as of an instant": {"as_of": "2026-03-{day:02d}T12:00:00Z"},
}
PLAIN = "select * from analytics.service_order_margin order by number, order_id, line limit 50"
"""What an analyst would write for the first page of everything."""

_ORDERS = """
    insert into read.service_order (stream_id, number, project, customer, service_date, currency, canceled, version,
        position, known_from, known_to)
    select lpad(to_hex(n), 32, '0')::uuid, 'SO-' || lpad(n::text, 7, '0'), 'P-' || n %% 1000, 'C-' || n %% 5000,
        date '2026-01-01' + (n %% 365)::int, 'EUR', false, 1, n * 3, timestamptz '2026-01-01 08:00+00' + n * interval '1 second',
        '9999-12-31 23:59:59+00'
    from generate_series(1, %s::bigint) n
"""
_LINES = """
    insert into read.order_line (stream_id, line, state, type, category, worker, chargeable, tax_groups,
        expected_quantity, expected_unit_cost, expected_cost, expected_unit_price, expected_sales,
        posted_quantity, posted_unit_cost, posted_cost, posted_unit_price, posted_sales, posting_number, posted_on,
        version, position, known_from, known_to)
    select lpad(to_hex(n), 32, '0')::uuid, line, case when n %% 3 = 0 then 'posted' else 'created' end, 'hour',
        'LABOUR', 'W-' || n %% 300, true, '', 3, 40, 120, 75, 225,
        case when n %% 3 = 0 then 3 end, case when n %% 3 = 0 then 40 end, case when n %% 3 = 0 then 120 end,
        case when n %% 3 = 0 then 75 end, case when n %% 3 = 0 then 225 end, case when n %% 3 = 0 then 1 end,
        case when n %% 3 = 0 then date '2026-01-02' + (n %% 365)::int end,
        line + 1, n * 3 + line, timestamptz '2026-01-01 08:00+00' + n * interval '1 second', '9999-12-31 23:59:59+00'
    from generate_series(1, %s::bigint) n, generate_series(1, 2) line
"""
_NAMES = """
    insert into read.{0} (stream_id, key, name, version, position, known_from, known_to)
    select lpad(to_hex(n), 32, '0')::uuid, '{1}-' || n, 'Name ' || n, 1, n, '2026-01-01 00:00+00', '9999-12-31 23:59:59+00'
    from generate_series(0, {2}) n
"""


def fill(database: str, orders: int) -> None:
    """Rows as the projector writes them, two lines an order, then what autovacuum would do."""
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(_ORDERS.encode(), (orders,))
        owner.execute(_LINES.encode(), (orders,))
        for table, letter, most in (("customer", "C", 5000), ("project", "P", 1000), ("worker", "W", 300)):
            owner.execute(_NAMES.format(table, letter, most).encode())
        owner.execute("vacuum analyze")


async def ask(client: httpx.AsyncClient, question: Mapping[str, str], repeats: int) -> list[float]:
    """Milliseconds of each answer; each asks for another customer, day and so on."""
    took = []
    for number in range(1, repeats + 1):
        asked = {name: value.format(round=number, day=number % 28 + 1) for name, value in question.items()}
        began = time.perf_counter()
        answer = await client.get("/v1/reports/margin-lines", params={"limit": str(PAGE), **asked})
        took.append((time.perf_counter() - began) * 1e3)
        if answer.status_code != httpx.codes.OK or not answer.json()["items"]:
            raise RuntimeError(f"{asked}: {answer.status_code} {answer.text[:200]}")
    return took


def plain(database: str, repeats: int) -> list[float]:
    """Milliseconds of an analyst's own statement."""
    took = []
    with psycopg.connect(database, autocommit=True) as analyst:
        for _ in range(repeats):
            began = time.perf_counter()
            analyst.execute(PLAIN).fetchall()
            took.append((time.perf_counter() - began) * 1e3)
    return took


async def run(running: Services, orders: int, repeats: int) -> None:
    """Prints the waits for each question."""
    database = running.database("reporting")
    began = time.perf_counter()
    fill(database, orders)
    print(f"{orders:,} orders with two lines each, filled in {time.perf_counter() - began:.0f} s", flush=True)
    async with running.client("reporting") as client:
        found = {}
        for name, question in QUESTIONS.items():
            await ask(client, question, 3)  # warm
            found[name] = await ask(client, question, repeats)
        found["plain SQL over the view"] = plain(database, repeats)
    shown = {name: {f"p{p}": measure.percentile(took, p) for p in (50, 99)} for name, took in found.items()}
    measure.table(
        f"first page of {PAGE} margin lines, {orders:,} orders, {repeats} times each",
        ["", "p50 ms", "p99 ms"],
        [[name, one["p50"], one["p99"]] for name, one in shown.items()],
    )
    slowest = max(one["p99"] for name, one in shown.items() if name in QUESTIONS)
    measure.verdict((f"slowest p99 {slowest:.0f} ms (aim: 100 at most)", slowest <= 100))
    measure.report("report", {"orders": orders, "repeats": repeats, "ms": shown}, running.on.postgres_version)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=100)
    given = parser.parse_args(arguments)
    with servers() as on, services(on, "reporting") as running:
        asyncio.run(run(running, given.orders, given.repeats))


if __name__ == "__main__":
    main()
