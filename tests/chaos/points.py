"""Named crash points: a process that is armed with one kills itself with -9 when it gets there. Test-only: the product
knows nothing of them, the functions that they name are wrapped in the forked process."""

import asyncio
import functools
import importlib
import inspect
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Point:
    """A place in the code: before or after a function, or while it waits for its first answer."""

    role: str
    """A role of every service (`relay`), or of one (`order.timers`)."""
    place: str
    when: Literal["before", "during", "after"]


RUNS = "subscription_billing.timers"
"""Who does the steps of runs."""
POINTS: Mapping[str, Point] = {
    "A1 authorised": Point("api", "libs.runtime.http.front:Front.admit", "after"),
    "A2 body read": Point("api", "libs.runtime.http.call:call_of", "after"),
    "A4 loaded": Point("api", "libs.runtime.store:FactStore.load", "after"),
    "A5 decided": Point("api", "libs.runtime.store:FactStore.decide", "after"),
    "A8 append sent": Point("api", "libs.runtime.recorder:append_on", "during"),
    "A9 appended": Point("api", "libs.runtime.recorder:FactRecorder.append", "after"),
    "A10 answering": Point("api", "libs.runtime.http.call:_response", "after"),
    "R1 leads": Point("relay", "libs.runtime.relay:Relay._lead", "after"),
    "R2 batch read": Point("relay", "libs.runtime.relay:Relay._send", "before"),
    "R3 some sent": Point("relay", "aiokafka:AIOKafkaProducer.send_batch", "after"),
    "R4 acknowledged": Point("relay", "libs.runtime.relay:_move", "before"),
    "R5 checkpoint sent": Point("relay", "libs.runtime.relay:_move", "during"),
    "R6 checkpoint moved": Point("relay", "libs.runtime.relay:_move", "after"),
    "J1 batch read": Point("hear", "libs.runtime.hearing:Hearing.handle", "before"),
    "C2 marks moved": Point("hear", "libs.runtime.hearing:Hearing._move", "after"),
    "J3 views written": Point("hear", "libs.runtime.projector:Projector.apply", "after"),
    "C3 effect done": Point("hear", "libs.runtime.reactor:Reactor.apply", "after"),
    "C5 committed": Point("hear", "libs.runtime.hearing:Hearing.handle", "after"),
    "C7 rebalancing": Point("hear", "libs.runtime.consumer:_Assignment.on_partitions_assigned", "before"),
    "C8 parked": Point("hear", "libs.runtime.hearing:park", "after"),
    "C9 looking past a hole": Point("hear", "libs.runtime.consumer:KafkaFeed._following", "after"),
    "T1 due": Point("order.timers", "services.order.application.timers:_ask", "before"),
    "T2 told": Point("order.timers", "services.order.application.timers:_ask", "after"),
    "B2 run taken up": Point(RUNS, "services.subscription_billing.application.fee_runs:_step", "before"),
    "B3 fees computed": Point(RUNS, "services.subscription_billing.application.fee_runs:look", "after"),
    "B4 step sent": Point(RUNS, "libs.runtime.jointly:_written", "during"),
    "B5 between two steps": Point(RUNS, "libs.runtime.jointly:_written", "after"),
    "B6 number drawn": Point("subscription_billing.api", "libs.runtime.jointly:Joint.draw", "after"),
    "B7 proposal decided": Point(RUNS, "services.subscription_billing.application.proposal_runs:_step", "after"),
    "B7 revenue decided": Point(RUNS, "services.subscription_billing.application.accruals:_step", "after"),
    "B8 two met": Point(RUNS, "libs.runtime.jointly:_answered", "before"),
}


def by_role() -> dict[str, list[str]]:
    """The names of the points that a process of each role, or of a role of one service, may come to."""
    roles: dict[str, list[str]] = {}
    for name, point in POINTS.items():
        roles.setdefault(point.role, []).append(name)
    return roles


def arm(name: str, hit: int) -> None:
    """From now on this process ends when it comes to the point for the `hit`-th time."""
    point, left = POINTS[name], hit

    def reached() -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    wrap(point.place, lambda original: _watched(original, point.when, reached))


def wrap(place: str, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Puts `wrapper(original)` in place of `module:Class.function`; AttributeError when there is none."""
    holder, name = found(place)
    setattr(holder, name, wrapper(getattr(holder, name)))


def found(place: str) -> tuple[Any, str]:
    """What holds the function that `place` names, and its name there."""
    module, _, path = place.partition(":")
    *parts, name = path.split(".")
    holder: Any = importlib.import_module(module)
    for part in parts:
        holder = getattr(holder, part)
    getattr(holder, name)
    return holder, name


def _watched(original: Callable[..., Any], when: str, reached: Callable[[], None]) -> Callable[..., Any]:
    @functools.wraps(original)
    async def slow(*values: Any, **named: Any) -> Any:
        if when == "before":
            reached()
        work = asyncio.ensure_future(original(*values, **named))
        if when == "during":
            await asyncio.wait([work], timeout=0)  # one turn of the loop: the question is on its way
            reached()
        answer = await work
        if when == "after":
            reached()
        return answer

    @functools.wraps(original)
    def quick(*values: Any, **named: Any) -> Any:
        if when == "before":
            reached()
        answer = original(*values, **named)
        if when == "after":
            reached()
        return answer

    return slow if inspect.iscoroutinefunction(original) else quick
