"""A note of which process is ours, by which the next start finds and ends what a crash has left running."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from deploy.local.process_table import birth, family

STOP_SECONDS = 10.0
_POLL_SECONDS = 0.02


def write(file: Path, pid: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".new")
    unfinished.write_text(f"{pid}\n{birth(pid) or ''}\n")
    unfinished.replace(file)


def living(file: Path) -> int | None:
    """The process of the note, when that very process still lives."""
    try:
        pid, born = file.read_text().split("\n")[:2]
        return int(pid) if born and birth(int(pid)) == born else None
    except (OSError, ValueError):
        return None


def end_leftover(file: Path, stop_signal: signal.Signals) -> int | None:
    """Ends the process of the note if it still lives, the hard way when asking does not help; answers its id."""
    pid = living(file)
    if pid is not None:
        send(pid, stop_signal)
        if not gone(pid, STOP_SECONDS):
            kill_family(pid)
    file.unlink(missing_ok=True)
    return pid


def gone(pid: int, within: float) -> bool:
    """Whether the process has ended, waiting for it at most so long."""
    until = time.monotonic() + within
    while birth(pid) is not None:
        if time.monotonic() > until:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def send(pid: int, number: signal.Signals) -> None:
    """Sends the signal; a process that has just ended is no fault."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def kill_family(pid: int) -> None:
    """Kills the process and all that descend from it, and waits until they are gone."""
    doomed = family(pid)
    for each in doomed:
        send(each, signal.SIGKILL)
    for each in doomed:
        gone(each, STOP_SECONDS)
