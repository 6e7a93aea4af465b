"""A fork server for tests: a service that takes seconds to import is started in milliseconds.

It listens on a Unix socket. Each connection is one process: a line of JSON says what to run, the answers are its id and,
when it has ended, its exit code. Argument: the path of the socket.
"""

import json
import os
import runpy
import select
import signal
import socket
import sys
import traceback
from contextlib import suppress
from typing import Any, NoReturn

from tests.support.forking import die_with_parent, settle, warm_up


class ForkServer:
    """The parent of all processes that tests start through it."""

    def __init__(self, path: str) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{path}.new")
        self._listener.listen()
        os.rename(f"{path}.new", path)
        self._living: dict[int, tuple[int, socket.socket]] = {}
        """By a descriptor that is readable when the process has ended: its id, and who asked for it."""

    def serve(self) -> None:
        """For ever; it ends with its parent, and all its children with it."""
        while True:
            for ready in select.select([self._listener.fileno(), *self._living], [], [])[0]:
                if ready in self._living:
                    self._reap(ready)
                else:
                    self._fork()

    def _fork(self) -> None:
        asking, _ = self._listener.accept()
        with asking.makefile("r") as lines:
            wanted = json.loads(lines.readline())
        pid = os.fork()
        if pid == 0:
            _live(wanted)
        self._living[os.pidfd_open(pid)] = pid, asking
        asking.sendall(b"%d\n" % pid)

    def _reap(self, descriptor: int) -> None:
        pid, asking = self._living.pop(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(pid, 0)
        with suppress(BrokenPipeError):  # nobody asks any more
            asking.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
        asking.close()


def _live(wanted: dict[str, Any]) -> NoReturn:
    code = 1
    try:
        os.setsid()
        die_with_parent()
        settle(wanted["env"], wanted["log"])
        os.chdir(wanted["cwd"])
        module, *sys.argv[1:] = wanted["argv"]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - told to the log of the process, and by its exit code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm_up("deploy.cli.__main__")
    ForkServer(sys.argv[1]).serve()
