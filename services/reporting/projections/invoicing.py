"""What was invoiced of an order's lines, folded from what the invoicing system tells."""

from collections.abc import Mapping

from libs.events.invoicing import CreditNoteIssued, Document, InvoiceIssued
from libs.kernel.money import Money
from libs.kernel.view import Heard, Row, Rows, View


def _invoiced(rows: Rows, fact: InvoiceIssued, _: Heard) -> Rows:
    return {(line,): _with(rows.get((line,)), fact, amount) for line, amount in _amounts(fact).items()}


def _credited(rows: Rows, fact: CreditNoteIssued, _: Heard) -> Rows:
    return {(line,): _with(rows.get((line,)), fact, -amount) for line, amount in _amounts(fact).items()}


def _amounts(document: Document) -> Mapping[int, Money]:
    """What the document says of each line; entries for the same line are summed."""
    amounts: dict[int, Money] = {}
    for entry in document.lines:
        amounts[entry.line] = amounts.get(entry.line, Money.zero(document.currency)) + entry.amount
    return amounts


def _with(row: Row | None, document: Document, amount: Money) -> Row:
    """What the documents for a line come to with one more. Amounts in two currencies do not: ValueError, so that the
    stream is parked rather than added up wrongly."""
    if row is None:
        row = {"documents": "", "issued_on": document.issued_on, "currency": document.currency, "amount": "0"}
    before = Money.of(row["amount"], row["currency"])
    return {
        "documents": f"{row['documents']}\n{document.number}".lstrip("\n"),
        "issued_on": max(row["issued_on"], document.issued_on),
        "currency": document.currency,
        "amount": (before + amount).amount,
    }


invoiced_line = View("invoiced_line", "invoicing", {InvoiceIssued: _invoiced, CreditNoteIssued: _credited})
