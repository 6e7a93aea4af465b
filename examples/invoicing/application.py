"""What invoicing does about what it hears."""

from datetime import date

from examples.invoicing.domain import IssueDocument, Kind, kind_of
from libs.events.invoicing import CreditNoteIssued, InvoiceIssued
from libs.events.order import OrderPosted
from libs.kernel.policy import Ask, Policy
from libs.kernel.view import Heard


def when_order_posted(posted: OrderPosted, heard: Heard) -> Ask | None:
    """A posting that is worth something asks for its document, dated the day of the posting (UTC).

    Its number is drawn from the counter of kind and year, in the transaction that stores the document.
    """
    kind = kind_of(posted)
    if kind is None:
        return None
    issued_on = heard.occurred_at.date()
    return Ask(posted.order_id, IssueDocument(posted, kind, issued_on), counter=_counter(kind, issued_on))


def number_taken(issued: InvoiceIssued | CreditNoteIssued) -> tuple[str, int]:
    """The counter that a document's number was drawn from, and the number."""
    kind: Kind = "invoice" if isinstance(issued, InvoiceIssued) else "credit_note"
    return _counter(kind, issued.issued_on), int(issued.number.rpartition("-")[2])


def _counter(kind: Kind, issued_on: date) -> str:
    return f"{kind}-{issued_on.year}"


POLICIES = (Policy(publisher="order", when={OrderPosted: when_order_posted}),)
