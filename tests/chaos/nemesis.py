"""Carries out the faults of a schedule, each at its time, and writes down what it did."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import psycopg
from aiokafka.errors import KafkaError

from tests.chaos import topics
from tests.chaos.clients import elapse
from tests.chaos.marks import forget, plant_poison, set_back
from tests.chaos.plan import Step
from tests.chaos.system import System
from tests.chaos.watch import Watch

_END_BACKENDS = """
    select count(pg_terminate_backend(pid)) from (
        select pid from pg_stat_activity where datname like %s and usename <> 'postgres' order by random() limit %s
    ) as chosen
"""
Deed = Callable[[Step], Coroutine[Any, Any, None]]


class Nemesis:
    """The one who does it. `done` counts what was done by fault; what could not be done is in `missed`."""

    def __init__(self, system: System, watch: Watch) -> None:
        self.system, self.watch = system, watch
        self.done: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.poisoned: list[str] = []
        self.junk: list[bytes] = []
        self.junked: set[str] = set()
        """The publishers on whose topics it was written."""
        """Both as they were tried: what became of them stands in the store and on the topic."""
        self.wiped: set[str] = set()
        """Publishers whose topic was lost."""
        self.set_back = 0
        """Facts that relays were made to send again."""
        self._servers = asyncio.Lock()
        self._paused: set[str] = set()

    @property
    def _deeds(self) -> Mapping[str, Deed]:
        return {
            "kill": self._kill,
            "pause": self._pause,
            "crash_database": self._crash_database,
            "end_backends": self._end_backends,
            "crash_broker": self._crash_broker,
            "wipe_topic": self._wipe_topic,
            "cut": self._cut,
            "delay": self._delay,
            "reset": self._reset,
            "hold_commit": self._hold_commit,
            "set_back": self._set_back,
            "forget": self._forget,
            "poison": self._poison,
            "junk": self._junk,
        }

    async def run(self, steps: Sequence[Step]) -> None:
        """Each step at its time, whatever the others still do; returns when all are done."""
        began, deeds = time.monotonic(), self._deeds
        async with asyncio.TaskGroup() as group:
            for step in steps:
                await elapse(max(0.0, began + step.at - time.monotonic()))
                if step.fault in deeds:
                    group.create_task(self._do(step, deeds[step.fault]))

    async def _do(self, step: Step, deed: Deed) -> None:
        try:
            await deed(step)
        except (psycopg.Error, KafkaError, OSError, TimeoutError):
            self.missed[step.fault] += 1  # a server was down, through another fault
        else:
            self.done[step.fault] += 1

    async def _kill(self, step: Step) -> None:
        self.system.stage.nursery.kill(step.target, step.point, step.amount)

    async def _pause(self, step: Step) -> None:
        if step.target in self._paused:
            return
        self._paused.add(step.target)
        self.system.stage.nursery.pause(step.target)
        await elapse(step.amount)
        self.system.stage.nursery.resume(step.target)
        self._paused.discard(step.target)

    async def _crash_database(self, _: Step) -> None:
        async with self._servers:
            await asyncio.to_thread(self.system.stage.crash_database)

    async def _crash_broker(self, _: Step) -> None:
        async with self._servers:
            await asyncio.to_thread(self.system.stage.crash_broker)

    async def _end_backends(self, step: Step) -> None:
        def end() -> None:
            with psycopg.connect(self.system.stage.database_url, autocommit=True, connect_timeout=5) as server:
                server.execute(_END_BACKENDS, (f"{self.system.prefix}%", step.amount))

        await asyncio.to_thread(end)

    async def _cut(self, step: Step) -> None:
        link = self.system.links[step.target]
        link.cut = True
        link.break_all()
        await elapse(step.amount)
        link.cut = False

    async def _delay(self, step: Step) -> None:
        link = self.system.links[step.target]
        link.delay = step.amount / 1000
        await elapse(2)
        link.delay = 0.0

    async def _reset(self, step: Step) -> None:
        self.system.links[step.target].reset_after = step.amount

    async def _hold_commit(self, step: Step) -> None:
        self.system.links[step.target].hold_next = True

    async def _set_back(self, step: Step) -> None:
        self.set_back += await asyncio.to_thread(set_back, self.system.database(step.target), step.amount)

    async def _forget(self, step: Step) -> None:
        """A consumer whose effects have keys of their own loses its marks, as after a restore of an older state."""
        consumer = f"{step.target}.policies"
        self.watch.forgive(step.target, consumer)
        await asyncio.to_thread(forget, self.system.database(step.target), consumer)
        for name in self.system.of_kind(f"{step.target}.hear"):
            self.system.stage.nursery.kill(name)

    async def _wipe_topic(self, step: Step) -> None:
        """The topic is lost, and mended as an operator would: made anew, and sent again, while everything runs."""
        async with self._servers:
            self.wiped.add(step.target)
            await topics.make_anew(self.system, step.target)
            await topics.send_again(self.system, step.target)

    async def _poison(self, _: Step) -> None:
        stream = str(uuid.uuid4())
        self.poisoned.append(stream)
        await asyncio.to_thread(plant_poison, self.system.database("order"), stream)

    async def _junk(self, step: Step) -> None:
        value = f"junk {uuid.uuid4()}".encode()
        self.junk.append(value)
        self.junked.add(step.target)
        async with self._servers:
            await topics.send_junk(self.system, step.target, value)
