"""What posting a proposal comes to: the document, the ledger, the schedules."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_invoices as says
from libs.events.reference_money import PostingType
from libs.kernel.decider import Rejected
from libs.kernel.ids import natural_id
from libs.kernel.money import Money, total
from services.subscription_billing.domain.invoicing.posting import document_id
from services.subscription_billing.domain.invoicing.terms import LineTerms
from tests.domain.subscription_billing.billed import CUSTOMER, DOCUMENT, PROPOSAL, SUB, days, eur
from tests.domain.subscription_billing.proposed import (
    ACCOUNTS,
    ISSUED,
    PLAIN,
    QUARTER,
    SEPTEMBER,
    TAXED,
    VAT,
    added,
    balances,
    begun,
    earning,
    line,
    posting,
    standing,
    terms,
    vouchers,
)


def test_an_invoice_is_complete_in_itself() -> None:
    """INV-01, INV-09, INV-12, 5.9 (5)."""
    one = posting(standing(begun(), added(line(1, "310.00"))), terms({1: TAXED}))
    assert one.document() == says.InvoicePosted(
        number="INV-2026-000001",
        proposal=PROPOSAL,
        issuer="main",
        customer=CUSTOMER,
        contract="CT-9",
        currency="EUR",
        issued_on=ISSUED,
        lines=(
            says.DocumentLine(
                **{name: getattr(line(1), name) for name in says.LineContent.model_fields},
                net=eur("310.00"),
                taxes=(fees.TaxOfLine(code="VAT21", percentage=Decimal(21), tax=eur("65.10")),),
                gross=eur("375.10"),
                accounting_net=eur("310.00"),
            ),
        ),
        taxes=(says.TaxTotal(code="VAT21", percentage=Decimal(21), net=eur("310.00"), tax=eur("65.10")),),
        net=eur("310.00"),
        tax=eur("65.10"),
        total=eur("375.10"),
        accounting_currency="EUR",
        rate=Decimal(1),
        vouchers=(natural_id("voucher", DOCUMENT, 1),),
    )
    assert one.document_id == document_id(PROPOSAL) == DOCUMENT


def test_the_ledger_gets_the_receivable_the_revenue_and_the_tax() -> None:
    """INV-10, LED-02."""
    one = posting(standing(begun(), added(line(1))), terms({1: TAXED}))
    (voucher,) = vouchers(one)
    assert (voucher.source, voucher.belongs_to, voucher.on) == ("invoice", DOCUMENT, ISSUED)
    assert [(entry.account, entry.amount.amount) for entry in voucher.entries] == [
        ("400000", "375.10"),
        ("700000", "-310.00"),
        ("451000", "-65.10"),
    ]
    assert {(entry.project, entry.category, entry.customer, entry.subscription) for entry in voucher.entries} == {
        ("P-77", "SUBFEE", CUSTOMER, SUB)
    }


def test_what_is_earned_over_time_has_no_effect_on_profit_yet() -> None:
    """ACC-05, AX-ACC-05, 5.5: a quarter of 9000, invoiced before it begins."""
    state = standing(begun(), added(line(1, "9000.00", QUARTER)))
    one = posting(state, terms({1: LineTerms(ACCOUNTS, earning=earning())}, SEPTEMBER))
    assert balances(*vouchers(one)) == {
        "customer": "9000.00",
        "invoiced_revenue": "-9000.00",
        "accrued_revenue_subscription": "9000.00",
        "wip_subscription": "-9000.00",
    }
    ((schedule_id, built),) = one.schedules()
    assert [(part.line, part.days, part.amount.amount) for part in built.lines] == [
        (1, days("2026-10-01", "2026-10-31"), "3000.00"),
        (2, days("2026-11-01", "2026-11-30"), "3000.00"),
        (3, days("2026-12-01", "2026-12-31"), "3000.00"),
    ]
    document = one.document()
    assert document.lines[0].schedule == schedule_id == natural_id("recognition_schedule", DOCUMENT, 1)
    assert (built.code, built.basis, built.rounding, built.issued_on) == ("MONTH", "equal", "last", SEPTEMBER)
    assert (built.wip_account, built.revenue_account) == ("490000", "701000")


@pytest.mark.parametrize(
    ("values", "amounts"),
    [
        ({"basis": "by_days", "rounding": "first"}, ["103.34", "93.33", "103.33"]),
        ({"basis": "by_days", "rounding": "last"}, ["103.33", "93.33", "103.34"]),
        ({"basis": "equal"}, ["100.00", "100.00", "100.00"]),
    ],
)
def test_a_schedule_goes_by_the_parameters_of_its_day(values: dict[str, Any], amounts: list[str]) -> None:
    """ACC-03, ACC-04, ACC-10, AX-ACC-01 to 03, W10: they are in the fact, so that later ones change nothing."""
    state = standing(begun(), added(line(1, "300.00", days("2011-01-01", "2011-03-31"))))
    one = posting(state, terms({1: LineTerms(ACCOUNTS, earning=earning(**values))}))
    ((_, built),) = one.schedules()
    assert [part.amount.amount for part in built.lines] == amounts


def test_the_odd_cent_of_a_quarter_is_earned_first() -> None:
    """ACC-04 (First), data MNY-022: what is earned is what was invoiced."""
    state = standing(begun(), added(line(1, "100.00", QUARTER)))
    ((_, built),) = posting(state, terms({1: LineTerms(ACCOUNTS, earning=earning(rounding="first"))})).schedules()
    assert [part.amount.amount for part in built.lines] == ["33.34", "33.33", "33.33"]
    assert total((part.amount for part in built.lines), "EUR") == eur("100.00")


def test_a_reduction_is_earned_over_its_own_days() -> None:
    """RED-10, 5.6: by days, whatever the parameter says."""
    reduction = line(1, "-46.67", days("2011-02-20", "2011-03-05"), kind="reduction_days")
    reduction = reduction.model_copy(update={"removed": (reduction.days,)})
    one = posting(standing(begun(), added(reduction)), terms({1: LineTerms(ACCOUNTS, earning=earning())}))
    ((_, built),) = one.schedules()
    assert built.basis == "by_days"
    assert [part.amount.amount for part in built.lines] == ["-30.00", "-16.67"]
    assert one.is_credit_note


def test_tax_that_is_in_the_amount_is_taken_out_of_it() -> None:
    """INV-09 (inclusive)."""
    inclusive = LineTerms(ACCOUNTS, VAT, inclusive=True)
    document = posting(standing(begun(), added(line(1, "121.00"))), terms({1: inclusive})).document()
    assert (document.net, document.tax, document.total) == (eur("100.00"), eur("21.00"), eur("121.00"))


def test_amounts_are_converted_once_and_split_after() -> None:
    """ACC-12, W15, [?B16]: 100 euros at 1.3333 are 133.33 dollars, of which the last month has the odd cent."""
    state = standing(begun(), added(line(1, "100.00", QUARTER)))
    own = {1: LineTerms(ACCOUNTS, earning=earning())}
    one = posting(state, terms(own, rate="1.3333", accounting_currency="USD"))
    ((_, built),) = one.schedules()
    assert [part.amount.amount for part in built.lines] == ["44.44", "44.44", "44.45"]
    assert (built.amount, built.net, built.rate) == (Money.of("133.33", "USD"), eur("100.00"), Decimal("1.3333"))
    assert balances(*vouchers(one))["customer"] == "133.33"


def test_a_project_date_may_become_the_invoice_date() -> None:
    """INV-08, [?B26]."""
    state = standing(begun(), added(line(1)))
    kept = posting(state, terms({1: PLAIN}))
    assert kept.document().lines[0].project_date == date(2026, 3, 1)
    moved = posting(state, terms({1: PLAIN}, project_date_is_invoice_date=True))
    assert moved.document().lines[0].project_date == ISSUED
    assert moved.invoiced(moved.lines[0]).project_date == ISSUED


def test_the_ledger_gets_a_voucher_for_each_line_or_one_for_all() -> None:
    """INV-11."""
    state = standing(begun(), added(line(1)), added(line(2, "100.00", share=2)))
    by = {1: TAXED, 2: TAXED}
    lines = posting(state, terms(by))
    assert [key for key, _ in lines.vouchers()] == [natural_id("voucher", DOCUMENT, number) for number in (1, 2)]
    whole = posting(state, terms(by, detail="total"))
    ((key, voucher),) = whole.vouchers()
    assert key == natural_id("voucher", DOCUMENT, 0)
    assert [(entry.posting_type, entry.amount.amount) for entry in voucher.entries] == [
        ("customer", "496.10"),
        ("invoiced_revenue", "-410.00"),
        ("tax", "-86.10"),
    ]
    assert balances(*vouchers(lines)) == balances(voucher)


def test_a_posting_type_without_an_account_stops_everything() -> None:
    """LED-01."""
    accounts: dict[PostingType, str] = {kind: account for kind, account in ACCOUNTS.items() if kind != "tax"}
    one = posting(standing(begun(), added(line(1))), terms({1: LineTerms(accounts, VAT)}))
    with pytest.raises(Rejected) as refused:
        one.vouchers()
    assert (refused.value.kind, refused.value.reason) == ("state", "account_missing")


def test_the_tax_is_on_the_rounded_line() -> None:
    """INV-09, 5.8, LG-CN-01: 16 unused days of October at 31.00 are 16.00, with 20 percent 19.20."""
    reduction = line(1, "-16.00", days("2026-10-16", "2026-10-31"), kind="reduction_days")
    own = {1: LineTerms(ACCOUNTS, (("VAT20", Decimal(20)),))}
    assert posting(standing(begun(), added(reduction)), terms(own)).document().total == eur("-19.20")


def test_fees_and_subscriptions_are_told_of_their_own_lines() -> None:
    """INV-14, reliability (safety bounds): what a subscription remembers is its own net."""
    other = natural_id("subscription", "SUB-2")
    state = standing(
        begun(), added(line(1)), added(line(2, "90.00", share=2)), added(line(3, subscription=other, share=3))
    )
    one = posting(state, terms({1: TAXED, 2: TAXED, 3: TAXED}))
    told = one.of_subscriptions()
    assert {key: noted.amount.amount for key, noted in told.items()} == {SUB: "400.00", other: "310.00"}
    assert one.invoiced(one.lines[1]) == fees.FeeInvoiced(
        document=DOCUMENT,
        number="INV-2026-000001",
        line=2,
        share=2,
        issued_on=ISSUED,
        project_date=date(2026, 3, 1),
        amount=eur("90.00"),
        net=eur("90.00"),
        taxes=(fees.TaxOfLine(code="VAT21", percentage=Decimal(21), tax=eur("18.90")),),
        rate=Decimal(1),
    )


AMOUNTS = st.lists(st.integers(-100_000, 1_000_000), min_size=1, max_size=5)


@given(AMOUNTS, st.sampled_from(["line", "total"]), st.decimals("0.5", "2", places=4), st.booleans())
def test_every_document_adds_up_and_every_voucher_sums_to_zero(
    minors: list[int], detail: Any, rate: Decimal, inclusive: bool
) -> None:
    """5.9 (4) and (5), I33, I36, I32."""
    lines = [line(number, Money(minor, "EUR").amount, QUARTER, share=number) for number, minor in enumerate(minors, 1)]
    state = standing(begun("both"), *map(added, lines))
    own = LineTerms(ACCOUNTS, (*VAT, ("ECO", Decimal("1.5"))), inclusive, earning())
    one = posting(
        state,
        terms(dict.fromkeys(range(1, len(lines) + 1), own), rate=str(rate), accounting_currency="USD", detail=detail),
    )
    document = one.document()
    assert document.total == document.net + document.tax
    assert document.total == total((each.gross for each in document.lines), "EUR")
    assert document.tax == total((each.tax for each in document.taxes), "EUR")
    assert isinstance(document, says.CreditNotePosted) == (document.total.minor < 0)
    for voucher in vouchers(one):
        assert sum(entry.amount.minor for entry in voucher.entries) == 0
    worth = {each.line: each.accounting_net for each in document.lines}
    for _, built in one.schedules():
        assert built.amount == worth[built.document_line]
        assert total((part.amount for part in built.lines), "USD") == built.amount
