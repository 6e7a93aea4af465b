"""The supervisor: what dies starts again, what is stopped is gone, and programs stop in reverse order."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.backoff import Backoff
from deploy.local.http_ready import answers_200
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.process_table import birth, family
from deploy.local.processes import Program, ProgramFailed
from deploy.local.supervisor import Supervisor
from tests.support.eventually import eventually_sync

SLEEPS = "import time; time.sleep(600)"
TELLS_ITS_END = """
import signal, sys, time
def end(number, frame):
    open(sys.argv[1], "a").write(sys.argv[2] + " ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
open(sys.argv[3], "w").close()
time.sleep(600)
"""
DEAF = (
    "import pathlib, signal, sys, time; signal.signal(15, signal.SIG_IGN); pathlib.Path(sys.argv[1]).touch(); " + SLEEPS
)
HAS_A_WORKER = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', '{SLEEPS}']); time.sleep(600)"


def python(name: str, source: str, *arguments: str) -> Program:
    return Program(name, argv=(sys.executable, "-c", source, *arguments))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    quick = Backoff(first_seconds=0.05, longest_seconds=0.2)
    supervisor = Supervisor(tmp_path, said.append, quick)
    yield supervisor
    supervisor.stop()


def test_what_dies_starts_again(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.start(python("order", SLEEPS))
    supervisor.wait_ready()
    first = supervisor.pid_of("order")
    os.kill(first, signal.SIGKILL)
    eventually_sync(lambda: supervisor.pid_of("order") != first)
    supervisor.wait_ready()
    assert birth(supervisor.pid_of("order")) is not None
    assert [line for line in said if line.startswith("order") and "ended with -9, starts again in 0.05 s" in line]


def test_ready_is_told_with_name_address_and_seconds(supervisor: Supervisor, said: list[str]) -> None:
    port = free_port()
    server = (sys.executable, "-m", "http.server", str(port), "--bind", LOOPBACK)
    address = f"http://{LOOPBACK}:{port}"
    supervisor.start(Program("web", argv=server, ready=answers_200(f"{address}/"), address=address))
    supervisor.wait_ready("web")
    (line,) = said
    name, shown, seconds, unit = line.split()
    assert (name, shown, unit) == ("web", address, "s")
    assert float(seconds) > 0


def test_it_is_told_before_the_wait_ends(tmp_path: Path) -> None:
    """Whoever waited writes the next line: it must not come into the middle of this one."""
    waited, said = threading.Event(), list[bool]()

    def slowly(line: str) -> None:
        said.append(waited.wait(0.3))

    supervisor = Supervisor(tmp_path, slowly)
    supervisor.start(python("order", SLEEPS))
    supervisor.wait_ready()
    waited.set()
    supervisor.stop()
    assert said == [False]


def test_what_never_becomes_ready_is_not_waited_for_long(supervisor: Supervisor) -> None:
    supervisor.start(python("order", "print('no settings'); raise SystemExit(3)"))
    began = time.monotonic()
    with pytest.raises(ProgramFailed, match=r"order ended 3 times, last with 3(.|\n)*no settings"):
        supervisor.wait_ready()
    assert time.monotonic() - began < 5


def test_what_is_too_slow_is_told(supervisor: Supervisor) -> None:
    supervisor.start(Program("order", argv=(sys.executable, "-c", SLEEPS), ready=lambda pid: False))
    with pytest.raises(ProgramFailed, match=r"order was not ready within 0\.2 s"):
        supervisor.wait_ready(within=0.2)


def test_a_stop_goes_in_reverse_order(supervisor: Supervisor, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    for name in ("server", "service"):
        listening = tmp_path / name
        supervisor.start(
            Program(
                name,
                argv=(sys.executable, "-c", TELLS_ITS_END, str(ends), name, str(listening)),
                ready=lambda pid, listening=listening: listening.exists(),  # type: ignore[misc]
            )
        )
    supervisor.wait_ready()
    supervisor.stop()
    assert ends.read_text().split() == ["service", "server"]
    assert supervisor.killed == []


def test_what_is_deaf_is_killed(supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.supervisor.STOP_SECONDS", 0.3)
    deaf = tmp_path / "deaf"
    supervisor.start(Program("order", argv=(sys.executable, "-c", DEAF, str(deaf)), ready=lambda pid: deaf.exists()))
    supervisor.wait_ready()
    pid = supervisor.pid_of("order")
    supervisor.stop()
    assert supervisor.killed == ["order"]
    assert birth(pid) is None


def test_a_stop_leaves_no_worker_of_a_program(supervisor: Supervisor) -> None:
    supervisor.start(python("order", HAS_A_WORKER))
    pid = supervisor.pid_of("order")
    eventually_sync(lambda: len(family(pid)) == 2)
    processes = family(pid)
    supervisor.stop()
    eventually_sync(lambda: all(birth(each) is None for each in processes))


def test_after_a_stop_nothing_starts(supervisor: Supervisor) -> None:
    supervisor.stop()
    with pytest.raises(ProgramFailed, match="nothing starts any more"):
        supervisor.start(python("order", SLEEPS))


def test_a_step_that_fails_is_told_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    supervisor.run(python("migrate", "print('first')"), within=10)
    with pytest.raises(ProgramFailed, match=r"migrate ended with 1(.|\n)*second") as told:
        supervisor.run(python("migrate", "raise SystemExit('second')"), within=10)
    assert "first" not in str(told.value)


def test_the_output_of_a_program_is_logged(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(python("order", "print('hello', flush=True); " + SLEEPS))
    eventually_sync(lambda: (tmp_path / "logs" / "order.log").read_text() == "hello\n")


@pytest.mark.parametrize(("deaths", "seconds"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (10_000, 30)])
def test_the_wait_doubles_from_one_second_to_thirty(deaths: int, seconds: float) -> None:
    assert Backoff().wait(deaths) == seconds


def test_a_stable_minute_is_forgiven() -> None:
    assert Backoff().deaths(before=5, lived_seconds=59) == 6
    assert Backoff().deaths(before=5, lived_seconds=60) == 1
