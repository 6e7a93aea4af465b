"""Invoices and credit notes of subscription fees, and the ledger, folded from what subscription billing tells."""

from libs.events import subscription_billing_invoices as told
from libs.events.subscription_billing_accruals import VoucherPosted
from libs.kernel.money import Money, total
from libs.kernel.view import Heard, Key, Row, Rows, View

DOCUMENT: Key = ()
"""The one row of a document's stream in the view of documents."""

_KINDS = {told.InvoicePosted: "invoice", told.CreditNotePosted: "credit_note"}


def _document(_: Rows, fact: told.PostedDocument, heard: Heard) -> Rows:
    same = ("number", "issuer", "customer", "contract", "currency", "accounting_currency", "issued_on")
    worth = total((line.accounting_net for line in fact.lines), fact.accounting_currency)
    return {
        DOCUMENT: {name: getattr(fact, name) for name in same}
        | {
            "kind": _KINDS[type(fact)],
            "net": fact.net.amount,
            "tax": fact.tax.amount,
            "total": fact.total.amount,
            "rate": f"{fact.rate:f}",
            "accounting_net": worth.amount,
            "occurred_at": heard.occurred_at,
        }
    }


billing_document = View(
    "billing_document", "subscription_billing", {told.InvoicePosted: _document, told.CreditNotePosted: _document}
)


def _lines(_: Rows, fact: told.PostedDocument, heard: Heard) -> Rows:
    """What a line and its document say together, so that nothing has to be joined to be added up."""
    head = {name: getattr(fact, name) for name in ("customer", "currency", "accounting_currency", "issued_on")}
    return {(line.line,): {**head, **_line(line), "occurred_at": heard.occurred_at} for line in fact.lines}


def _line(line: told.DocumentLine) -> Row:
    same = (
        *("fee", "share", "kind", "subscription", "subscription_number", "project", "contract", "category"),
        *("agreement", "schedule"),
    )
    reverses = line.reverses
    return {name: getattr(line, name) for name in same} | {
        "subscription_group": line.group,
        "first_day": line.days.first,
        "last_day": line.days.last,
        "net": line.net.amount,
        "gross": line.gross.amount,
        "accounting_net": line.accounting_net.amount,
        "reversed_document": reverses and reverses.document,
        "reversed_line": reverses and reverses.line,
    }


billing_line = View("billing_line", "subscription_billing", {told.InvoicePosted: _lines, told.CreditNotePosted: _lines})


def _posted(_: Rows, fact: VoucherPosted, heard: Heard) -> Rows:
    """Entries are numbered from 1, as the voucher lists them. Two currencies, or a voucher that does not balance, are a
    ValueError: the stream is parked rather than added up wrongly. Source: INV-10, INV-11."""
    if total((entry.amount for entry in fact.entries), fact.currency) != Money.zero(fact.currency):
        raise ValueError("the voucher does not balance")
    same = ("posting_type", "account", "project", "category", "customer", "subscription")
    return {
        (number,): {name: getattr(entry, name) for name in same}
        | {
            "source": fact.source,
            "belongs_to": fact.belongs_to,
            "posted_on": fact.on,
            "amount": entry.amount.amount,
            "currency": fact.currency,
            "occurred_at": heard.occurred_at,
        }
        for number, entry in enumerate(fact.entries, 1)
    }


ledger_entry = View("ledger_entry", "subscription_billing", {VoucherPosted: _posted})
