"""Planted bugs of clocks: timers that do nothing, a miss told again, time that stood still and counts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from libs.events import order_sla as says
from services.order.main import SERVICE
from tests.chaos.points import wrap

Original = Callable[..., Any]


def timers_idle() -> None:
    """Nobody looks at what is due."""

    async def idle(*_: Any) -> int:
        return 0

    object.__setattr__(SERVICE, "timers", idle)


def miss_told_again() -> None:
    """Whoever notices something tells of every miss once more."""

    def forgetful(original: Original) -> Original:
        def passed(course: Any) -> Any:
            found = original(course)
            for clock in course.order.sla.clocks.values():
                if clock.verdict == "missed":
                    found.append((clock.verdict_at, says.OrderSlaMissed, clock.name, {}))
            return found

        return passed

    wrap("services.order.domain.service_order.sla.verdicts:_passed", forgetful)


def pause_counted() -> None:
    """A clock is measured as if nothing had paused it."""

    def careless(original: Original) -> Original:
        def measured(self: Any, calendars: Any) -> Any:
            marks = tuple(mark for mark in self.marks if mark.kind not in ("paused", "resumed"))
            return original(replace(self, marks=marks), calendars)

        return measured

    wrap("services.order.domain.service_order.sla.clocks:ClockState.measured", careless)
