"""Proposals, documents and schedules as the tests of billing know them."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from libs.events import subscription_billing_accruals as earns
from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_invoices as says
from libs.events.reference_money import PostingType
from libs.kernel.money import Money
from libs.rules.billing import PeriodCalendar, PeriodCode, Span
from services.subscription_billing.domain.invoicing.posting import Posting
from services.subscription_billing.domain.invoicing.proposal import Proposal, proposal
from services.subscription_billing.domain.invoicing.terms import Earning, LineTerms, Terms, priced
from tests.domain.subscription_billing.billed import CUSTOMER, FEE, MARCH, PROPOSAL, SUB, YEARS, days, eur

ACCOUNTS: Mapping[PostingType, str] = {
    "customer": "400000",
    "invoiced_revenue": "700000",
    "tax": "451000",
    "accrued_revenue_subscription": "701000",
    "wip_subscription": "490000",
}
ISSUED = date(2026, 3, 5)
VAT = (("VAT21", Decimal(21)),)
PLAIN, TAXED = LineTerms(ACCOUNTS), LineTerms(ACCOUNTS, VAT)
QUARTER = days("2026-10-01", "2026-12-31")
SEPTEMBER = date(2026, 9, 8)


def begun(method: str = "invoices", workflow: bool = False, **values: Any) -> says.ProposalCreated:
    """A proposal for the contract's only customer."""
    given: dict[str, Any] = {
        "number": "IP-000001",
        "method": method,
        "grouped_by": "contract",
        "contract": "CT-9",
        "customer": CUSTOMER,
        "currency": "EUR",
        "invoice_date": ISSUED,
        "workflow": workflow,
    }
    return says.ProposalCreated(**given | values)


def line(number: int = 0, amount: str = "310.00", span: Span = MARCH, **values: Any) -> says.ProposedLine:
    """A charged month."""
    given: dict[str, Any] = {
        "line": number,
        "fee": FEE,
        "share": 1,
        "kind": "regular",
        "subscription": SUB,
        "subscription_number": "SUB-1",
        "group": "MAINT",
        "project": "P-77",
        "contract": "CT-9",
        "category": "SUBFEE",
        "days": span,
        "project_date": span.first,
        "amount": eur(amount),
        "tax_group": "DOMESTIC",
        "item_tax_group": "SERVICE",
    }
    return says.ProposedLine(**given | values)


def credit(number: int, invoiced: fees.FeeInvoiced, **values: Any) -> says.ProposedLine:
    """The line that takes an invoiced one back."""
    taxes = tuple(tax.model_copy(update={"tax": -tax.tax}) for tax in invoiced.taxes)
    reverses = says.PostedLine(document=invoiced.document, number=invoiced.number, line=invoiced.line)
    given: dict[str, Any] = {"amount": (-invoiced.net).amount, "taxes": taxes, "reverses": reverses}
    return line(number, **given | values)


def added(content: says.ProposedLine) -> says.ProposalLineAdded:
    return says.ProposalLineAdded(content=content)


def standing(*facts: Any) -> Proposal:
    """The proposal that this history comes to."""
    state = proposal.fold(facts)
    assert isinstance(state, Proposal)
    return state


def earning(code: PeriodCode | None = None, **values: Any) -> Earning:
    """By months, in equal parts, the odd cent with the last."""
    return Earning("MONTH", PeriodCalendar.generated(code or PeriodCode("month"), YEARS), **values)


def terms(lines: Mapping[int, LineTerms], issued_on: date = ISSUED, rate: str = "1", **values: Any) -> Terms:
    """What a document is posted by, in a company that keeps its books in euros."""
    given = {"accounting_currency": "EUR"} | values
    return Terms("main", issued_on, rate=Decimal(rate), lines=lines, **given)


def posting(state: Proposal, by: Terms, number: str = "INV-2026-000001") -> Posting:
    """The proposal with its number."""
    return Posting(PROPOSAL, state, by, priced(state, by), number)


def balances(*postings: earns.VoucherPosted) -> dict[str, str]:
    """What stands on each account, by posting type: debits above zero."""
    found = Counter[str]()
    for voucher in postings:
        for entry in voucher.entries:
            found[entry.posting_type] += entry.amount.minor
    return {kind: Money(minor, postings[0].currency).amount for kind, minor in found.items()}


def vouchers(one: Posting) -> list[earns.VoucherPosted]:
    """What the posting posts to the ledger."""
    return [voucher for _, voucher in one.vouchers()]
