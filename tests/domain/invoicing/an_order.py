"""Postings of one order and the documents of them, in the words of the specifications."""

from datetime import date
from decimal import Decimal
from typing import Any

from examples.invoicing.domain import documents
from libs.events.invoicing import CreditNoteIssued, InvoicedLine, InvoiceIssued
from libs.events.order import OrderPosted, PostedBefore, PostedLine
from libs.kernel.ids import natural_id
from libs.kernel.money import Money
from tests.support.spec import specification

ORDER = natural_id("order", "SO-000123")
THE_VISIT = date(2026, 3, 10)
THE_DAY = date(2026, 3, 12)


invoicing = specification(documents)


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def entry(line: int, sales: str, *, chargeable: bool = True, says: str = "Labour", taxed: str = "high") -> PostedLine:
    return PostedLine(
        line=line,
        type="hour",
        category="LABOUR",
        description=says,
        quantity=Decimal(1),
        unit_cost=Decimal(30),
        cost=euros("30.00"),
        unit_price=Decimal(sales),
        sales=euros(sales),
        chargeable=chargeable,
        tax_groups=(taxed,),
    )


def reversal(of: PostedLine, posting: int = 1) -> PostedLine:
    changes = {"quantity": -of.quantity, "cost": -of.cost, "sales": -of.sales}
    return of.model_copy(update={**changes, "reverses": PostedBefore(posting=posting, line=of.line)})


def posting(number: int, *lines: PostedLine) -> OrderPosted:
    return OrderPosted(
        posting_id=natural_id("posting", ORDER, number),
        posting_number=number,
        order_id=ORDER,
        order_number="SO-000123",
        customer="C-1001",
        project="P-77",
        currency="EUR",
        service_date=THE_VISIT,
        final=False,
        lines=lines,
    )


def invoice(number: str, of: OrderPosted, *lines: InvoicedLine, total: str) -> InvoiceIssued:
    return InvoiceIssued(number=number, lines=lines, total=euros(total), **_about(of))


def credit_note(number: str, of: OrderPosted, *lines: InvoicedLine, total: str) -> CreditNoteIssued:
    return CreditNoteIssued(number=number, lines=lines, total=euros(total), **_about(of))


def billed(line: int, amount: str, *, says: str = "Labour", taxed: str = "high") -> InvoicedLine:
    return InvoicedLine(line=line, description=says, amount=euros(amount), tax_groups=(taxed,))


def _about(of: OrderPosted) -> dict[str, Any]:
    return {
        "order_id": ORDER,
        "order_number": "SO-000123",
        "posting_id": of.posting_id,
        "posting_number": of.posting_number,
        "customer": "C-1001",
        "project": "P-77",
        "currency": "EUR",
        "issued_on": THE_DAY,
    }
