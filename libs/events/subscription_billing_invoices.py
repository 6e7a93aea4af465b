"""What can have happened to invoice proposals, invoices and credit notes of subscription fees."""

from typing import Literal

from libs.events.fact import Fact
from libs.events.periods import Days
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.events.subscription_billing_fees import FeeKind, Part, SkipCount, TaxOfLine
from libs.events.types import Amount, Count, CurrencyCode, Day, Flag, Id, Key, Note, Number, PersonalNote

InvoicingMethod = Literal["invoices", "credit_notes", "both"]
GroupedBy = Literal["contract", "subscription"]
"""`contract`: one proposal per contract (or project without one), funding source and currency; `subscription`: one for
each subscription. Source: INV-04."""


class ProposalRunRequested(SubscriptionBillingFact):
    """Proposals were asked for: for every fee that fits all filters named. Source: INV-02, INV-04.

    `project_dates` are those of the fees, both ends included.
    """

    number: Key
    method: InvoicingMethod
    invoice_date: Day
    grouped_by: GroupedBy = "contract"
    project_dates: Days | None = None
    project: Key | None = None
    contract: Key | None = None
    customer: Key | None = None
    group: Key | None = None
    subscription: Id | None = None
    kinds: tuple[FeeKind, ...] = ()


class ProposalRunAdvanced(SubscriptionBillingFact):
    """The run has done with every share of a fee up to and including `through`, in the order of its proposals.

    It stands in one append with the proposal that it made, if there was something to make it of; a run that is ended in
    the middle goes on behind it.
    """

    through: Note
    proposal: Id | None = None
    lines: Count
    skipped: tuple[SkipCount, ...] = ()


class ProposalRunCompleted(SubscriptionBillingFact):
    """The run is over: how many proposals and lines it made, what it left out and why."""

    proposals: Count
    lines: Count
    skipped: tuple[SkipCount, ...] = ()


class ProposalCreated(SubscriptionBillingFact):
    """A document to be, open for changes. Source: INV-01, INV-03, INV-04.

    `customer` is the funding source that pays. With `workflow` only an approved proposal is posted (INV-07).
    """

    number: Key
    run: Id | None = None
    method: InvoicingMethod
    grouped_by: GroupedBy
    contract: Key | None = None
    project: Key | None = None
    subscription: Id | None = None
    customer: Key | None = None
    currency: CurrencyCode
    invoice_date: Day
    workflow: Flag


class PostedLine(Part):
    """A line of a document posted before, whose amounts are given back."""

    document: Id
    number: Key
    line: Count


class LineContent(Part):
    """A share of a fee as a proposal or a document names it, with what it belongs to."""

    line: Count
    fee: Id
    share: Count
    kind: FeeKind
    subscription: Id
    subscription_number: Key
    group: Key
    project: Key
    contract: Key | None = None
    category: Key
    agreement: Id | None = None
    days: Days
    removed: tuple[Days, ...] = ()
    project_date: Day
    adjusts: Id | None = None
    reverses: PostedLine | None = None
    description: PersonalNote | None = None


class ProposedLine(LineContent):
    """A line of a proposal. `amount` is the fee's share, or what it was repriced to; of a credit line the net that was
    invoiced, negated, and `taxes` repeats its tax (5.8)."""

    amount: Amount
    tax_group: Key | None = None
    item_tax_group: Key | None = None
    taxes: tuple[TaxOfLine, ...] = ()


class ProposalLineAdded(SubscriptionBillingFact):
    """A share of a fee stands on the proposal. Source: INV-06."""

    content: ProposedLine


class ProposalLineRemoved(SubscriptionBillingFact):
    """The share is chargeable, or invoiced, as before. Source: INV-06."""

    line: Count


class ProposalLineRepriced(SubscriptionBillingFact):
    """The line is invoiced at another amount; never a credit line. Source: INV-06 (R3)."""

    line: Count
    before: Amount
    amount: Amount
    reason: PersonalNote | None = None


class ProposalSubmitted(SubscriptionBillingFact):
    """Somebody is asked to approve it. Source: INV-07."""


class ProposalApproved(SubscriptionBillingFact):
    """It may be posted. Source: INV-07."""


class ProposalRejected(SubscriptionBillingFact):
    """It is open for changes again. Source: INV-07."""

    reason: PersonalNote | None = None


class ProposalCanceled(SubscriptionBillingFact):
    """It will not be posted; its lines are as before. Source: INV-07."""

    reason: PersonalNote | None = None


class ProposalInvoiced(SubscriptionBillingFact):
    """It was posted as this document: posting it again answers the same. Source: INV-14."""

    document: Id
    number: Key
    issued_on: Day


class DocumentLine(LineContent):
    """A posted line: net and taxes, and what net is worth in the accounting currency at the document's rate.

    `schedule` is there where the net is earned over time.
    """

    net: Amount
    taxes: tuple[TaxOfLine, ...] = ()
    gross: Amount
    accounting_net: Amount
    schedule: Id | None = None


class TaxTotal(Part):
    """A tax of the whole document."""

    code: Key
    percentage: Number
    net: Amount
    tax: Amount


class PostedDocument(SubscriptionBillingFact):
    """What an invoice and a credit note have in common. Source: INV-08 to INV-12, ACC-12.

    `number` is gapless per issuer and year of `issued_on`. Amounts are what the document adds to the customer's account:
    below zero where something is given back. `rate` is units of the accounting currency for one of `currency`; a line that
    `reverses` another is worth what that was worth.
    """

    number: Key
    proposal: Id
    issuer: Key
    customer: Key | None = None
    contract: Key | None = None
    currency: CurrencyCode
    issued_on: Day
    lines: tuple[DocumentLine, ...]
    taxes: tuple[TaxTotal, ...] = ()
    net: Amount
    tax: Amount
    total: Amount
    accounting_currency: CurrencyCode
    rate: Number
    vouchers: tuple[Id, ...]


class InvoicePosted(PostedDocument):
    """An invoice: the total is zero or above; a line may be below. Source: INV-01."""


class Credit(Part):
    """What a credit note gives back of a document posted before."""

    document: Id
    number: Key
    line: Count
    fee: Id
    share: Count
    net: Amount
    gross: Amount


class CreditNotePosted(PostedDocument):
    """A credit note: the total is below zero, or zero where nothing but credits was asked for. Source: CRN-01, CRN-02, 5.8.

    `credits` are the lines that take a posted line back whole; adjustments of invoiced fees stand in `lines` only.
    """

    credits: tuple[Credit, ...] = ()


FACTS: tuple[type[Fact], ...] = (
    ProposalRunRequested,
    ProposalRunAdvanced,
    ProposalRunCompleted,
    ProposalCreated,
    ProposalLineAdded,
    ProposalLineRemoved,
    ProposalLineRepriced,
    ProposalSubmitted,
    ProposalApproved,
    ProposalRejected,
    ProposalCanceled,
    ProposalInvoiced,
    InvoicePosted,
    CreditNotePosted,
)
