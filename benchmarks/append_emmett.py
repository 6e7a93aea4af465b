"""emmett-postgresql, in a process of its own; npm installs it, by name and exact version, below .local."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.append_measure import DESCRIPTION, Kind, Run

_SOURCE = Path(__file__).parent / "emmett"
_INSTALLED = Path(__file__).parents[1] / ".local" / "emmett"
_LONGEST_LINE = 16 * 1024 * 1024


def installed() -> str:
    """Installs it where it is not there yet; answers why it is not to be had, or nothing."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "node and npm are not installed"
    _INSTALLED.mkdir(parents=True, exist_ok=True)
    for file in _SOURCE.iterdir():
        shutil.copy(file, _INSTALLED)
    if (_INSTALLED / "node_modules" / "pg").is_dir():
        return ""
    command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    done = subprocess.run(command, cwd=_INSTALLED, capture_output=True, text=True, check=False, timeout=180)
    return f"npm install ended with {done.returncode}" if done.returncode else ""


class Emmett:
    """Its event store with its own defaults: as many callers as there are, no idempotency row."""

    name = "emmett"

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def open(cls, database: str) -> "Emmett":
        """Starts it on the empty database; it makes its tables with its first save."""
        command = ("node", str(_INSTALLED / "append.mjs"), database, DESCRIPTION)
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, cwd=_INSTALLED, limit=_LONGEST_LINE
        )
        return cls(process)

    async def prepare(self, count: int) -> None:
        """Appends streams, one by one."""
        await self._told({"do": "prepare", "count": count})

    async def run(self, kind: Kind, callers: int, count: int) -> Run:
        """Callers on its event loop."""
        told = await self._told({"do": "run", "kind": kind, "callers": callers, "count": count})
        return Run(told["seconds"], told["milliseconds"], told["cpu_us"])

    async def _told(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process has no pipes")
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"node ended with {await self._process.wait()}")
        told: dict[str, Any] = json.loads(line)
        return told

    async def close(self) -> None:
        """Lets it end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
