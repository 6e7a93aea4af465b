"""What can have happened to what subscriptions are billed by: period codes, groups, price rows, parameters."""

from typing import Literal

from libs.events.fact import Fact
from libs.events.periods import Days
from libs.events.types import Amount, Count, Day, Flag, Id, Key, Name, PersonalNote

PeriodUnit = Literal["day", "week", "month", "quarter", "year"]
Alignment = Literal["calendar", "anchored"]
"""`calendar`: a period begins with its month, quarter, year or ISO week; `anchored`: with a day of its own. Source:
PER-06."""


class SubscriptionBillingFact(Fact, publisher="subscription_billing"):
    """A fact of the subscription billing service; its stream is what the fact is about."""


class PeriodCodeDefined(SubscriptionBillingFact):
    """A code by which fees or accruals are cut: periods of `every` units. Source: PER-01, PER-06.

    An anchored code begins on `anchor`; `anchor_day` is the day of the month that its periods begin on, at most the
    month's last, and only codes of months, quarters and years have one.
    """

    code: Key
    name: Name
    unit: PeriodUnit
    every: Count
    alignment: Alignment
    anchor: Day | None = None
    anchor_day: Count | None = None


class PeriodsGenerated(SubscriptionBillingFact):
    """Periods of a code, in order and without a gap, that follow those generated before. Source: PER-05.

    Periods of the first generation may be followed by earlier ones, which end where the present ones begin.
    """

    code: Key
    periods: tuple[Days, ...]


class PeriodSplit(SubscriptionBillingFact):
    """A generated period became two; the second begins on a day within it. Source: PER-03."""

    code: Key
    period: Days
    second_starts_on: Day


class SubscriptionGroupTerms(SubscriptionBillingFact):
    """How the subscriptions of a group are billed and earned. Source: SGR-01.

    Both codes are period codes. `accrual_code` is there when the group accrues, and is the invoicing code unless another
    was chosen (SGR-04). With a `number_sequence` numbers of subscriptions are drawn and begin with it; without one they
    are typed.
    """

    group: Key
    name: Name
    invoicing_code: Key
    accrue_revenue: Flag
    accrual_code: Key | None = None
    number_sequence: Key | None = None


class SubscriptionGroupDefined(SubscriptionGroupTerms):
    """A group of subscriptions was set up."""


class SubscriptionGroupRevised(SubscriptionGroupTerms):
    """A group after its revision, whole. Fees keep what they were created with. Source: SGR-05, SGR-06."""


class SubscriptionGroupRetired(SubscriptionBillingFact):
    """No subscription is opened in the group any more; those in it go on."""

    group: Key
    reason: PersonalNote | None = None


class SubscriptionSalesPriceSet(SubscriptionBillingFact):
    """A row of the price search, whole. Source: SPR-01 to SPR-04.

    It is for subscriptions whose invoicing code is `code` and whose currency is that of `price`, from a day on; of those
    for the ones that fit every key named: a project, or a price group, a category, a subscription. `price` is that of
    one full period.
    """

    row: Key
    code: Key
    effective_on: Day
    price: Amount
    project: Key | None = None
    price_group: Key | None = None
    category: Key | None = None
    subscription: Id | None = None


class SubscriptionSalesPriceWithdrawn(SubscriptionBillingFact):
    """The row counts for nothing any more. What was priced by it keeps its price. Source: SPR-06."""

    row: Key
    reason: PersonalNote | None = None


class SubscriptionParametersSet(SubscriptionBillingFact):
    """The parameters of subscription billing, whole. Source: subscription-billing 1.13.

    `rounding_period`: which period of a schedule takes the odd cent (ACC-04). `accrue_per_day`: by days, not in equal
    shares (ACC-03). `reverse_accruals_on_credit`: the day of reversals when a fee is credited (CRN-04).
    `delete_accrued_periods`: a schedule's lines may be deleted once all are posted (ACC-09).
    `project_date_is_invoice_date`: posting sets the one to the other (INV-08). `ledger_detail`: vouchers per invoice or
    per line (INV-11). `frequency_locked_after_invoice`: a group in use keeps its invoicing code (SGR-05).
    `week_accrues_by_week`: a code of weeks may accrue by weeks (SGR-03). `proposal_workflow`: only approved proposals are
    posted (INV-07). `max_periods_per_run`: periods per subscription and fee run (FEE-16).
    """

    rounding_period: Literal["first", "last"] = "last"
    accrue_per_day: Flag = False
    reverse_accruals_on_credit: Literal["manual", "invoice_date", "original_posting_date"] = "invoice_date"
    delete_accrued_periods: Flag = False
    project_date_is_invoice_date: Flag = False
    ledger_detail: Literal["total", "line"] = "line"
    frequency_locked_after_invoice: Flag = True
    week_accrues_by_week: Flag = False
    proposal_workflow: Flag = False
    max_periods_per_run: Count = 36


FACTS: tuple[type[Fact], ...] = (
    PeriodCodeDefined,
    PeriodsGenerated,
    PeriodSplit,
    SubscriptionGroupDefined,
    SubscriptionGroupRevised,
    SubscriptionGroupRetired,
    SubscriptionSalesPriceSet,
    SubscriptionSalesPriceWithdrawn,
    SubscriptionParametersSet,
)
