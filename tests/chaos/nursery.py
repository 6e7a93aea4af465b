"""The harness's side of the fork server: starts processes by name, kills and pauses them, counts what ended how."""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.local.services import ROOT
from tests.chaos.plan import kind_of

READY_SECONDS = 60.0


class Nursery:
    """One fork server, whose processes die with it. Enter it to start it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kills: Counter[str] = Counter()
        """Ends by kill -9, by kind; those at a named point among them."""
        self.points: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        """Ends of their own, by kind and exit code."""
        self.roles: Mapping[str, Sequence[str]] = {}
        """Of every service, those that have something to do."""
        self._server: asyncio.subprocess.Process | None = None
        self._ready = asyncio.Event()
        self._jobs: dict[str, asyncio.Future[int]] = {}
        self._listening: asyncio.Task[None] | None = None
        self._names: set[str] = set()
        self._silent: set[str] = set()

    async def __aenter__(self) -> "Nursery":
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "zygote.log").open("ab") as log:
            self._server = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.chaos.zygote"),
                cwd=ROOT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        self._listening = asyncio.create_task(self._listen())
        async with asyncio.timeout(READY_SECONDS):
            await self._ready.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        assert self._server.stdin is not None
        self._server.stdin.close()
        await self._server.wait()
        if self._listening is not None:
            await self._listening

    def start(self, name: str, module: str, argument: str, env: Mapping[str, str], mutant: str = "") -> None:
        """Starts a process, and again whenever it dies, until it is dismissed."""
        self._names.add(name)
        log = str(self.folder / f"{name}.log")
        self._do("start", name=name, module=module, argument=argument, env=dict(env), log=log, mutant=mutant)

    async def job(self, module: str, env: Mapping[str, str], *words: str) -> str:
        """Runs a program's `main` once and answers what it printed; RuntimeError when it does not answer 0."""
        self._jobs[module] = asyncio.get_running_loop().create_future()
        log = self.folder / f"{module}.log"
        before = log.stat().st_size if log.exists() else 0
        more: Mapping[str, Any] = {"argument": "", "env": dict(env), "log": str(log), "once": True, "words": words}
        self._do("start", name=module, module=module, **more)
        code = await self._jobs[module]
        del self._jobs[module]
        printed = log.read_text()[before:]
        if code:
            raise RuntimeError(f"{module} {' '.join(words)} failed:\n{printed[-2000:]}")
        return printed

    def kill(self, name: str, point: str = "", hit: int = 0) -> None:
        """As kill -9. With a point, the next life ends there."""
        self._do("kill", name=name, point=point, hit=hit)

    def pause(self, name: str) -> None:
        """Stops it where it is."""
        self._do("signal", name=name, number=signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Lets it go on."""
        self._do("signal", name=name, number=signal.SIGCONT)

    def hold(self, name: str, *, held: bool) -> None:
        """While held it is not started again; let go, it is started at once when it is dead."""
        self._do("hold", name=name, held=held)

    def dismiss(self) -> None:
        """Kills all processes for good; not counted."""
        for name in self._names:
            self._silent.add(name)
            self._do("forget", name=name)
        self._names.clear()

    def forget_counts(self) -> None:
        """Counts from zero."""
        for counts in (self.kills, self.points, self.ended):
            counts.clear()

    def _do(self, what: str, **command: Any) -> None:
        assert self._server is not None
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps({"do": what, **command}).encode() + b"\n")

    async def _listen(self) -> None:
        assert self._server is not None
        assert self._server.stdout is not None
        async for line in self._server.stdout:
            event = json.loads(line)
            if event["event"] == "ready":
                self.roles = event["roles"]
                self._ready.set()
            elif event["name"] in self._jobs:
                self._jobs[event["name"]].set_result(event["code"])
            elif event["name"] in self._silent and event["name"] not in self._names:
                self._silent.discard(event["name"])
            else:
                self._count(event)
        for job in self._jobs.values():
            job.cancel()

    def _count(self, event: Mapping[str, Any]) -> None:
        if event["code"] == -signal.SIGKILL:
            self.kills[kind_of(event["name"])] += 1
            if event["point"]:
                self.points[event["point"]] += 1
        else:
            self.ended[f"{kind_of(event['name'])} ({event['code']})"] += 1
