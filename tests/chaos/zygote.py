"""A fork server: imports every service once, forks processes of them in milliseconds, and starts again what dies.

It reads commands and writes events as lines of JSON on its standard streams. Nothing that has threads, loops or
connections is begun before a fork.
"""

import importlib
import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.local.services import ISSUER
from libs.runtime.service import run
from tests.support.forking import die_with_parent, roles, settle, warm_up

_FIRST_WAIT, _LONGEST_WAIT = 0.1, 2.0
_TICK = 0.02


@dataclass
class Process:
    """One process by name, through all its lives. `module` and `argument` say what it runs, `log` where it writes."""

    name: str
    module: str
    argument: str
    env: Mapping[str, str]
    log: str
    mutant: str = ""
    once: bool = False
    words: Sequence[str] = ()
    """What a program that runs once is told, as words of its command line."""
    held: bool = False
    point: str = ""
    """Where the next life ends by itself, at the `hit`-th time that it comes there."""
    hit: int = 0
    armed: str = ""
    killed: bool = False
    pid: int = 0
    born: float = 0.0
    again_at: float | None = None
    deaths_of_its_own: int = 0


class Zygote:
    """The parent of all processes; only it sends them signals, so no signal meets a stranger."""

    def __init__(self) -> None:
        self.processes: dict[str, Process] = {}
        self._read = b""

    def serve(self) -> None:
        """Until standard input ends; then everything is killed."""
        tell(event="ready", roles=roles())
        try:
            while self._commands():
                self._reap()
                self._start_again()
        finally:
            for process in self.processes.values():
                if process.pid:
                    os.kill(process.pid, signal.SIGKILL)

    def _commands(self) -> bool:
        ready, _, _ = select.select([0], [], [], _TICK)
        if ready:
            data = os.read(0, 65536)
            if not data:
                return False
            *lines, self._read = (self._read + data).split(b"\n")
            for line in lines:
                self._obey(json.loads(line))
        return True

    def _obey(self, command: dict[str, Any]) -> None:
        match command.pop("do"):
            case "start":
                process = Process(**command)
                self.processes[process.name] = process
                self._fork(process)
            case "kill":
                process = self.processes[command["name"]]
                process.point, process.hit = command.get("point", ""), command.get("hit", 0)
                self._signal(process, signal.SIGKILL)
            case "signal":
                self._signal(self.processes[command["name"]], command["number"])
            case "hold":
                process = self.processes[command["name"]]
                process.held = command["held"]
                process.again_at = None if process.held or process.pid else time.monotonic()
            case "forget":
                process = self.processes[command["name"]]
                process.once, process.held = True, True
                process.again_at = None
                self._signal(process, signal.SIGKILL)
            case unknown:
                raise ValueError(unknown)

    def _signal(self, process: Process, number: int) -> None:
        if process.pid:
            process.killed = process.killed or number == signal.SIGKILL
            os.kill(process.pid, number)

    def _reap(self) -> None:
        while self.processes:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._died(pid, os.waitstatus_to_exitcode(status))

    def _died(self, pid: int, code: int) -> None:
        process = next((process for process in self.processes.values() if process.pid == pid), None)
        if process is None:
            return  # its name was given to another since
        lived = time.monotonic() - process.born
        process.pid = 0
        point = process.armed if code == -signal.SIGKILL and not process.killed else ""
        tell(event="died", name=process.name, code=code, lived=round(lived, 3), point=point)
        process.deaths_of_its_own = 0 if code == -signal.SIGKILL else process.deaths_of_its_own + 1
        if process.once:
            del self.processes[process.name]
        elif not process.held:
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(process.deaths_of_its_own, 9)) - _FIRST_WAIT
            process.again_at = time.monotonic() + wait

    def _start_again(self) -> None:
        for process in list(self.processes.values()):
            if process.again_at is not None and process.again_at <= time.monotonic():
                self._fork(process)

    def _fork(self, process: Process) -> None:
        process.again_at, process.born = None, time.monotonic()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            _live(process)
        process.pid, process.killed = pid, False
        process.armed, process.point = process.point, ""


def tell(**event: object) -> None:
    """An event, as a line on standard output."""
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _live(process: Process) -> None:
    """The child's whole life; never returns."""
    code = 1
    try:
        die_with_parent()
        settle(process.env, process.log)
        if process.mutant:
            importlib.import_module("tests.chaos.mutants").plant(process.mutant)
        if process.point:
            importlib.import_module("tests.chaos.points").arm(process.point, process.hit)
        code = _run(process)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - told to the log of the process, and by its exit code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _run(process: Process) -> int:
    if process.argument:
        run(importlib.import_module(f"{process.module}.main").SERVICE, [process.argument])
        return 0
    words = [list(process.words)] if process.words else []
    return int(importlib.import_module(process.module).main(*words) or 0)


def main() -> None:
    """Imports what the processes need, and serves."""
    die_with_parent()
    warm_up(
        ISSUER.module,
        "deploy.migrate.__main__",
        "deploy.topics.__main__",
        "deploy.cli.__main__",
        "tests.chaos.mutants",
        "tests.chaos.points",
    )
    Zygote().serve()


if __name__ == "__main__":
    main()
