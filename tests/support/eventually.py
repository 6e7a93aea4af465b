"""Waiting for what must become true within a bound: the only place of the tests that sleeps."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

_ASK_AGAIN_SECONDS = 0.02


async def eventually(check: Callable[[], object | Awaitable[object]], *, within: float = 10) -> None:
    """Returns when the check, plain or async, answers something true; AssertionError when it has not in time.

    A check may also assert: the last of its AssertionErrors is the one that is raised.
    """
    until = time.monotonic() + within
    while True:
        last = await _asked(check)
        if last is None:
            return
        if time.monotonic() > until:
            raise last
        await asyncio.sleep(_ASK_AGAIN_SECONDS)


def eventually_sync(check: Callable[[], object], *, within: float = 10) -> None:
    """The same for a test that has no loop."""
    until = time.monotonic() + within
    while True:
        last = _answered(check)
        if last is None:
            return
        if time.monotonic() > until:
            raise last
        time.sleep(_ASK_AGAIN_SECONDS)


async def _asked(check: Callable[[], object | Awaitable[object]]) -> AssertionError | None:
    try:
        answer = check()
        if inspect.isawaitable(answer):
            answer = await answer
    except AssertionError as refused:
        return refused
    return None if answer else AssertionError(f"not in time: {inspect.getsource(check).strip()}")


def _answered(check: Callable[[], object]) -> AssertionError | None:
    try:
        answer = check()
    except AssertionError as refused:
        return refused
    return None if answer else AssertionError(f"not in time: {inspect.getsource(check).strip()}")
