"""What a credit note takes back."""

from datetime import date
from decimal import Decimal

from libs.events import subscription_billing_invoices as says
from services.subscription_billing.domain.invoicing.terms import LineTerms
from tests.domain.subscription_billing.billed import DOCUMENT, eur, invoiced
from tests.domain.subscription_billing.proposed import (
    ACCOUNTS,
    PLAIN,
    QUARTER,
    SEPTEMBER,
    VAT,
    added,
    balances,
    begun,
    credit,
    earning,
    line,
    posting,
    standing,
    terms,
    vouchers,
)


def test_a_credit_note_takes_back_what_was_invoiced_to_the_cent() -> None:
    """CRN-01, CRN-06, 5.5, 5.8, 5.9 (5), [?B33]: the whole of it, with the tax and the rate of the invoice, though
    both are others today."""
    charge = posting(
        standing(begun(), added(line(1, "9000.00", QUARTER))),
        terms({1: LineTerms(ACCOUNTS, VAT, earning=earning())}, SEPTEMBER, "1.1", accounting_currency="USD"),
    )
    told = charge.invoiced(charge.lines[0])
    back = posting(
        standing(begun("credit_notes"), added(credit(1, told, days=QUARTER))),
        terms(
            {1: LineTerms(ACCOUNTS, (("VAT25", Decimal(25)),), earning=earning(), invoiced=told)},
            date(2026, 11, 15),
            "1.5",
            accounting_currency="USD",
        ),
        "CN-2026-000001",
    )
    document = back.document()
    assert isinstance(document, says.CreditNotePosted)
    assert (document.net, document.tax, document.total) == (eur("-9000.00"), eur("-1890.00"), eur("-10890.00"))
    assert document.credits == (
        says.Credit(
            document=DOCUMENT,
            number="INV-2026-000001",
            line=1,
            fee=document.lines[0].fee,
            share=1,
            net=eur("-9000.00"),
            gross=eur("-10890.00"),
        ),
    )
    assert back.schedules() == ()
    assert set(balances(*vouchers(charge), *vouchers(back)).values()) == {"0.00"}


def test_what_nets_below_zero_is_a_credit_note() -> None:
    """5.8, KB-MID-01: and what nets above is an invoice, though a line is below."""
    reduction = line(2, "-500.00", kind="reduction_days", share=2)
    state = standing(begun(), added(line(1)), added(reduction))
    assert isinstance(posting(state, terms({1: PLAIN, 2: PLAIN})).document(), says.CreditNotePosted)
    small = standing(begun(), added(line(1)), added(line(2, "-12.90", kind="reduction_days", share=2)))
    document = posting(small, terms({1: PLAIN, 2: PLAIN})).document()
    assert isinstance(document, says.InvoicePosted)
    assert document.total == eur("297.10")


def test_the_credit_of_nothing_is_a_credit_note_when_credits_were_asked_for() -> None:
    told = invoiced("0.00")
    state = standing(begun("credit_notes"), added(credit(1, told)))
    assert posting(state, terms({1: LineTerms(ACCOUNTS, invoiced=told)})).is_credit_note
    assert not posting(standing(begun(), added(line(1, "0.00"))), terms({1: PLAIN})).is_credit_note
