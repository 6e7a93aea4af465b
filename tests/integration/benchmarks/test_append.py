"""The benchmarks of the write path run, and measure what they say they measure."""

import json

from benchmarks.append import KINDS, compare, ratios
from benchmarks.append_measure import as_json, table
from benchmarks.stall import stalls

STORES = ["fieldfact", "eventsourcing"]


async def test_every_case_has_figures(postgres_url: str) -> None:
    results = await compare(postgres_url, None, STORES, {1: 5, 4: 10}, repeats=1)
    assert set(results) == {(kind, callers, name) for kind in KINDS for callers in (1, 4) for name in STORES}
    assert all(one.per_second > 0 and 0 < one.p50 <= one.p99 and one.client_us > 0 for one in results.values())
    assert len(table(results).splitlines()) == 1 + len(results)
    assert len(json.loads(json.dumps(as_json(results)))) == len(results)
    assert set(ratios(results)) == {"new / eventsourcing", "existing / eventsourcing"}


async def test_the_longest_save_is_seen(postgres_url: str) -> None:
    found = await stalls(postgres_url, seconds=1)
    assert found.saves > 2
    assert 0 < found.p99 <= found.longest
    assert found.rounds > 0
