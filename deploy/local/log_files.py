"""The log of a program: appended to from start to start, begun anew when it has grown large."""

from pathlib import Path
from typing import BinaryIO

_LARGE_BYTES = 10 * 2**20
_TAIL_BYTES = 4096


def opened(log: Path) -> BinaryIO:
    """Opened for writing at its end."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LARGE_BYTES:
        log.replace(log.with_suffix(".log.1"))
    return log.open("ab")


def last_lines(log: Path, since: int, lines: int = 20) -> str:
    """The end of what was written since this place of the log, indented: what to see when the program failed."""
    try:
        text = log.read_bytes()[since:][-_TAIL_BYTES:].decode(errors="replace")
    except OSError:
        return "    (no log)"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:]) or "    (empty)"
