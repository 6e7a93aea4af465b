"""Programs of ours that are forked instead of started: the same processes, without the seconds of their imports."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import BinaryIO

from deploy.local import pid_file
from deploy.local.processes import Process, Program, Running
from deploy.local.services import ROOT

_READY_SECONDS = 60.0


class Forked(Running):
    """A running `python -m MODULE`, which the fork server of this process has forked."""

    def begin(self, output: BinaryIO) -> Process:
        """As `Running.begin`."""
        process = _Child(self.program, self.log)
        pid_file.write(self.note, process.pid)
        return process


class _Child:
    """A child of the fork server, through its connection."""

    def __init__(self, program: Program, log: Path) -> None:
        self._code: int | None = None
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(str(_server()))
        module = list(program.argv[program.argv.index("-m") + 1 :])
        env = {**os.environ, **program.env}
        wanted = {"argv": module, "env": env, "log": str(log), "cwd": str(program.cwd or Path.cwd())}
        self._connection.sendall(json.dumps(wanted).encode() + b"\n")
        self.pid = int(self._connection.makefile("rb", buffering=0).readline())

    def poll(self) -> int | None:
        """As `subprocess.Popen.poll`."""
        try:
            return self.wait(0.0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """As `subprocess.Popen.wait`."""
        if self._code is None:
            self._code = self._answered(timeout)
        return self._code

    def _answered(self, timeout: float | None) -> int:
        self._connection.settimeout(timeout)
        try:
            answer = self._connection.recv(16)
        except (TimeoutError, BlockingIOError):
            raise subprocess.TimeoutExpired("", timeout or 0.0) from None
        self._connection.close()
        return int(answer) if answer else -signal.SIGKILL  # the server has ended, and it with the server


@cache
def _server() -> Path:
    """The socket of the fork server of this process, which ends with it."""
    folder = tempfile.TemporaryDirectory(prefix="fieldfact-forks-")
    path = Path(folder.name) / "socket"
    argv = (sys.executable, "-m", "tests.support.forkserver", str(path))
    server = Running(Program("forks", argv, cwd=ROOT, ready=lambda pid: path.exists()), Path(folder.name))
    server.wait_ready(_READY_SECONDS)
    atexit.register(folder.cleanup)
    atexit.register(server.kill)
    return path
