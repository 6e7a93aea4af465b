"""How far an order has come, and what its lines come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from libs.kernel.money import Money, total
from services.order.domain.service_order.state import (
    Canceled,
    CreatedLine,
    Existing,
    Line,
    Open,
    Posted,
    PostedLine,
    in_state,
)

Progress = Literal["in_process", "posted", "canceled"]


def progress_of(lines: Iterable[Line]) -> Progress:
    """How far lines have come. Source: LIF-01, zero lines: [?20]."""
    kinds = {type(line) for line in lines}
    if CreatedLine in kinds or not kinds:
        return "in_process"
    return "posted" if PostedLine in kinds else "canceled"


def progress(order: Existing) -> Progress:
    """How far the order has come: read from its lines, never set. Source: LIF-01."""
    return "canceled" if isinstance(order, Canceled) else progress_of(order.lines.values())


def settled(order: Open | Posted) -> Open | Posted:
    """The order is Posted once its lines say so. Source: LIF-01, POS-05."""
    return in_state(Posted, order) if progress(order) == "posted" else order


@dataclass(frozen=True)
class Totals:
    """Sums of amounts that were rounded line by line. Source: MAR-02."""

    cost: Money
    sales: Money

    @property
    def margin(self) -> Money:
        """What is left of sales after cost."""
        return self.sales - self.cost


def totals(order: Existing, *kinds: type[CreatedLine] | type[PostedLine]) -> Totals:
    """What the lines of these kinds come to; without a kind all that are not canceled. Source: MAR-03."""
    counted = [line.values for line in order.lines.values() if isinstance(line, kinds or (CreatedLine, PostedLine))]
    currency = order.header.currency
    return Totals(total((each.cost for each in counted), currency), total((each.sales for each in counted), currency))
