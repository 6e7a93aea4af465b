"""Merging what waits: one worker does together what has come meanwhile, and nobody waits while it is idle."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from libs.runtime.database import ConnectionLost
from libs.runtime.faults import Unavailable

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

BATCH_ITEMS, BATCH_BYTES = 256, 4 * 1024 * 1024
"""What goes together at most; whatever is larger by itself goes alone."""

WAITING, WAITING_BYTES = 2_000, 64 * 1024 * 1024
"""What may wait at most: whoever comes then is told to come again."""


class Load(NamedTuple):
    """How heavy something is, and what it touches: of two that share a name only the first goes into a batch."""

    items: int = 1
    size: int = 0
    names: frozenset[Hashable] = frozenset()


@dataclass(eq=False)
class _Waiting(Generic[Asked, Answered]):
    asked: Asked
    load: Load
    answer: asyncio.Future[Answered]

    def fail(self, fault: Exception) -> None:
        """Tells the fault, unless the asker has left."""
        if not self.answer.done():
            self.answer.set_exception(fault)


class Coalescer(Generic[Asked, Answered]):
    """Lets many tasks of one event loop share one worker.

    `work` does a batch, all of it or nothing, and answers one for one. When a batch fails its halves are done, so that
    only what is to blame fails. An asker who is cancelled takes nobody with him: what still waited is not done, what
    was under way is.
    """

    def __init__(
        self, work: Callable[[Sequence[Asked]], Awaitable[Sequence[Answered]]], load_of: Callable[[Asked], Load]
    ) -> None:
        self._work, self._load_of = work, load_of
        self._waiting: deque[_Waiting[Asked, Answered]] = deque()
        self._bytes = 0
        self._worker: asyncio.Task[None] | None = None

    async def do(self, asked: Asked) -> Answered:
        """Has it done and answers what came of it, or raises what `work` raised for it.

        ConnectionLost when it was sent and no answer came; Unavailable when it was not done, because the database is
        away or too much waits.
        """
        load = self._load_of(asked)
        if len(self._waiting) >= WAITING or self._bytes + load.size > WAITING_BYTES:
            raise Unavailable("too much waits for the database")
        waiting: _Waiting[Asked, Answered] = _Waiting(asked, load, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._bytes += load.size
        if self._worker is None:
            self._worker = asyncio.create_task(self._run())
        return await waiting.answer

    async def finish(self) -> None:
        """Returns when nothing waits any more."""
        if self._worker is not None:
            await asyncio.wait([self._worker])

    async def _run(self) -> None:
        batch = list[_Waiting[Asked, Answered]]()
        try:
            while batch := self._take():
                await self._do(batch)
        except asyncio.CancelledError:
            _fail((*batch, *self._waiting), ConnectionLost("the process ends"))
            raise
        finally:
            self._worker = None

    def _take(self) -> list[_Waiting[Asked, Answered]]:
        """What may go together; what stays keeps its order, and what is too large for this batch leads the next."""
        batch, kept, names = list[_Waiting[Asked, Answered]](), list[_Waiting[Asked, Answered]](), set[Hashable]()
        items = size = 0
        while self._waiting and items < BATCH_ITEMS:
            waiting = self._waiting.popleft()
            load = waiting.load
            if waiting.answer.done():
                self._bytes -= load.size
                continue
            fits = not batch or (items + load.items <= BATCH_ITEMS and size + load.size <= BATCH_BYTES)
            if fits and names.isdisjoint(load.names):
                batch.append(waiting)
                items, size = items + load.items, size + load.size
            else:
                kept.append(waiting)
            names |= load.names
        self._waiting.extendleft(reversed(kept))
        self._bytes -= size
        return batch

    async def _do(self, batch: Sequence[_Waiting[Asked, Answered]]) -> None:
        try:
            answers = await self._work([waiting.asked for waiting in batch])
            for waiting, answer in zip(batch, answers, strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(answer)
        except ConnectionLost as lost:
            _fail(batch, lost)
        except Unavailable as away:
            _fail((*batch, *self._waiting), away)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is told to the one it belongs to
            await self._halve(batch, fault)

    async def _halve(self, batch: Sequence[_Waiting[Asked, Answered]], fault: Exception) -> None:
        if len(batch) == 1:
            batch[0].fail(fault)
            return
        half = len(batch) // 2
        await self._do(batch[:half])
        await self._do(batch[half:])


def _fail(those: Iterable[_Waiting[Asked, Answered]], fault: Unavailable) -> None:
    """Tells each a fault of its own: they are raised in different tasks."""
    for waiting in those:
        waiting.fail(type(fault)(str(fault), fault.retry_after))
