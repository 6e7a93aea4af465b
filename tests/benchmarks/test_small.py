"""Every benchmark runs, at a size that says nothing, and ends with one line of JSON: so that none of them rots."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from benchmarks import billing, http, measure, projector, rebuild, relay, report, visible
from benchmarks.processes import Services, services
from benchmarks.servers import Servers, servers
from tests.support.servers import Embedded


@pytest.fixture(scope="module")
def running(
    postgres_url: str, kafka_bootstrap: str, embedded: Embedded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Services]:
    """The services, once for all of them, on the run's servers; or, as a benchmark does, on servers of their own."""
    ours = (
        Servers(tmp_path_factory.mktemp("benchmarks"), embedded.postgres, embedded.kafka) if embedded.postgres else None
    )
    with nullcontext(ours) if ours else servers() as on, services(on, "reference", "order", "reporting") as found:
        yield found


@pytest.fixture
def on(running: Services) -> Servers:
    return running.on


def _last_line(said: str, benchmark: str) -> dict[str, Any]:
    """What the last line says; above it stands a table."""
    *table, last = said.strip().splitlines()
    found: dict[str, Any] = json.loads(last)
    assert found["benchmark"] == benchmark
    assert found["machine"]["cores"]
    assert any(set(line) <= {"-", " "} for line in table if line)
    return found


async def test_relay(on: Servers, capsys: pytest.CaptureFixture[str]) -> None:
    await relay.run(on, facts=200, repeats=1)
    said = _last_line(capsys.readouterr().out, "relay")
    assert min(said["relay_per_s"], said["raw_per_s"], said["cpu_us"]) > 0


async def test_projector(on: Servers, capsys: pytest.CaptureFixture[str]) -> None:
    await projector.run(on, facts=200, library_facts=20, repeats=1)
    said = _last_line(capsys.readouterr().out, "projector")
    assert min(said["facts_per_s"], said["library_per_s"]) > 0


async def test_rebuild(on: Servers, capsys: pytest.CaptureFixture[str]) -> None:
    await rebuild.run(on, facts=4000)
    said = _last_line(capsys.readouterr().out, "rebuild")
    assert said["facts"] == 4000
    assert said["memory_mb"]


async def test_http(running: Services, capsys: pytest.CaptureFixture[str]) -> None:
    await http.run(running, clients=2, orders=2, repeats=1)
    assert _last_line(capsys.readouterr().out, "http")["requests_per_s"] > 0


async def test_visible(running: Services, capsys: pytest.CaptureFixture[str]) -> None:
    await visible.run(running, commands=2)
    assert _last_line(capsys.readouterr().out, "visible")["commands"] == 2


async def test_report(running: Services, capsys: pytest.CaptureFixture[str]) -> None:
    await report.run(running, orders=400, repeats=1)
    assert set(_last_line(capsys.readouterr().out, "report")["ms"]) > set(report.QUESTIONS)


async def test_billing(on: Servers, capsys: pytest.CaptureFixture[str]) -> None:
    await billing.run(on, subscriptions=20)
    assert _last_line(capsys.readouterr().out, "billing")["fee run per second"] > 0


async def test_turns_and_percentiles() -> None:
    order: list[str] = []

    async def note(name: str) -> str:
        order.append(name)
        return name

    runs = await measure.taking_turns({"a": lambda: note("a"), "b": lambda: note("b")}, 3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert {name: len(each) for name, each in runs.items()} == {"a": 3, "b": 3}
    assert [measure.percentile(list(range(1, 101)), percent) for percent in (1, 50, 99, 100)] == [1, 50, 99, 100]
    ran = [measure.Timed(10, seconds, {"client": 0.5}) for seconds in (1.0, 2.0, 4.0)]
    assert measure.median_run(ran).rate == 5
    assert ran[0].cpu_us() == 50_000
    assert measure.cpu_seconds(1) >= 0


async def test_what_ends_by_itself_is_told() -> None:
    async def ends() -> None:
        raise OSError("gone")

    async def never() -> bool:
        return False

    async def always() -> bool:
        return True

    with pytest.raises(RuntimeError, match="ended by itself"):
        await measure.run_until(ends(), never)
    await measure.run_until(asyncio.Event().wait(), always)
