"""Looks after child processes: starts them, starts again what dies, stops all, and leaves nothing behind."""

import threading
import time
from contextlib import suppress
from pathlib import Path

from deploy.local.backoff import Backoff
from deploy.local.charge import Charge, Say, told
from deploy.local.processes import Program, ProgramFailed, Running
from deploy.local.signals import stopping_signals_interrupt, stopping_signals_wait

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
_TICK_SECONDS = 0.05


class Supervisor:
    """Programs started together are stopped together, those started last first.

    A thread of its own watches the programs, so that the caller is free to do something else meanwhile. When this
    process is killed the programs die with it (Linux), or are ended when a supervisor starts on the same home.
    """

    def __init__(self, home: Path, say: Say = told, backoff: Backoff | None = None) -> None:
        self.home = home
        self.killed: list[str] = []
        """After the stop: what did not end when asked."""
        self._say = say
        self._backoff = backoff or Backoff()
        self._waves: list[list[Charge]] = []
        self._steps: list[Running] = []
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._fault: Exception | None = None

    def start(self, *programs: Program) -> None:
        """Starts the programs and returns at once; `wait_ready` waits."""
        with self._lock:
            self._refuse_when_stopping()
            wave: list[Charge] = []
            self._waves.append(wave)
            for program in programs:
                # one by one: those started before a failure are in the wave, and stopped with it
                wave.append(Charge(program, self.home, self._backoff, self._say))  # noqa: PERF401
            if not self._watcher.is_alive():
                self._watcher.start()

    def run(self, program: Program, within: float) -> None:
        """Runs a program that does one thing; raises ProgramFailed unless it ends well in time. A stop cuts it short."""
        with self._lock:
            self._refuse_when_stopping()
            step = Running(program, self.home)
            self._steps.append(step)
        step.wait_end(within)

    def wait_ready(self, *names: str, within: float = READY_SECONDS) -> None:
        """Returns when the named programs, or all, are ready; raises ProgramFailed when one cannot be."""
        until = time.monotonic() + within
        for charge in self._charges(*names):
            while not charge.ready:
                self._raise_fault()
                if charge.failure is not None:
                    raise charge.failure
                if time.monotonic() > until:
                    raise charge.running.failure(f"was not ready within {within:g} s")
                if self._stopping.wait(_TICK_SECONDS):
                    raise ProgramFailed(f"{charge.program.name} was stopped before it was ready")

    def pid_of(self, name: str) -> int:
        """The process of the program; another one after each new start."""
        return self._charges(name)[0].running.pid

    def stop(self) -> None:
        """Stops everything; nothing of it lives afterwards. A second call does nothing."""
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join()
        with self._lock:
            for step in self._steps:
                step.kill()
            while self._waves:
                self._stop_wave(self._waves[-1])
                self._waves.pop()

    def run_forever(self) -> None:
        """Blocks until Ctrl-C, SIGTERM or SIGHUP, then stops everything and returns; main thread only."""
        try:
            with stopping_signals_interrupt(), suppress(KeyboardInterrupt):
                while not self._stopping.wait(1.0):
                    self._raise_fault()
        finally:
            with stopping_signals_wait():
                self.stop()

    def _charges(self, *names: str) -> list[Charge]:
        with self._lock:
            charges = [charge for wave in self._waves for charge in wave]
        unknown = set(names) - {charge.program.name for charge in charges}
        if unknown:
            raise KeyError(f"no program was started under: {', '.join(sorted(unknown))}")
        return [charge for charge in charges if not names or charge.program.name in names]

    def _watch(self) -> None:
        try:
            while not self._stopping.wait(_TICK_SECONDS):
                for charge in self._charges():
                    charge.tick()
        except Exception as fault:  # noqa: BLE001 - carried to whoever waits: a watcher that is gone watches nothing
            self._fault = fault

    def _refuse_when_stopping(self) -> None:
        if self._stopping.is_set():
            raise ProgramFailed("the supervisor is stopping: nothing starts any more")

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _stop_wave(self, wave: list[Charge]) -> None:
        until = time.monotonic() + STOP_SECONDS
        for charge in reversed(wave):
            charge.running.ask_to_stop()
        for charge in reversed(wave):
            if not charge.running.end(max(0.0, until - time.monotonic())):
                self.killed.append(charge.program.name)
