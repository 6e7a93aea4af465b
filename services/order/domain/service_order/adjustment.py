"""A posted line is corrected by a further posting: its reversal and its replacement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from libs.events import order as says
from libs.kernel.decider import Rejected
from services.order.domain.service_order import guards
from services.order.domain.service_order.guards import Refusal, insist
from services.order.domain.service_order.posting import Posting
from services.order.domain.service_order.prices import counted
from services.order.domain.service_order.state import UNSET, LineValues, Open, Posted, Unset
from services.order.domain.service_order.surroundings import Surroundings


@dataclass(frozen=True, kw_only=True)
class AdjustPostedLine:
    """Correct a Posted line; what is not given stays. A quantity of zero takes the line back altogether.

    Source: PST-11, POS-10.
    """

    order_id: str
    line: int
    reason: str
    quantity: Decimal | None = None
    unit_cost: Decimal | None = None
    unit_price: Decimal | None = None
    chargeable: bool | None = None
    description: str | Unset | None = UNSET


def adjust_posted_line(command: AdjustPostedLine, order: Open | Posted, _: Surroundings) -> Sequence[says.OrderFact]:
    """Each adjustment takes back the transaction that lives. Source: contracts 1, PST-11."""
    line, currency = guards.posted(order, command.line), order.header.currency
    insist(
        _not_negative(command.quantity),
        guards.fee_has_no_cost(line.values.type, command.unit_cost),
        guards.unit_price_stands("unit_cost", command.unit_cost, currency),
        guards.unit_price_stands("unit_price", command.unit_price, currency),
    )
    values = counted(_changed(line.values, command), order.header)
    insist(guards.something_changes(line.values, values))
    posting = Posting(command.order_id, order.postings + 1)
    facts = [posting.reversal(command.line, line), posting.line(command.line, values)]
    return [*facts, posting.summary(order, facts, command.reason)]


_ADJUSTABLE = ("quantity", "unit_cost", "unit_price", "chargeable")


def _changed(values: LineValues, command: AdjustPostedLine) -> LineValues:
    given = {name: getattr(command, name) for name in _ADJUSTABLE if getattr(command, name) is not None}
    if command.description is not UNSET:
        given["description"] = command.description
    return replace(values, **given)


def _not_negative(quantity: Decimal | None) -> Refusal:
    if quantity is None or quantity >= 0:
        return None
    return Rejected.value("invalid_number", "a quantity is at least zero", field="/quantity")
