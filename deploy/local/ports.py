"""Ports of the loopback interface: a free one, and the ones that a data folder had before."""

import json
import random
import socket
import threading
from pathlib import Path

LOOPBACK = "127.0.0.1"

# Below the range from which systems pick the source port of an outgoing connection. Inside it, a client that keeps
# reconnecting to a server that is down can be given the server's own port, connects to itself and keeps the server out.
_CANDIDATES = range(10_240, 32_768)
_TRIES = 200

_given: set[int] = set()
_lock = threading.Lock()


class NoFreePort(Exception):
    """No port of the loopback interface is free."""


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        # as servers do: a port whose last connections are still closing is free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(preferred: int | None = None) -> int:
    """The preferred port when it is free, else any free one; never the same twice in one process."""
    with _lock:
        tries = random.sample(_CANDIDATES, _TRIES)
        for port in tries if preferred is None else [preferred, *tries]:
            if port not in _given and is_free(port):
                _given.add(port)
                return port
    raise NoFreePort(f"none of {_TRIES} ports tried on {LOOPBACK} is free")


class RememberedPorts:
    """The ports of one data folder by name, so that addresses stay the same from start to start."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def port(self, name: str, preferred: int | None = None) -> int:
        """The port this name had before when it is free, else the preferred one, else any free one."""
        with self._lock:
            known = self._read()
            before = known.get(name)
            if before is not None and is_free(before):
                return before
            known[name] = free_port(preferred)
            self._write(known)
            return known[name]

    def _read(self) -> dict[str, int]:
        try:
            return {str(name): int(port) for name, port in json.loads(self._file.read_text()).items()}
        except (OSError, ValueError, AttributeError):
            return {}  # nothing remembered, or cut short by a crash: new ports are as good

    def _write(self, known: dict[str, int]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(known, indent=1) + "\n")
