"""What downstream invoicing tells back. Any system may publish these; `examples/invoicing` is one that does."""

from pydantic import BaseModel, ConfigDict

from libs.events.fact import Fact
from libs.events.types import Amount, Count, CurrencyCode, Day, Id, Key, Name, PersonalNote


class InvoicingFact(Fact, publisher="invoicing"):
    """A fact of the invoicing system; its stream is the order that was invoiced."""


class InvoicedLine(BaseModel):
    """What a document says of one line of an order: the amounts of the posting's entries for it, summed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    line: Count
    description: PersonalNote | None = None
    amount: Amount
    tax_groups: tuple[Key, ...] = ()


class Document(InvoicingFact):
    """What an invoice and a credit note have in common. `number` is gapless per issuer and year."""

    number: Name
    order_id: Id
    order_number: Name
    posting_id: Id
    posting_number: Count
    customer: Key | None = None
    project: Key
    currency: CurrencyCode
    issued_on: Day
    lines: tuple[InvoicedLine, ...]
    total: Amount


class InvoiceIssued(Document):
    """An invoice: the total is above zero. A line may be below zero."""


class CreditNoteIssued(Document):
    """A credit note: amounts are what is given back; the total is above zero. A line may be below zero."""


FACTS: tuple[type[Fact], ...] = (InvoiceIssued, CreditNoteIssued)
