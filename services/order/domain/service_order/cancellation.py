"""Lines, or the whole order, will not be done."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.events import order as says
from libs.kernel.decider import Rejected
from services.order.domain.service_order import guards
from services.order.domain.service_order.progress import settled
from services.order.domain.service_order.state import (
    Canceled,
    CanceledLine,
    CreatedLine,
    Open,
    Posted,
    PostedLine,
    created_lines,
    in_state,
    with_lines,
)
from services.order.domain.service_order.surroundings import Surroundings


@dataclass(frozen=True)
class CancelLine:
    """Cancel a Created line. Source: LIF-03."""

    line: int
    reason: str | None = None


@dataclass(frozen=True)
class CancelOrder:
    """Cancel the order with every Created line, signed off or not. Source: LIF-02."""

    reason: str | None = None


def cancel_line(command: CancelLine, order: Open, _: Surroundings) -> Sequence[says.OrderFact]:
    """Posted lines stay; a sign-off is withdrawn first. Source: LIF-03, PST-10."""
    guards.insist(guards.not_signed_off(command.line, guards.created(order, command.line)))
    return [says.OrderLineCanceled(line=command.line, reason=command.reason)]


def cancel_order(command: CancelOrder, order: Open, _: Surroundings) -> Sequence[says.OrderFact]:
    """With a posted line the remaining ones are canceled one by one. Source: LIF-02, POS-07, [?20], [?21]."""
    posted = [number for number, line in order.lines.items() if isinstance(line, PostedLine)]
    if posted:
        raise Rejected.state("order_partly_posted", f"line {min(posted)} is posted: cancel the other lines one by one")
    return [says.OrderCanceled(reason=command.reason, lines=tuple(created_lines(order)))]


def line_canceled(order: Open, fact: says.OrderLineCanceled) -> Open | Posted:
    """The Created line is Canceled; it may have been the last that kept the order from being Posted."""
    return settled(_canceled(order, (fact.line,)))


def order_canceled(order: Open, fact: says.OrderCanceled) -> Canceled:
    """The lines named are Canceled with the order; those canceled before stay so. Source: [?22]."""
    return in_state(Canceled, _canceled(order, fact.lines))


def _canceled(order: Open, lines: Sequence[int]) -> Open:
    canceled = {number: line for number, line in order.lines.items() if number in lines}
    return with_lines(
        order, {number: CanceledLine(line.values) for number, line in canceled.items() if isinstance(line, CreatedLine)}
    )
