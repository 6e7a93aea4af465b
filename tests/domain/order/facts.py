"""The facts in which orders are specified, with their values spelt out."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from libs.events import order as says
from libs.kernel.ids import natural_id
from libs.kernel.money import Money
from tests.domain.order.records import MARCH, ORDER

ALWAYS = ("move-to-next-stage", "move-to-previous-stage", "give-reason", "remove-reason")
REPORTS = ("report-travel", "report-arrival", "report-work")
OF_POSTED = ("adjust-posted-line", *REPORTS, *ALWAYS)
"""What an order allows whatever became of it, of workers also later, and once it is posted."""


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def created(**values: Any) -> says.OrderCreated:
    header: dict[str, Any] = {
        "number": "SO-000001",
        "origin": "manual",
        "project": "P-1",
        "project_type": "time_and_material",
        "customer": "C-1001",
        "currency": "EUR",
        "service_date": MARCH,
    }
    return says.OrderCreated(**header | values)


def priced(quantity: str, unit_cost: str, cost: str, unit_price: str, sales: str) -> dict[str, Any]:
    """The quantity, unit prices and amounts of a line, in the order in which one multiplies them."""
    return {
        "quantity": Decimal(quantity),
        "unit_cost": Decimal(unit_cost),
        "cost": eur(cost),
        "unit_price": Decimal(unit_price),
        "sales": eur(sales),
    }


HOURS: dict[str, Any] = {
    "type": "hour",
    "category": "LABOUR",
    "worker": "W-1",
    "chargeable": True,
    "tax_groups": ("VAT-P", "VAT-S"),
    **priced("3", "40.00", "120.00", "75.00", "225.00"),
}
WARRANTY_HOUR = HOURS | {
    "line_property": "WARRANTY",
    "chargeable": False,
    **priced("1", "40.00", "40.00", "75.00", "0.00"),
}
PUMPS: dict[str, Any] = {
    "type": "item",
    "item": "I-1",
    "unit": "pcs",
    "chargeable": True,
    "tax_groups": ("VAT-P", "VAT-I"),
    **priced("2", "15.25", "30.50", "22.50", "45.00"),
}
TRIP: dict[str, Any] = {
    "type": "expense",
    "category": "TRAVEL",
    "chargeable": True,
    "tax_groups": ("VAT-P", "VAT-S"),
    **priced("1", "618.00", "618.00", "648.90", "648.90"),
}
CALL: dict[str, Any] = {
    "type": "fee",
    "category": "CALL-OUT",
    "chargeable": True,
    "tax_groups": ("VAT-P",),
    **priced("1", "0.00", "0.00", "50.00", "50.00"),
}


def added(line: int, values: dict[str, Any] = HOURS, **others: Any) -> says.OrderLineAdded:
    return says.OrderLineAdded(line=line, **{"price_source": "search"} | values | others)


def revised(line: int, values: dict[str, Any] = HOURS, **others: Any) -> says.OrderLineRevised:
    return says.OrderLineRevised(line=line, **{"price_source": "search"} | values | others)


def overridden(line: int, unit_cost: str, cost: str, unit_price: str, sales: str) -> says.OrderLinePriceOverridden:
    prices = {"unit_cost": Decimal(unit_cost), "unit_price": Decimal(unit_price)}
    return says.OrderLinePriceOverridden(line=line, cost=eur(cost), sales=eur(sales), reason="agreed", **prices)


def canceled(line: int, reason: str | None = None) -> says.OrderLineCanceled:
    return says.OrderLineCanceled(line=line, reason=reason)


def signed(*lines: int) -> says.OrderSignedOff:
    return says.OrderSignedOff(lines=lines)


def failed(line: int, reason: str, sentence: str) -> says.OrderLinePostingFailed:
    return says.OrderLinePostingFailed(line=line, reason=reason, sentence=sentence)


def line_posted(line: int, values: dict[str, Any] = HOURS, *, posting: int = 1) -> says.OrderLinePosted:
    return says.OrderLinePosted(
        line=line,
        posting_id=natural_id("posting", ORDER, posting),
        posting_number=posting,
        transaction=natural_id("transaction", ORDER, line, posting),
        **values,
    )


def reversed_(line: int, values: dict[str, Any], *, posting: int, reverses: int) -> says.OrderLinePosted:
    """The transaction of `posting` that takes back the line's of posting `reverses`; values are given as negated."""
    return says.OrderLinePosted(
        line=line,
        posting_id=natural_id("posting", ORDER, posting),
        posting_number=posting,
        transaction=natural_id("transaction", ORDER, line, posting, "reversal"),
        reverses=says.PostedBefore(posting=reverses, line=line),
        **values,
    )


def order_posted(
    *facts: says.OrderLinePosted, final: bool, reason: str | None = None, **header: Any
) -> says.OrderPosted:
    """The posting of these lines."""
    names = says.PostedLine.model_fields
    lines = tuple(says.PostedLine(**{name: getattr(fact, name) for name in names}) for fact in facts)
    standing: dict[str, Any] = {"customer": "C-1001", "project": "P-1", "currency": "EUR", "service_date": MARCH}
    return says.OrderPosted(
        posting_id=facts[0].posting_id,
        posting_number=facts[0].posting_number,
        order_id=ORDER,
        order_number="SO-000001",
        final=final,
        reason=reason,
        lines=lines,
        **standing | header,
    )


def posting(*facts: says.OrderLinePosted, final: bool) -> Sequence[says.OrderFact]:
    """The facts of a whole posting."""
    return (*facts, order_posted(*facts, final=final))
