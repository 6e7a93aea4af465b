"""A program as a value, and a running one: it is born with a note and a log, and does not outlive us."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol

from deploy.local import pid_file
from deploy.local.log_files import last_lines, opened
from deploy.local.process_table import LINUX

_POLL_SECONDS = 0.02

# The kernel tells a child of its parent's death when the *thread* that forked it ends: so one thread, which lives as
# long as this process does, forks them all.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class ProgramFailed(Exception):
    """A program ended, or was not ready in time; the sentence carries the end of its log."""


class Process(Protocol):
    """What is asked of a process, as `subprocess.Popen` answers it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """The exit code, None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """The exit code when it has ended; subprocess.TimeoutExpired."""


@dataclass(frozen=True)
class Program:
    """One program: how it starts, when it is ready, which signal asks it to stop."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to our own environment."""
    cwd: Path | None = None
    wrapper: tuple[str, ...] = ()
    """Goes before the command, for instance to give up root."""
    ready: Callable[[int], bool] = lambda pid: True
    """Asked with the process id until it says yes."""
    address: str = ""
    """Where it listens, as shown to people."""
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    """What it gets when we die: a crash of ours is a crash of theirs, and they are built to survive one."""


class Running:
    """A program that was started; `home` keeps its note under run/ and its log under logs/."""

    def __init__(self, program: Program, home: Path) -> None:
        self.program = program
        self.log = home / "logs" / f"{program.name}.log"
        self.note = home / "run" / f"{program.name}.pid"
        self._swept = False
        pid_file.end_leftover(self.note, program.stop_signal)
        with opened(self.log) as output:
            self._log_begins = output.tell()
            self._process = self.begin(output)

    def begin(self, output: BinaryIO) -> Process:
        """Starts the program, which writes to `output`, and notes it."""
        return _spawner.submit(_spawn, self.program, output, self.note).result()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._process.poll()

    def wait_ready(self, within: float) -> None:
        """Returns when it is ready; raises ProgramFailed when it ends before or takes longer."""
        until = time.monotonic() + within
        while not self.program.ready(self.pid):
            if self.exit_code is not None:
                raise self.failure(f"ended with {self.exit_code} before it was ready")
            if time.monotonic() > until:
                raise self.failure(f"was not ready within {within:g} s")
            time.sleep(_POLL_SECONDS)

    def wait_end(self, within: float) -> None:
        """Returns when it has ended with 0; raises ProgramFailed on any other end or when it takes longer."""
        try:
            code = self._process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise self.failure(f"did not end within {within:g} s") from None
        self._sweep()
        if code != 0:
            raise self.failure(f"ended with {code}")

    def ask_to_stop(self) -> None:
        if self.exit_code is None:
            pid_file.send(self.pid, self.program.stop_signal)

    def end(self, within: float) -> bool:
        """Waits for the end, then kills; answers whether it ended by itself. Nothing of it lives afterwards."""
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        self._sweep()
        return True

    def stop(self, within: float = 10.0) -> bool:
        self.ask_to_stop()
        return self.end(within)

    def kill(self) -> None:
        """As kill -9 on it and all it has started; nothing when it has ended already."""
        if self.exit_code is None:
            pid_file.kill_family(self.pid)
            self._process.wait()
            self._sweep()

    def _sweep(self) -> None:
        """Kills what the ended process left of its own group: a worker that lives on would hold the port."""
        if self._swept:
            return  # by now the number may name another group
        self._swept = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.note.unlink(missing_ok=True)

    def failure(self, what: str) -> ProgramFailed:
        return ProgramFailed(
            f"{self.program.name} {what}; the end of {self.log}:\n{last_lines(self.log, self._log_begins)}"
        )


def _spawn(program: Program, output: BinaryIO, note: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [*program.wrapper, *_dies_with_us(program.death_signal), *program.argv],
        env={**os.environ, **program.env},
        cwd=program.cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        # Ctrl-C reaches a terminal's whole group: children would stop all at once instead of in order
        start_new_session=True,
    )
    pid_file.write(note, process.pid)
    return process


@cache
def _dies_with_us_supported() -> bool:
    tool = shutil.which("setpriv")
    if not LINUX or tool is None:
        return False
    return "--pdeathsig" in subprocess.run([tool, "--help"], capture_output=True, text=True, check=False).stdout


def _dies_with_us(number: signal.Signals) -> tuple[str, ...]:
    if not _dies_with_us_supported():
        return ()  # the note, then: the next start ends what was left
    return ("setpriv", "--pdeathsig", number.name.removeprefix("SIG"), "--")
