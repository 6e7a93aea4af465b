"""Posting a proposal: document and number, fees, subscriptions, vouchers and schedules in one append. Source: INV-12, INV-14."""

from datetime import date
from typing import cast

from libs.events import subscription_billing_accruals as earns
from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_invoices as says
from libs.events.subscription_billing import SubscriptionParametersSet
from libs.kernel.money import Money
from libs.runtime.faults import NotFound
from libs.runtime.jointly import Joint
from libs.runtime.store import FactStore
from services.subscription_billing.application.records import code_id, group_id, parameters
from services.subscription_billing.domain import period_code as codes
from services.subscription_billing.domain import subscription_group as groups
from services.subscription_billing.domain.accruals.schedule import (
    BuildSchedule,
    CreditSchedule,
    Schedule,
    schedule,
    voucher_of,
)
from services.subscription_billing.domain.accruals.voucher import PostVoucher, ledger_closed, voucher
from services.subscription_billing.domain.books import Books
from services.subscription_billing.domain.fees.account import FreeDays, NoteInvoice, account
from services.subscription_billing.domain.fees.commands import CreditShare, InvoiceShare
from services.subscription_billing.domain.fees.fee import fee
from services.subscription_billing.domain.fees.state import Fee
from services.subscription_billing.domain.invoicing.commands import Post
from services.subscription_billing.domain.invoicing.document import PostDocument, document
from services.subscription_billing.domain.invoicing.posting import Posting
from services.subscription_billing.domain.invoicing.proposal import (
    Proposal,
    insist_postable,
    insist_total,
    is_credit,
    proposal,
)
from services.subscription_billing.domain.invoicing.terms import (
    Earning,
    LineTerms,
    Priced,
    Terms,
    is_credit_note,
    priced,
)
from services.subscription_billing.projections.books import books


async def post(joint: Joint, issued_on: date | None, seen: Money | None) -> None:
    """Posts the proposal that the call names, on a day or on its own invoice date. Posted before, it says nothing again.
    `seen` is the total that the person saw.

    Refuses `total_mismatch`, `proposal_not_approved`, `proposal_empty`, `ledger_period_closed`, `account_missing`, `rate_missing`,
    `periods_not_generated` and, under the manual policy, `accruals_not_reversed`. Source: INV-07 to INV-14, CRN-01 to 05.
    """
    own = await joint.main(proposal)
    if not isinstance(own, Proposal):
        raise NotFound
    insist_total(own, seen)
    if own.stage == "invoiced":
        return
    insist_postable(own)
    await joint.load(fee, *(line.fee for line in own.content))
    present = (await parameters(joint.store))[1]
    found = await books(joint.store, [line.project for line in own.content], [line.category for line in own.content])
    terms = await _terms(joint, own, issued_on or own.created.invoice_date, found, present)
    lines = priced(own, terms)
    posting = Posting(joint.main_id, own, terms, lines, await _number(joint, own, terms, lines))
    _append_document(joint, posting)
    for line in lines:
        await _tell_fee(joint, posting, line, found, present)
    await _tell_subscriptions(joint, posting)
    joint.decide(joint.main_id, Post(posting.document_id, posting.number, terms.issued_on, seen))


async def _number(joint: Joint, own: Proposal, terms: Terms, lines: tuple[Priced, ...]) -> str:
    """The next number of its kind, per issuer and year: drawn here, with the append or not at all. Source: INV-12."""
    kind, prefix = ("credit_note", "CN") if is_credit_note(own, lines) else ("invoice", "INV")
    year = terms.issued_on.year
    return f"{prefix}-{year}-{await joint.draw(counter_of(kind, terms.issuer, year)):06d}"


def counter_of(kind: str, issuer: str, year: int) -> str:
    """The name of the counter that numbers documents of a kind."""
    return f"{kind}:{issuer}:{year}"


def number_taken(posted: says.PostedDocument) -> tuple[str, int]:
    """The counter that a document's number was drawn from, and the number."""
    prefix, year, digits = posted.number.split("-")
    kind = "credit_note" if prefix == "CN" else "invoice"
    return counter_of(kind, posted.issuer, int(year)), int(digits)


async def _terms(
    joint: Joint, own: Proposal, issued_on: date, found: Books, present: SubscriptionParametersSet
) -> Terms:
    """What the document is posted by, as it stands now; a credit goes by what was invoiced."""
    if found.closed(issued_on):
        raise ledger_closed(issued_on.isoformat())
    earning = {group: await _earning(joint.store, group, present) for group in {line.group for line in own.content}}
    company = found.company
    return Terms(
        issuer=company.company,
        issued_on=issued_on,
        accounting_currency=company.accounting_currency,
        rate=found.rate(own.created.currency, issued_on),
        lines={
            line.line: _line_terms(line, joint.state(line.fee), issued_on, found, earning[line.group])
            for line in own.content
        },
        detail=present.ledger_detail,
        project_date_is_invoice_date=present.project_date_is_invoice_date,
    )


def _line_terms(
    line: says.ProposedLine, state: Fee, issued_on: date, found: Books, earning: Earning | None
) -> LineTerms:
    return LineTerms(
        accounts=found.accounts(line.project, line.category),
        taxes=found.taxes(line.tax_group, line.item_tax_group, issued_on),
        inclusive=found.inclusive(line.tax_group),
        earning=earning,
        invoiced=state.shares[line.share].invoiced if is_credit(line) else None,
    )


async def _earning(store: FactStore, group: str, present: SubscriptionParametersSet) -> Earning | None:
    """How fees of a group are earned, as it is said now. Source: ACC-01, SGR-04, SGR-06."""
    stream = await store.load(groups.subscription_group, group_id(group))
    state = stream.state
    if not isinstance(state, groups.Standing | groups.Retired) or not state.terms.accrue_revenue:
        return None
    code = state.terms.accrual_code or state.terms.invoicing_code
    calendar = (await store.load(codes.period_code, code_id(code))).state
    if not isinstance(calendar, codes.Defined):
        return None
    basis: earns.AccrualBasis = "by_days" if present.accrue_per_day else "equal"
    return Earning(code, calendar.calendar, basis, present.rounding_period)


def _append_document(joint: Joint, posting: Posting) -> None:
    joint.begin(document, posting.document_id, PostDocument(posting.document()))
    for voucher_id, posted in posting.vouchers():
        joint.begin(voucher, voucher_id, PostVoucher(posted))
    for schedule_id, built in posting.schedules():
        joint.begin(schedule, schedule_id, BuildSchedule(built))


async def _tell_fee(
    joint: Joint, posting: Posting, line: Priced, found: Books, present: SubscriptionParametersSet
) -> None:
    content, invoiced = line.line, line.terms.invoiced
    if invoiced is None:
        joint.decide(content.fee, InvoiceShare(posting.invoiced(line)))
        return
    after = cast(Fee, joint.decide(content.fee, CreditShare(posting.credited(line))))
    if after.status == "credited":
        await joint.load(account, content.subscription)
        joint.decide(content.subscription, FreeDays(content.fee, "credited"))
    if invoiced.schedule is not None:
        await _take_back(joint, posting, invoiced, found, present)


async def _take_back(
    joint: Joint, posting: Posting, invoiced: fees.FeeInvoiced, found: Books, present: SubscriptionParametersSet
) -> None:
    """Reverses what is earned of a credited share and drops the rest, by the policy. Source: CRN-04, CRN-05."""
    key = invoiced.schedule or ""
    (before,) = await joint.load(schedule, key)
    if not isinstance(before, Schedule):
        return
    days = {line.on for line in before.lines.values() if line.on is not None}
    command = CreditSchedule(
        present.reverse_accruals_on_credit,
        posting.terms.issued_on,
        posting.document_id,
        frozenset(day for day in days if found.closed(day)),
    )
    for fact in joint.facts(key, command):
        if isinstance(fact, earns.AccrualReversed):
            joint.begin(voucher, fact.voucher, PostVoucher(voucher_of(before, fact)))


async def _tell_subscriptions(joint: Joint, posting: Posting) -> None:
    told = posting.of_subscriptions()
    await joint.load(account, *told)
    for subscription_id, invoiced in told.items():
        joint.decide(subscription_id, NoteInvoice(invoiced))
