"""What was told of one order, fact by fact: the worked example of the margin report, and what may befall it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from libs.events.fact import Fact
from libs.events.invoicing import CreditNoteIssued, InvoicedLine, InvoiceIssued
from libs.events.order import (
    LineValues,
    OrderCanceled,
    OrderCreated,
    OrderLineAdded,
    OrderLineCanceled,
    OrderLinePosted,
    OrderLinePostingFailed,
    OrderLinePriceOverridden,
    OrderLineRevised,
    OrderRevised,
    PostedBefore,
)
from libs.kernel.ids import natural_id
from libs.kernel.money import Money
from libs.kernel.view import Heard, Key, Row, View

ORDER = natural_id("order", "SO-000123")
AGREEMENT = natural_id("agreement", "AG-000008")
THE_VISIT = date(2026, 3, 10)
THE_DAY = date(2026, 3, 12)
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)

Figures = tuple[str, str, str, str, str]
"""quantity, unit_cost, cost, unit_price, sales"""

HOUR, WARRANTY, ITEM, EXPENSE, FEE = 1, 2, 3, 4, 5


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def created(number: str = "SO-000123", **other: Any) -> OrderCreated:
    about: dict[str, Any] = {"agreement": AGREEMENT, "project": "P-77", "customer": "C-1001", "currency": "EUR"}
    return OrderCreated(number=number, origin="manual", **{"service_date": THE_VISIT, **about, **other})


def revised(service_date: date = THE_VISIT, description: str = "Come to the back door") -> OrderRevised:
    return OrderRevised(service_date=service_date, description=description)


def values(line: int, figures: Figures, **other: Any) -> dict[str, Any]:
    quantity, unit_cost, cost, unit_price, sales = figures
    return {
        "line": line,
        "type": "hour",
        "category": "LABOUR",
        "worker": "W-1",
        "quantity": Decimal(quantity),
        "unit_cost": Decimal(unit_cost),
        "cost": euros(cost),
        "unit_price": Decimal(unit_price),
        "sales": euros(sales),
        "chargeable": True,
        "tax_groups": ("high", "local"),
        **other,
    }


def added(line: int, figures: Figures, **other: Any) -> OrderLineAdded:
    return OrderLineAdded(price_source="search", **values(line, figures, **other))


def revised_line(line: int, figures: Figures, **other: Any) -> OrderLineRevised:
    return OrderLineRevised(price_source="search", **values(line, figures, **other))


def overridden(line: int, figures: Figures) -> OrderLinePriceOverridden:
    _, unit_cost, cost, unit_price, sales = figures
    return OrderLinePriceOverridden(
        line=line,
        unit_cost=Decimal(unit_cost),
        cost=euros(cost),
        unit_price=Decimal(unit_price),
        sales=euros(sales),
        reason="agreed on the phone",
    )


def canceled_line(line: int) -> OrderLineCanceled:
    return OrderLineCanceled(line=line)


def canceled(*lines: int) -> OrderCanceled:
    return OrderCanceled(lines=lines)


def failed(line: int) -> OrderLinePostingFailed:
    return OrderLinePostingFailed(line=line, reason="period_closed", sentence="March is closed.")


def posted(line: LineValues, number: int = 1, order: str = ORDER) -> OrderLinePosted:
    """The line as it stands, posted."""
    return OrderLinePosted(**_shared(line), **_posting(order, line.line, number, "live"))


def reversal(of: OrderLinePosted, number: int, order: str = ORDER) -> OrderLinePosted:
    """What an adjustment posts to take a transaction back."""
    negated = {"quantity": -of.quantity, "cost": -of.cost, "sales": -of.sales}
    named = PostedBefore(posting=of.posting_number, line=of.line)
    return OrderLinePosted(**{**_shared(of), **negated}, **_posting(order, of.line, number, "reversal"), reverses=named)


def _shared(line: LineValues) -> dict[str, Any]:
    return {name: getattr(line, name) for name in LineValues.model_fields}


def _posting(order: str, line: int, number: int, part: str) -> dict[str, Any]:
    return {
        "posting_id": natural_id("posting", order, number),
        "posting_number": number,
        "transaction": natural_id("transaction", order, line, number, part),
    }


def document(
    kind: type[InvoiceIssued] | type[CreditNoteIssued],
    number: str,
    amounts: Iterable[tuple[int, str]],
    *,
    posting: int = 1,
    order: str = ORDER,
    on: date = THE_DAY,
) -> InvoiceIssued | CreditNoteIssued:
    """A document over lines and amounts; its total is not looked at by any view."""
    return kind(
        number=number,
        order_id=order,
        order_number="SO-000123",
        posting_id=natural_id("posting", order, posting),
        posting_number=posting,
        customer="C-1001",
        project="P-77",
        currency="EUR",
        issued_on=on,
        lines=tuple(InvoicedLine(line=line, amount=euros(amount)) for line, amount in amounts),
        total=euros("1.00"),
    )


def invoice(number: str, *amounts: tuple[int, str], **other: Any) -> Fact:
    return document(InvoiceIssued, number, amounts, **other)


def credit_note(number: str, *amounts: tuple[int, str], **other: Any) -> Fact:
    return document(CreditNoteIssued, number, amounts, **other)


# MAR-11: 808.50 / 968.90 / 160.40 / 16.55
THE_HOURS = added(HOUR, ("3", "40.00", "120.00", "75.00", "225.00"))
THE_WARRANTY = added(WARRANTY, ("1", "40.00", "40.00", "75.00", "0.00"), chargeable=False, line_property="warranty")
THE_ITEM = added(ITEM, ("2", "15.25", "30.50", "22.50", "45.00"), type="item", category=None, worker=None, item="I-9")
THE_EXPENSE = added(EXPENSE, ("1", "618.00", "618.00", "648.90", "648.90"), type="expense", category="TRAVEL")
THE_FEE = added(FEE, ("1", "0", "0.00", "50.00", "50.00"), type="fee", category="CALL-OUT", worker=None)
LINES = (THE_HOURS, THE_WARRANTY, THE_ITEM, THE_EXPENSE, THE_FEE)


def folded(view: View, facts: Iterable[Fact], at: datetime = NOON) -> Mapping[Key, Row]:
    """The rows that a stream's facts give."""
    rows: dict[Key, Row] = {}
    for sequence, fact in enumerate(facts, 1):
        rows |= view.fold(rows, fact, Heard(ORDER, sequence, at, at))
    return rows


def figures_of(row: Row, measure: str) -> tuple[Any, ...]:
    """The five figures of one measure, as Figures has them."""
    return tuple(row[f"{measure}_{name}"] for name in ("quantity", "unit_cost", "cost", "unit_price", "sales"))
