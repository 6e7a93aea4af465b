"""One program in the supervisor's charge: starting, ready, or dead and waiting to start again."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from deploy.local.backoff import Backoff
from deploy.local.processes import Program, ProgramFailed, Running

Say = Callable[[str], None]


def told(line: str) -> None:
    """Shown at once, wherever the output goes; in one piece, for lines come from several threads."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


GIVES_UP_AFTER = 3
"""Deaths in a row, never having been ready: somebody waits for it, and more of them would tell nothing new."""


class Charge:
    """Looked after by `tick`, which is called often, from one thread, and does not wait."""

    def __init__(self, program: Program, home: Path, backoff: Backoff, say: Say) -> None:
        self.program = program
        self.running: Running
        self.ready = False
        self.failure: ProgramFailed | None = None
        """Why somebody who waits for it should wait no longer."""
        self._home, self._backoff, self._say = home, backoff, say
        self._deaths = 0
        self._again_at: float | None = None
        self._start()

    def tick(self) -> None:
        if self._again_at is not None:
            if time.monotonic() >= self._again_at:
                self._start()
        elif (code := self.running.exit_code) is not None:
            self._died(code)
        elif not self.ready and self.program.ready(self.running.pid):
            self._became_ready()

    def _start(self) -> None:
        self._again_at, self.ready = None, False
        self._born = time.monotonic()
        self.running = Running(self.program, self._home)

    def _became_ready(self) -> None:
        seconds = time.monotonic() - self._born
        self._say(f"{self.program.name:<21} {self.program.address:<52} {seconds:5.1f} s")
        # last: whoever waits for it may write the next line
        self.ready, self.failure = True, None

    def _died(self, code: int) -> None:
        self.running.end(within=0)  # sweeps what it left of its group
        self._deaths = self._backoff.deaths(self._deaths, time.monotonic() - self._born)
        wait = self._backoff.wait(self._deaths)
        if not self.ready and self._deaths >= GIVES_UP_AFTER:
            self.failure = self.running.failure(f"ended {self._deaths} times, last with {code}, and was never ready")
        self.ready = False
        self._again_at = time.monotonic() + wait
        self._say(f"{self.program.name:<21} ended with {code}, starts again in {wait:g} s; see {self.running.log}")
