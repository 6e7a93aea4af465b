"""A supervisor that is killed leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local import pid_file
from deploy.local.data_folder import DataFolder, FolderInUse
from deploy.local.process_table import LINUX, birth, family
from deploy.local.processes import Program
from deploy.local.supervisor import Supervisor
from tests.support.eventually import eventually_sync

ROOT = Path(__file__).parents[3]
DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
SERVERS = f"""
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.processes import Program
from deploy.local.supervisor import Supervisor

home = Path(sys.argv[1])
with ThreadPoolExecutor() as threads:  # which end at once: their end must end nothing else
    servers = [threads.submit(kind.start, home / kind.__name__) for kind in (Postgres, Kafka)]
supervisor = Supervisor(home, say=lambda line: None)
supervisor.start(Program("deaf", argv=(sys.executable, "-c", {DEAF!r})))
supervisor.wait_ready()
print(*(server.result().running.pid for server in servers), supervisor.pid_of("deaf"), flush=True)
time.sleep(60)
"""
ALONE = f"""
import sys, time
from pathlib import Path
from deploy.local import processes
from deploy.local.processes import Program
from deploy.local.supervisor import Supervisor

processes._dies_with_us_supported = lambda: False  # as on a system whose kernel tells nobody
supervisor = Supervisor(Path(sys.argv[1]), say=lambda line: None)
supervisor.start(Program("deaf", argv=(sys.executable, "-c", {DEAF!r})))
print(supervisor.pid_of("deaf"), flush=True)
time.sleep(60)
"""
CLAIMS = """
import sys, time
from pathlib import Path
from deploy.local.data_folder import DataFolder

folder = DataFolder(Path(sys.argv[1]))
folder.claim()
print(0, flush=True)
time.sleep(60)
"""


@contextmanager
def running(source: str, home: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """The program, and the process ids that it printed."""
    argv = [sys.executable, "-c", source, str(home)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, "it ended before it printed its process ids"
            pids = [int(word) for word in line.split()]
            yield process, pids
        finally:
            process.kill()


@pytest.mark.xfail(not LINUX, reason="only Linux tells a child of its parent's death", strict=True)
def test_servers_and_programs_die_with_it(tmp_path: Path) -> None:
    with running(SERVERS, tmp_path) as (supervisor, pids):
        processes = [each for pid in pids for each in family(pid)]
        assert len(processes) > len(pids)
        os.kill(supervisor.pid, signal.SIGKILL)
        eventually_sync(lambda: [pid for pid in processes if birth(pid) is not None] == [])


def test_elsewhere_the_next_start_ends_what_was_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(ALONE, tmp_path) as (first, [left]):
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    assert birth(left) is not None
    monkeypatch.setattr("deploy.local.pid_file.STOP_SECONDS", 0.2)  # it is deaf
    second = Supervisor(tmp_path)
    second.start(Program("deaf", argv=(sys.executable, "-c", "")))
    assert birth(left) is None
    second.stop()


def test_a_note_whose_number_names_another_process_by_now_ends_nobody(tmp_path: Path) -> None:
    note = tmp_path / "order.pid"
    note.write_text(f"{os.getpid()}\nlong ago\n")
    assert pid_file.end_leftover(note, signal.SIGKILL) is None


def test_two_systems_do_not_share_a_folder(tmp_path: Path) -> None:
    with running(CLAIMS, tmp_path) as (first, _):
        with pytest.raises(FolderInUse, match=f"process {first.pid}"):
            DataFolder(tmp_path).claim()
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        folder = DataFolder(tmp_path)
        folder.claim()
        folder.release()
