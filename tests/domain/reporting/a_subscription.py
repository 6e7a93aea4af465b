"""What was told of one subscription: a quarter of 9000, its schedule, its documents and vouchers, and what may befall it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from libs.events.fact import Fact
from libs.events.subscription_billing_accruals import (
    AccrualReversed,
    RevenueAccrued,
    ScheduleBuilt,
    ScheduleLine,
    ScheduleLinesDropped,
    VoucherEntry,
    VoucherPosted,
    VoucherSource,
)
from libs.events.subscription_billing_fees import (
    FeeCreated,
    FeeCredited,
    FeeInvoiced,
    FeePutOnProposal,
    FeeShare,
    FeeTakenOffProposal,
)
from libs.events.subscription_billing_invoices import (
    Credit,
    CreditNotePosted,
    DocumentLine,
    InvoicePosted,
    PostedLine,
)
from libs.events.subscription_billing_subscriptions import SubscriptionOpened
from libs.kernel.ids import natural_id
from libs.kernel.money import Money, total
from libs.rules.billing.days import Span
from tests.domain.reporting.an_order import AGREEMENT, euros

SUBSCRIPTION = natural_id("subscription", "SUB-1")
QUARTER = natural_id("fee", SUBSCRIPTION, "2026-10-01", "2026-12-31", 1)
SCHEDULE = natural_id("schedule", QUARTER, 1)
INVOICE, CREDIT_NOTE = natural_id("invoice", "INV-1"), natural_id("invoice", "CN-1")
PROPOSAL = natural_id("proposal", "PR-1")
ISSUED_ON, CREDITED_ON = date(2026, 9, 8), date(2026, 11, 15)
OCTOBER, NOVEMBER, DECEMBER = (
    Span.of(date(2026, 10, 1), date(2026, 10, 31)),
    Span.of(date(2026, 11, 1), date(2026, 11, 30)),
    Span.of(date(2026, 12, 1), date(2026, 12, 31)),
)
THE_DAYS = Span.of(OCTOBER.first, DECEMBER.last)
MONTHS = (OCTOBER, NOVEMBER, DECEMBER)

_OF = {
    "subscription": SUBSCRIPTION,
    "subscription_number": "SUB-1",
    "group": "SUPPORT",
    "project": "P-77",
    "category": "SUB",
    "agreement": AGREEMENT,
}


def opened(**other: Any) -> SubscriptionOpened:
    about = {name: _OF[name] for name in ("group", "project", "category", "agreement")}
    money = {"currency": "EUR", "base_price": euros("9000.00"), "index": Decimal(100)}
    said: dict[str, Any] = {"number": "SUB-1", "name": "Support", "customer": "C-1001", **about, **money, **other}
    return SubscriptionOpened(**said)


def fee(*shares: str, **other: Any) -> FeeCreated:
    """A fee of these shares, of 9000 when nothing else is said; the payers are C-1001, C-1002 and so on."""
    amounts = [euros(amount) for amount in shares or ("9000.00",)]
    amount = total(amounts, "EUR")
    said: dict[str, Any] = {
        **_OF,
        "kind": "regular",
        "days": THE_DAYS,
        "code": "QUARTERS",
        "period": THE_DAYS,
        "cycle": 1,
        "price_source": "indexed_base_price",
        "base_price": euros("9000.00"),
        "index": Decimal(100),
        "percentage": Decimal(0),
        "amount": amount,
        "currency": "EUR",
        "shares": tuple(
            FeeShare(share=number, customer=f"C-{1000 + number}", percentage=Decimal(100) / len(amounts), amount=each)
            for number, each in enumerate(amounts, 1)
        ),
        "customer": "C-1001",
        "chargeable": True,
        "project_date": OCTOBER.first,
        **other,
    }
    return FeeCreated(**said)


def put(*, credit: bool = False, share: int = 1) -> FeePutOnProposal:
    return FeePutOnProposal(proposal=PROPOSAL, share=share, credit=credit)


def taken_off(*, credit: bool = False, share: int = 1) -> FeeTakenOffProposal:
    return FeeTakenOffProposal(proposal=PROPOSAL, share=share, credit=credit)


def invoiced(amount: str = "9000.00", share: int = 1, **other: Any) -> FeeInvoiced:
    said: dict[str, Any] = {
        "document": INVOICE,
        "number": "INV-1",
        "line": 1,
        "share": share,
        "issued_on": ISSUED_ON,
        "project_date": OCTOBER.first,
        "amount": euros(amount),
        "net": euros(amount),
        "rate": Decimal(1),
        "schedule": SCHEDULE,
        **other,
    }
    return FeeInvoiced(**said)


def credited(share: int = 1) -> FeeCredited:
    return FeeCredited(document=CREDIT_NOTE, number="CN-1", line=1, share=share, issued_on=CREDITED_ON)


def built(*amounts: str, days: Sequence[Span] = MONTHS, **other: Any) -> ScheduleBuilt:
    """A schedule of these amounts, of 3000 a month when nothing else is said."""
    parts = [euros(amount) for amount in amounts or ("3000.00",) * 3]
    lines = tuple(
        ScheduleLine(line=number, days=span, amount=part)
        for number, (span, part) in enumerate(zip(days, parts, strict=True), 1)
    )
    worth = total(parts, "EUR")
    said: dict[str, Any] = {
        **_OF,
        "document": INVOICE,
        "number": "INV-1",
        "document_line": 1,
        "fee": QUARTER,
        "share": 1,
        "kind": "regular",
        "customer": "C-1001",
        "issued_on": ISSUED_ON,
        "days": THE_DAYS,
        "code": "MONTHS",
        "basis": "equal",
        "rounding": "last",
        "rate": Decimal(1),
        "net": worth,
        "amount": worth,
        "wip_account": "2000",
        "revenue_account": "4100",
        "lines": lines,
        **other,
    }
    return ScheduleBuilt(**said)


def accrued(line: int = 1, amount: str = "3000.00", on: date | None = None, count: int = 1) -> RevenueAccrued:
    days = MONTHS[line - 1]
    voucher = natural_id("voucher", SCHEDULE, line, count)
    return RevenueAccrued(line=line, days=days, on=on or days.last, amount=euros(amount), count=count, voucher=voucher)


def reversed_line(line: int = 1, amount: str = "3000.00", on: date = CREDITED_ON, count: int = 1) -> AccrualReversed:
    days = MONTHS[line - 1]
    return AccrualReversed(
        line=line,
        days=days,
        on=on,
        accrued_on=days.last,
        amount=euros(amount),
        count=count,
        policy="invoice_date",
        voucher=natural_id("voucher", SCHEDULE, line, -count),
    )


def dropped(*lines: int, amount: str = "9000.00") -> ScheduleLinesDropped:
    return ScheduleLinesDropped(lines=lines, amount=euros(amount), credited_on=CREDITED_ON, credit_note=CREDIT_NOTE)


def line(net: str, schedule: str | None = SCHEDULE, **other: Any) -> DocumentLine:
    said: dict[str, Any] = {
        **_OF,
        "line": 1,
        "fee": QUARTER,
        "share": 1,
        "kind": "regular",
        "days": THE_DAYS,
        "project_date": OCTOBER.first,
        "net": euros(net),
        "gross": Money.rounding(euros(net).decimal * Decimal("1.21"), "EUR"),
        "accounting_net": euros(net),
        "schedule": schedule,
        **other,
    }
    return DocumentLine(**said)


def _document(number: str, issued_on: date, lines: tuple[DocumentLine, ...]) -> dict[str, Any]:
    net, gross = (total((getattr(each, part) for each in lines), "EUR") for part in ("net", "gross"))
    return {
        "number": number,
        "proposal": PROPOSAL,
        "issuer": "main",
        "customer": "C-1001",
        "currency": "EUR",
        "issued_on": issued_on,
        "lines": lines,
        "net": net,
        "tax": gross - net,
        "total": gross,
        "accounting_currency": "EUR",
        "rate": Decimal(1),
        "vouchers": (),
    }


def invoice(*lines: DocumentLine, number: str = "INV-1", on: date = ISSUED_ON) -> InvoicePosted:
    return InvoicePosted(**_document(number, on, lines or (line("9000.00"),)))


def credit_note(net: str = "-9000.00", on: date = CREDITED_ON) -> CreditNotePosted:
    """The invoice taken back whole; its line has no schedule of its own."""
    back = line(net, None, reverses=PostedLine(document=INVOICE, number="INV-1", line=1))
    credit = Credit(document=INVOICE, number="INV-1", line=1, fee=QUARTER, share=1, net=back.net, gross=back.gross)
    return CreditNotePosted(**_document("CN-1", on, (back,)), credits=(credit,))


ACCOUNTS = {
    "customer": "1300",
    "invoiced_revenue": "4000",
    "accrued_revenue_subscription": "4100",
    "wip_subscription": "2000",
    "tax": "4512",
}


def voucher(source: VoucherSource, on: date, **amounts: str) -> VoucherPosted:
    """A voucher with an entry for each posting type; debit above zero."""
    entries = tuple(
        VoucherEntry.model_validate({"posting_type": kind, "account": ACCOUNTS[kind], "amount": euros(amount)})
        for kind, amount in amounts.items()
    )
    return VoucherPosted(source=source, belongs_to=SCHEDULE, on=on, currency="EUR", entries=entries)


EARNED = {"wip_subscription": "3000.00", "accrued_revenue_subscription": "-3000.00"}
TAKEN_BACK = {"wip_subscription": "-3000.00", "accrued_revenue_subscription": "3000.00"}
BILLED = {
    "customer": "9000.00",
    "invoiced_revenue": "-9000.00",
    "accrued_revenue_subscription": "9000.00",
    "wip_subscription": "-9000.00",
}
GIVEN_BACK = {kind: f"{-Decimal(amount)}" for kind, amount in BILLED.items()}

CHAIN: Sequence[tuple[str, Fact]] = (
    (SUBSCRIPTION, opened()),
    (QUARTER, fee()),
    (QUARTER, put()),
    (INVOICE, invoice()),
    (natural_id("voucher", "1"), voucher("invoice", ISSUED_ON, **BILLED)),
    (QUARTER, invoiced()),
    (SCHEDULE, built()),
    (SCHEDULE, accrued()),
    (natural_id("voucher", "2"), voucher("accrual", OCTOBER.last, **EARNED)),
)
"""The quarter of the worked example, invoiced, and October earned. Source: subscription-billing 5.5."""

REVERSAL: Sequence[tuple[str, Fact]] = (
    (CREDIT_NOTE, credit_note()),
    (natural_id("voucher", "3"), voucher("credit_note", CREDITED_ON, **GIVEN_BACK)),
    (SCHEDULE, reversed_line()),
    (natural_id("voucher", "4"), voucher("accrual_reversal", CREDITED_ON, **TAKEN_BACK)),
    (SCHEDULE, dropped(1, 2, 3)),
    (QUARTER, put(credit=True)),
    (QUARTER, credited()),
)
"""And all of it credited in November, with reversals on the date of the credit note. Source: CRN-04, 5.5."""
