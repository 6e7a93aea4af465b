"""Subscriptions and fees as the tests of billing know them: 310 euros a month, in March 2026 if nothing else is said."""

from datetime import date
from decimal import Decimal
from typing import Any

from libs.events import subscription_billing_fees as fees
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.events.subscription_billing_subscriptions import SubscriptionActivated, SubscriptionOpened
from libs.kernel.ids import natural_id
from libs.kernel.money import Money
from libs.rules.billing import PeriodCalendar, PeriodCode, Span
from services.subscription_billing.domain.fees.account import Account, account
from services.subscription_billing.domain.fees.planning import Run, Surroundings

SUB = natural_id("subscription", "SUB-1")
RUN = natural_id("fee_run", "FR-1")
FEE = natural_id("fee", SUB, "2026-03-01", "2026-03-31", 1)
ADJUSTMENT = natural_id("fee_adjustment", FEE, 1)
PROPOSAL = natural_id("proposal", "IP-1")
CUSTOMER, OTHER = "C-1001", "C-1002"
MONTH = PeriodCode("month")


def eur(amount: str) -> Money:
    """So many euros."""
    return Money.of(amount, "EUR")


def days(first: str, last: str) -> Span:
    """From a day to a day, both included."""
    return Span.of(date.fromisoformat(first), date.fromisoformat(last))


MARCH = days("2026-03-01", "2026-03-31")
YEARS = days("2010-01-01", "2030-12-31")


def opened(base: str = "310.00", **values: Any) -> SubscriptionOpened:
    """A subscription of the group MAINT."""
    given: dict[str, Any] = {
        "number": "SUB-1",
        "name": "Maintenance of the boiler",
        "group": "MAINT",
        "project": "P-77",
        "customer": CUSTOMER,
        "category": "SUBFEE",
        "currency": "EUR",
        "base_price": eur(base),
        "index": Decimal("100.0000"),
    }
    return SubscriptionOpened(**given | values)


def active(*further: SubscriptionBillingFact, base: str = "310.00", **values: Any) -> Account:
    """An active subscription with this history behind it."""
    return account.fold([opened(base, **values), SubscriptionActivated(), *further])


def run(first: str, last: str, code: PeriodCode = MONTH, most: int = 36, **asked: Any) -> Run:
    """A run over these days; whole and broken periods, unless something else is said."""
    given: dict[str, Any] = {"number": "FR-000001", "kind": "non_regular", "code": "MONTH", "days": days(first, last)}
    calendar = PeriodCalendar.generated(code, YEARS)
    return Run(RUN, fees.FeeRunRequested(**given | asked), calendar, most)


AROUND = Surroundings(
    project_type="time_and_material",
    project_active=True,
    contract="CT-9",
    funding={CUSTOMER: Decimal(100)},
    tax_group="DOMESTIC",
    item_tax_group="SERVICE",
    line_property="CHARGE",
    chargeable=True,
)


def billed(
    first: str, last: str, cycle: int = 1, kind: fees.FeeKind = "regular", amount: str = "310.00"
) -> fees.BilledFee:
    """A fee as its subscription remembers it."""
    fee = natural_id("fee", SUB, first, last, cycle)
    return fees.BilledFee(fee=fee, kind=kind, days=days(first, last), cycle=cycle, amount=eur(amount))


def covering(*fees_billed: fees.BilledFee) -> fees.SubscriptionBilled:
    """Fees that a run created earlier."""
    return fees.SubscriptionBilled(run=RUN, fees=fees_billed)


def created(amount: str = "310.00", span: Span = MARCH, **values: Any) -> fees.FeeCreated:
    """A fee of one month for one customer."""
    given: dict[str, Any] = {
        "subscription": SUB,
        "subscription_number": "SUB-1",
        "group": "MAINT",
        "run": RUN,
        "kind": "regular",
        "days": span,
        "code": "MONTH",
        "period": span,
        "cycle": 1,
        "price_source": "indexed_base_price",
        "base_price": eur(amount),
        "index": Decimal("100.0000"),
        "percentage": Decimal(0),
        "amount": eur(amount),
        "currency": "EUR",
        "shares": (fees.FeeShare(share=1, customer=CUSTOMER, percentage=Decimal(100), amount=eur(amount)),),
        "project": "P-77",
        "contract": "CT-9",
        "customer": CUSTOMER,
        "category": "SUBFEE",
        "line_property": "CHARGE",
        "chargeable": True,
        "tax_group": "DOMESTIC",
        "item_tax_group": "SERVICE",
        "project_date": span.first,
    }
    return fees.FeeCreated(**given | values)


DOCUMENT = natural_id("invoice", PROPOSAL)


def invoiced(amount: str = "310.00", share: int = 1, **values: Any) -> fees.FeeInvoiced:
    """The share as a line of the first invoice of the year."""
    given: dict[str, Any] = {
        "document": DOCUMENT,
        "number": "INV-2026-000001",
        "line": 1,
        "share": share,
        "issued_on": date(2026, 3, 5),
        "project_date": date(2026, 3, 1),
        "amount": eur(amount),
        "net": eur(amount),
        "rate": Decimal(1),
    }
    return fees.FeeInvoiced(**given | values)


def put_on(share: int = 1, credit: bool = False, proposal: str = PROPOSAL) -> fees.FeePutOnProposal:
    """The share is on the first proposal."""
    return fees.FeePutOnProposal(proposal=proposal, share=share, credit=credit)
