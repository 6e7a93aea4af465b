"""What invoicing shows: its documents, each a row with its lines."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, MetaData, Numeric, Select, Text, select
from sqlalchemy.dialects.postgresql import JSONB

from examples.invoicing.domain import Kind
from libs.events.invoicing import CreditNoteIssued, Document, InvoiceIssued
from libs.kernel.view import Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import known_at, versioned

TABLES = MetaData(schema="read")

documents = versioned(
    "document",
    TABLES,
    key=[Column("number", Text)],
    values=[
        Column("kind", Text, nullable=False),
        Column("order_number", Text, nullable=False),
        Column("posting_number", BigInteger, nullable=False),
        Column("customer", Text),
        Column("project", Text, nullable=False),
        Column("issued_on", Date, nullable=False),
        Column("total", Numeric, nullable=False),
        Column("currency", Text, nullable=False),
        Column("lines", JSONB, nullable=False),
    ],
)
"""One row a document, in the stream of its order; documents never change."""

Index("document_by_number", documents.c.number)
Index("document_by_customer", documents.c.customer, documents.c.number)


def _issued(kind: Kind, document: Document) -> Rows:
    row = {
        "kind": kind,
        "order_number": document.order_number,
        "posting_number": document.posting_number,
        "customer": document.customer,
        "project": document.project,
        "issued_on": document.issued_on,
        "total": document.total.decimal,
        "currency": document.currency,
        "lines": json.dumps([line.model_dump(mode="json") for line in document.lines]),
    }
    return {(document.number,): row}


def _invoice(_rows: Rows, fact: InvoiceIssued, _heard: Heard) -> Rows:
    return _issued("invoice", fact)


def _credit_note(_rows: Rows, fact: CreditNoteIssued, _heard: Heard) -> Rows:
    return _issued("credit_note", fact)


DOCUMENTS = View("document", "invoicing", {InvoiceIssued: _invoice, CreditNoteIssued: _credit_note})
VIEWS = (Projection(DOCUMENTS, documents),)


@dataclass(frozen=True)
class Wanted:
    """Which documents to show; None asks for any. `order` is the order's id; both days are included."""

    number: str | None = None
    order: str | None = None
    customer: str | None = None
    kind: Kind | None = None
    issued_from: date | None = None
    issued_to: date | None = None


def page_of(wanted: Wanted, after: str, limit: int) -> Select[Any]:
    """Up to `limit` documents in the order of their numbers, from the number after `after` on."""
    columns = documents.c
    asked = {
        columns.number: wanted.number,
        columns.stream_id: wanted.order,
        columns.customer: wanted.customer,
        columns.kind: wanted.kind,
    }
    page = _shown().where(*(column == value for column, value in asked.items() if value is not None))
    if wanted.issued_from is not None:
        page = page.where(columns.issued_on >= wanted.issued_from)
    if wanted.issued_to is not None:
        page = page.where(columns.issued_on <= wanted.issued_to)
    return page.where(columns.number > after).order_by(columns.number).limit(limit)


def numbered(number: str) -> Select[Any]:
    """The document of this number, if there is one."""
    return _shown().where(documents.c.number == number)


def _shown() -> Select[Any]:
    keys = [documents.c.number, documents.c.stream_id.label("order_id")]
    values = [documents.c[name] for name in documents.info["values"]]
    return select(*keys, *values).where(known_at(documents, None))
