"""What a document is posted by: taxes, accounts, rate, and how what it invoices is earned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from libs.events import subscription_billing_accruals as earns
from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_invoices as says
from libs.events.reference_money import PostingType
from libs.kernel.money import total
from libs.rules.billing import PeriodCalendar, TaxedLine, converted, taxed
from services.subscription_billing.domain.invoicing.proposal import Proposal, is_credit


@dataclass(frozen=True)
class Earning:
    """How a line's net is earned over time: by the periods of the accrual code. Source: ACC-02 to ACC-04."""

    code: str
    calendar: PeriodCalendar
    basis: earns.AccrualBasis = "equal"
    rounding: earns.Rounding = "last"


@dataclass(frozen=True)
class LineTerms:
    """What a line is posted by. `taxes` are (code, percentage); `invoiced` is the line that a credit takes back, which
    goes by its own terms again. Source: INV-09, LED-01, SGR-06."""

    accounts: Mapping[PostingType, str]
    taxes: tuple[tuple[str, Decimal], ...] = ()
    inclusive: bool = False
    earning: Earning | None = None
    invoiced: fees.FeeInvoiced | None = None


@dataclass(frozen=True)
class Terms:
    """What a document is posted by. `lines` by number. Source: INV-08, INV-11, INV-12, ACC-12."""

    issuer: str
    issued_on: date
    accounting_currency: str
    rate: Decimal
    lines: Mapping[int, LineTerms]
    detail: Literal["total", "line"] = "line"
    project_date_is_invoice_date: bool = False


@dataclass(frozen=True)
class Priced:
    """A line with its terms, in the currency of the document and in the accounting currency."""

    line: says.ProposedLine
    terms: LineTerms
    amounts: TaxedLine
    worth: TaxedLine

    @property
    def taxes(self) -> tuple[fees.TaxOfLine, ...]:
        """The taxes by code."""
        named = self.terms.taxes
        if is_credit(self.line):
            named = tuple((tax.code, tax.percentage) for tax in self.line.taxes)
        return tuple(
            fees.TaxOfLine(code=code, percentage=percentage, tax=tax)
            for (code, percentage), tax in zip(named, self.amounts.taxes, strict=True)
        )

    @property
    def earned_by(self) -> Earning | None:
        """How its net is earned over time; None when it is at once, or when the line takes another back."""
        return None if is_credit(self.line) or not self.worth.net.minor else self.terms.earning


def priced(proposal: Proposal, terms: Terms) -> tuple[Priced, ...]:
    """The lines of a proposal with tax, each amount converted once; a credit repeats tax and rate of what it takes back.

    Source: INV-09, 5.8, ACC-12, [?B16], [?B33].
    """
    return tuple(_priced(line, terms) for line in proposal.content)


def _priced(line: says.ProposedLine, terms: Terms) -> Priced:
    own = terms.lines[line.line]
    if is_credit(line):
        amounts = TaxedLine(line.amount, tuple(tax.tax for tax in line.taxes))
    else:
        amounts = taxed(line.amount, [percentage for _, percentage in own.taxes], inclusive=own.inclusive)
    rate, currency = (own.invoiced.rate if own.invoiced else terms.rate), terms.accounting_currency
    worth = TaxedLine(
        converted(amounts.net, rate, currency), tuple(converted(tax, rate, currency) for tax in amounts.taxes)
    )
    return Priced(line, own, amounts, worth)


def is_credit_note(proposal: Proposal, lines: tuple[Priced, ...]) -> bool:
    """Whether the document gives money back: what nets below zero is a credit note. Source: 5.8, CRN-01."""
    amount = total((line.amounts.gross for line in lines), proposal.created.currency)
    return amount.minor < 0 or (amount.minor == 0 and proposal.created.method == "credit_notes")
