"""What the machine says of a process: when it was born, whether it lives, and which processes it has started."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
LINUX: bool = sys.platform == "linux"


@dataclass(frozen=True)
class Entry:
    parent: int
    state: str
    born: str
    """With the process id it names one process for ever: ids are used again, the moment of birth is not."""

    @property
    def alive(self) -> bool:
        """A zombie has ended and only waits to be counted."""
        return not self.state.startswith(("Z", "X"))


def birth(pid: int) -> str | None:
    """When the process was born, or None when no such process lives."""
    entry = _entry(pid) if LINUX else dict(_from_ps()).get(pid)
    return entry.born if entry is not None and entry.alive else None


def family(pid: int) -> list[int]:
    """The living process and all that descend from it, eldest first."""
    table = {key: entry for key, entry in _everyone() if entry.alive}
    found = [pid] if pid in table else []
    ancestors = {pid}
    while born := [key for key, entry in table.items() if entry.parent in ancestors and key not in ancestors]:
        found += born
        ancestors.update(born)
    return found


def command_line(pid: int) -> str:
    """The words by which the process was started, or nothing when it has ended."""
    if LINUX:
        try:
            return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    command = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _everyone() -> Iterator[tuple[int, Entry]]:
    return _from_proc() if LINUX else _from_ps()


def _from_proc() -> Iterator[tuple[int, Entry]]:
    for name in os.listdir(_PROC):
        if name.isdigit() and (entry := _entry(int(name))) is not None:
            yield int(name), entry


def _entry(pid: int) -> Entry | None:
    try:
        stat = (_PROC / str(pid) / "stat").read_text(errors="replace")
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    # the name, in parentheses, may itself hold spaces and parentheses
    words = stat.rpartition(")")[2].split()
    return Entry(parent=int(words[1]), state=words[0], born=f"{boot}/{words[19]}")


def _from_ps() -> Iterator[tuple[int, Entry]]:
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat=,lstart="], capture_output=True, text=True, check=True
    ).stdout
    for line in listing.splitlines():
        pid, parent, state, born = line.split(maxsplit=3)
        yield int(pid), Entry(parent=int(parent), state=state, born=born)
