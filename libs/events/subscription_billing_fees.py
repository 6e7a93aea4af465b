"""What can have happened to fee runs and fees, and what of it a subscription remembers."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from libs.events.fact import Fact
from libs.events.periods import Days
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.events.subscription_billing_subscriptions import SubscriptionFact
from libs.events.types import Amount, Count, CurrencyCode, Day, Flag, Id, Key, Number, PersonalNote

RunKind = Literal["regular", "non_regular"]
FeeKind = Literal["regular", "non_regular", "reduction_days", "price_change"]
"""The first two bill days; the others adjust a fee that did. Source: FEE-01, FEE-02, RED-01, PCH-01."""
PriceSource = Literal["base_price", "indexed_base_price"]
Freed = Literal["deleted", "credited"]


class Part(BaseModel):
    """Something that a fact holds; what is not known of it is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class FeeRunRequested(SubscriptionBillingFact):
    """Fees were asked for. Source: FEE-01 to FEE-09, FEE-16.

    `days` are those to bill; with `catch_up` every period that starts on or before their last is billed, from where each
    subscription ended. Of the filters every one that is named must fit. `percentage` comes on top of the price; without
    `project_date` a fee's own first day is its project date ([?B25]).
    """

    number: Key
    kind: RunKind
    code: Key
    days: Days
    catch_up: Flag = False
    continuous: Flag = False
    price_source: PriceSource = "indexed_base_price"
    percentage: Number = Decimal(0)
    project_date: Day | None = None
    group: Key | None = None
    project: Key | None = None
    subscriptions: tuple[Id, ...] = ()
    force_zero: Flag = False
    description: PersonalNote | None = None


class RunException(Part):
    """A subscription that got fewer fees than were asked for, and the code of the rule that says why."""

    subscription: Id
    reason: Key
    days: Days | None = None


class FeeRunAdvanced(SubscriptionBillingFact):
    """The run has done with every subscription up to and including `through`, in order of their ids.

    It stands in one append with the fees that it counts; a run that is ended in the middle goes on behind it.
    """

    through: Id
    subscriptions: Count
    created: Count
    parked: Count
    skipped: tuple[RunException, ...] = ()


class SkipCount(Part):
    """How often a reason came up."""

    reason: Key
    count: Count


class FeeRunCompleted(SubscriptionBillingFact):
    """The run is over: how many subscriptions it looked at, how many fees it created, what it left out and why."""

    subscriptions: Count
    created: Count
    parked: Count
    skipped: tuple[SkipCount, ...] = ()


class FeeShare(Part):
    """What one funding source pays of a fee. Shares are numbered from 1 and sum to the fee. Source: INV-05."""

    share: Count
    customer: Key | None = None
    percentage: Number
    amount: Amount


class FeeCreated(SubscriptionBillingFact):
    """A fee: what a subscription is charged for some days, complete in itself. Source: FEE-11.

    `amount` = base price x index/100 x (1 + percentage/100) x days/period days, rounded once (FEE-08); `index` is 100
    where the price source is the base price. `period` is the invoicing period around `days`. `cycle` counts how often
    these days were billed. An adjustment names the fee it `adjusts` and its number there, `adjustment`; a reduction
    lists the days it takes off. What is not `chargeable` never comes on a proposal (LNP-05).
    """

    subscription: Id
    subscription_number: Key
    group: Key
    run: Id | None = None
    kind: FeeKind
    days: Days
    code: Key
    period: Days
    cycle: Count
    price_source: PriceSource
    base_price: Amount
    index: Number
    percentage: Number
    amount: Amount
    currency: CurrencyCode
    shares: tuple[FeeShare, ...]
    project: Key
    contract: Key | None = None
    customer: Key | None = None
    category: Key
    agreement: Id | None = None
    line_property: Key | None = None
    chargeable: Flag
    tax_group: Key | None = None
    item_tax_group: Key | None = None
    project_date: Day
    adjusts: Id | None = None
    adjustment: Count | None = None
    removed: tuple[Days, ...] = ()
    description: PersonalNote | None = None


class FeeDaysReduced(SubscriptionBillingFact):
    """Days were taken off the fee by an adjustment, which has the amount. Source: RED-01 to RED-08."""

    adjustment: Count
    adjustment_fee: Id
    days: tuple[Days, ...]
    amount: Amount
    reason: PersonalNote | None = None


class FeePriceChanged(SubscriptionBillingFact):
    """The fee's price was changed by a percentage of what it was created with, by an adjustment. Source: PCH-01 to 05."""

    adjustment: Count
    adjustment_fee: Id
    percentage: Number
    amount: Amount
    reason: PersonalNote | None = None


class FeeDeleted(SubscriptionBillingFact):
    """The fee is gone, before it was invoiced; its days are free. Source: FEE-14."""

    reason: PersonalNote | None = None


class FeePutOnProposal(SubscriptionBillingFact):
    """A share of the fee stands on a proposal, to be invoiced or, `credit`, to be given back."""

    proposal: Id
    share: Count
    credit: Flag


class FeeTakenOffProposal(SubscriptionBillingFact):
    """The share is as before it was put on the proposal. Source: INV-06."""

    proposal: Id
    share: Count
    credit: Flag


class TaxOfLine(Part):
    """One tax of a line at the percentage it was posted with."""

    code: Key
    percentage: Number
    tax: Amount


class FeeInvoiced(SubscriptionBillingFact):
    """A share of the fee was invoiced, as a line of a document. Source: INV-01.

    `amount` is what was charged for the share: its own, or what the line was repriced to; where amounts contain the tax,
    `net` is less. `rate` is the document's; a credit goes by it again.
    """

    document: Id
    number: Key
    line: Count
    share: Count
    issued_on: Day
    project_date: Day
    amount: Amount
    net: Amount
    taxes: tuple[TaxOfLine, ...] = ()
    rate: Number
    schedule: Id | None = None


class FeeSelectedForCredit(SubscriptionBillingFact):
    """The invoiced fee is to be given back by the next proposal of credit notes. Source: CRN-01."""

    reason: PersonalNote | None = None


class FeeUnselected(SubscriptionBillingFact):
    """The fee stays invoiced after all. Source: CRN-07."""


class FeeCredited(SubscriptionBillingFact):
    """A share of the fee was given back by a credit note: for good. Source: CRN-02.

    When the last is, the days are free for a fee of the next cycle.
    """

    document: Id
    number: Key
    line: Count
    share: Count
    issued_on: Day


class BilledFee(Part):
    """A fee as its subscription remembers it."""

    fee: Id
    kind: FeeKind
    days: Days
    cycle: Count
    amount: Amount


class SubscriptionBilled(SubscriptionFact):
    """Fees were created for the subscription, by a run or by an adjustment: what days are covered is decided on this.

    In the stream of the subscription, in one append with the fees. Source: FEE-04, FEE-06, FEE-15.
    """

    run: Id | None = None
    fees: tuple[BilledFee, ...]


class FeeDaysFreed(SubscriptionFact):
    """The days of a fee may be billed again, and the next fee for them has the next cycle. Source: FEE-06, FEE-14.

    In the stream of the subscription, in one append with what became of the fee.
    """

    fee: Id
    days: Days
    cycle: Count
    because: Freed


class SubscriptionInvoiced(SubscriptionFact):
    """A document was posted that holds fees of the subscription; `amount` is their net. In the subscription's stream."""

    document: Id
    number: Key
    issued_on: Day
    amount: Amount


class UnusedDaysCredited(SubscriptionFact):
    """What was billed for days after an immediate cancellation was taken off: so many fees were reduced, and so many that
    nobody had invoiced were deleted. Source: LIF-04."""

    last_day: Day
    reduced: Count
    deleted: Count


FACTS: tuple[type[Fact], ...] = (
    FeeRunRequested,
    FeeRunAdvanced,
    FeeRunCompleted,
    FeeCreated,
    FeeDaysReduced,
    FeePriceChanged,
    FeeDeleted,
    FeePutOnProposal,
    FeeTakenOffProposal,
    FeeInvoiced,
    FeeSelectedForCredit,
    FeeUnselected,
    FeeCredited,
    SubscriptionBilled,
    FeeDaysFreed,
    SubscriptionInvoiced,
    UnusedDaysCredited,
)
