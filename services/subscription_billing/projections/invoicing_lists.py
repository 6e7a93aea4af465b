"""The lists of proposals, of posted documents and of runs, from the service's own log."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Date, Index, Integer, Numeric, Text

from libs.events import subscription_billing_accruals as earns
from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_invoices as says
from libs.kernel.view import Fold, Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned
from services.subscription_billing.projections.copies import TABLES

PUBLISHER = "subscription_billing"

proposal_list = versioned(
    "proposal_list",
    TABLES,
    values=[
        Column("number", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("method", Text, nullable=False),
        Column("customer", Text),
        Column("contract", Text),
        Column("project", Text),
        Column("currency", Text, nullable=False),
        Column("invoice_date", Date, nullable=False),
        Column("lines", Integer, nullable=False),
        Column("run", Text),
        Column("document", Text),
    ],
)
Index("proposal_list_by_number", proposal_list.c.number)

document_list = versioned(
    "document_list",
    TABLES,
    values=[
        Column("number", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("customer", Text),
        Column("contract", Text),
        Column("currency", Text, nullable=False),
        Column("issued_on", Date, nullable=False),
        Column("net", Numeric, nullable=False),
        Column("tax", Numeric, nullable=False),
        Column("total", Numeric, nullable=False),
        Column("proposal", Text, nullable=False),
    ],
)
"""`kind` is invoice or credit_note."""
Index("document_list_by_number", document_list.c.number)
Index("document_list_by_customer", document_list.c.customer)

run_list = versioned(
    "run_list",
    TABLES,
    values=[
        Column("kind", Text, nullable=False),
        Column("number", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("looked_at", Integer, nullable=False),
        Column("made", Integer, nullable=False),
    ],
)
"""`kind` is fee_run, proposal_run or accrual_run, `state` running or completed; `looked_at` and `made` count what each is
about: subscriptions and fees, proposals and lines, schedules and lines earned."""
Index("run_list_by_state", run_list.c.state)

_HEADER = ("number", "method", "customer", "contract", "project", "currency", "invoice_date", "run")


def _begun(_: Rows, fact: says.ProposalCreated, __: Heard) -> Rows:
    told = {name: getattr(fact, name) for name in _HEADER}
    return {(): {**told, "state": "open", "lines": 0, "document": None}}


def _more(by: int) -> Fold:
    def changed(rows: Rows, _: object, __: Heard) -> Rows:
        return _with(rows, lines=rows[()]["lines"] + by)

    return changed


def _in_state(state: str) -> Fold:
    def changed(rows: Rows, _: object, __: Heard) -> Rows:
        return _with(rows, state=state)

    return changed


def _became(rows: Rows, fact: says.ProposalInvoiced, _: Heard) -> Rows:
    return _with(rows, state="invoiced", document=fact.document)


def _with(rows: Rows, **values: object) -> Rows:
    return {(): {**rows[()], **values}}


proposals = Projection(
    View(
        "proposal_list",
        PUBLISHER,
        {
            says.ProposalCreated: _begun,
            says.ProposalLineAdded: _more(1),
            says.ProposalLineRemoved: _more(-1),
            says.ProposalSubmitted: _in_state("submitted"),
            says.ProposalApproved: _in_state("approved"),
            says.ProposalRejected: _in_state("rejected"),
            says.ProposalCanceled: _in_state("canceled"),
            says.ProposalInvoiced: _became,
        },
    ),
    proposal_list,
)


def _posted(kind: str) -> Fold:
    def changed(_: Rows, fact: says.PostedDocument, __: Heard) -> Rows:
        names = ("number", "customer", "contract", "currency", "issued_on", "proposal")
        told: Mapping[str, Any] = {name: getattr(fact, name) for name in names}
        amounts = {"net": fact.net.amount, "tax": fact.tax.amount, "total": fact.total.amount}
        return {(): {"kind": kind, **told, **amounts}}

    return changed


documents = Projection(
    View(
        "document_list",
        PUBLISHER,
        {says.InvoicePosted: _posted("invoice"), says.CreditNotePosted: _posted("credit_note")},
    ),
    document_list,
)

Requested = fees.FeeRunRequested | says.ProposalRunRequested | earns.AccrualRunRequested


def _requested(kind: str) -> Fold:
    def changed(_: Rows, fact: Requested, __: Heard) -> Rows:
        return {(): {"kind": kind, "number": fact.number, "state": "running", "looked_at": 0, "made": 0}}

    return changed


def _ran(rows: Rows, looked_at: int, made: int) -> Rows:
    row = rows[()]
    return _with(rows, looked_at=row["looked_at"] + looked_at, made=row["made"] + made)


def _fees_made(rows: Rows, fact: fees.FeeRunAdvanced, _: Heard) -> Rows:
    return _ran(rows, fact.subscriptions, fact.created)


def _proposals_made(rows: Rows, fact: says.ProposalRunAdvanced, _: Heard) -> Rows:
    return _ran(rows, int(fact.proposal is not None), fact.lines)


def _accruals_made(rows: Rows, fact: earns.AccrualRunAdvanced, _: Heard) -> Rows:
    return _ran(rows, fact.schedules, fact.posted)


runs = Projection(
    View(
        "run_list",
        PUBLISHER,
        {
            fees.FeeRunRequested: _requested("fee_run"),
            fees.FeeRunAdvanced: _fees_made,
            fees.FeeRunCompleted: _in_state("completed"),
            says.ProposalRunRequested: _requested("proposal_run"),
            says.ProposalRunAdvanced: _proposals_made,
            says.ProposalRunCompleted: _in_state("completed"),
            earns.AccrualRunRequested: _requested("accrual_run"),
            earns.AccrualRunAdvanced: _accruals_made,
            earns.AccrualRunCompleted: _in_state("completed"),
        },
    ),
    run_list,
)
