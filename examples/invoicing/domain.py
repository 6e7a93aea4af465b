"""What of an order was documented: one invoice or credit note for every posting that is worth one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from libs.events.invoicing import CreditNoteIssued, InvoicedLine, InvoiceIssued
from libs.events.order import OrderPosted, PostedLine
from libs.kernel.decider import Decider, Rejected
from libs.kernel.money import total

Kind = Literal["invoice", "credit_note"]
PREFIX: dict[Kind, str] = {"invoice": "INV", "credit_note": "CN"}


@dataclass(frozen=True)
class IssueDocument:
    """Document a posting. `number` counts from 1 among the documents of this kind in the year of `issued_on`, which
    is a date in UTC; it stays 0 until it is drawn."""

    posting: OrderPosted
    kind: Kind
    issued_on: date
    number: int = 0


@dataclass(frozen=True)
class Documented:
    """An order as invoicing knows it: the ids of the postings that have their document."""

    postings: frozenset[str] = frozenset()


Command = IssueDocument
State = Documented
Fact = InvoiceIssued | CreditNoteIssued


def decide(command: Command, state: State) -> Sequence[Fact]:
    """The document of the posting, or nothing when it has one or is worth none."""
    kind = kind_of(command.posting)
    if command.posting.posting_id in state.postings or kind is None:
        return []  # heard twice, documented once
    if command.kind != kind:
        raise Rejected.value("kind_differs", f"Posting {command.posting.posting_number} is worth: {kind}.")
    if command.number < 1:
        raise Rejected.value("number_missing", "A document has a number, from 1.")
    return [_issued(InvoiceIssued if kind == "invoice" else CreditNoteIssued, command)]


def evolve(state: State, fact: Fact) -> State:
    """The state with one more posting documented."""
    return Documented(state.postings | {fact.posting_id})


documents: Decider[Command, State, Fact] = Decider(Documented(), decide, evolve)


def kind_of(posting: OrderPosted) -> Kind | None:
    """What the posting is worth: above zero an invoice, below it a credit note, at zero nothing. Source: contracts 1."""
    worth = total((line.amount for line in worth_lines(posting)), posting.currency).minor
    if worth == 0:
        return None
    return "invoice" if worth > 0 else "credit_note"


def worth_lines(posting: OrderPosted) -> list[InvoicedLine]:
    """The order lines that the posting makes worth something. Source: contracts 1.

    A line's amount is the sum of `sales` over its chargeable entries, so that a reversal and its replacement net out;
    the last of them describes it.
    """
    chargeable = [entry for entry in posting.lines if entry.chargeable]
    numbers = sorted({entry.line for entry in chargeable})
    lines = [_netted([entry for entry in chargeable if entry.line == number], posting.currency) for number in numbers]
    return [line for line in lines if line.amount.minor]


def _netted(entries: Sequence[PostedLine], currency: str) -> InvoicedLine:
    last = entries[-1]
    return InvoicedLine(
        line=last.line,
        description=last.description,
        amount=total((entry.sales for entry in entries), currency),
        tax_groups=last.tax_groups,
    )


def _issued(document: type[InvoiceIssued] | type[CreditNoteIssued], command: IssueDocument) -> Fact:
    """The document. A credit note says what is given back, so all its amounts are negated."""
    posting, lines = command.posting, worth_lines(command.posting)
    if document is CreditNoteIssued:
        lines = [line.model_copy(update={"amount": -line.amount}) for line in lines]
    return document(
        number=f"{PREFIX[command.kind]}-{command.issued_on.year}-{command.number:06d}",
        order_id=posting.order_id,
        order_number=posting.order_number,
        posting_id=posting.posting_id,
        posting_number=posting.posting_number,
        customer=posting.customer,
        project=posting.project,
        currency=posting.currency,
        issued_on=command.issued_on,
        lines=tuple(lines),
        total=total((line.amount for line in lines), posting.currency),
    )
