"""What can have happened to recognition schedules, accrual runs and ledger vouchers of subscription fees."""

from typing import Literal

from libs.events.fact import Fact
from libs.events.periods import Days
from libs.events.reference_money import PostingType
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.events.subscription_billing_fees import FeeKind, Part, SkipCount
from libs.events.types import Amount, Count, CurrencyCode, Day, Id, Key, Number, PersonalNote

AccrualBasis = Literal["equal", "by_days"]
Rounding = Literal["first", "last"]
ReversalPolicy = Literal["manual", "invoice_date", "original_posting_date"]
VoucherSource = Literal["invoice", "credit_note", "accrual", "accrual_reversal"]


class ScheduleLine(Part):
    """What is earned in one accrual period; due from its last day on. Source: ACC-02, ACC-08."""

    line: Count
    days: Days
    amount: Amount


class ScheduleBuilt(SubscriptionBillingFact):
    """When an invoiced share of a fee is earned, with what that was decided by. Source: ACC-02 to ACC-04, ACC-10, ACC-12.

    `amount` is the net in the accounting currency, at `rate`; the lines sum to it exactly. `code` is the accrual code.
    A reduction is always split by days (RED-10).
    """

    document: Id
    number: Key
    document_line: Count
    fee: Id
    share: Count
    kind: FeeKind
    subscription: Id
    subscription_number: Key
    group: Key
    project: Key
    category: Key
    agreement: Id | None = None
    customer: Key | None = None
    issued_on: Day
    days: Days
    code: Key
    basis: AccrualBasis
    rounding: Rounding
    rate: Number
    net: Amount
    amount: Amount
    wip_account: Key
    revenue_account: Key
    lines: tuple[ScheduleLine, ...]


class RevenueAccrued(SubscriptionBillingFact):
    """A line was earned: posted on a day. `count` is how often the line was posted, this time included. Source: ACC-06."""

    line: Count
    days: Days
    on: Day
    amount: Amount
    count: Count
    voucher: Id
    run: Id | None = None


class AccrualReversed(SubscriptionBillingFact):
    """A posted line was taken back and is open again. `on` is the day of the reversal. Source: ACC-07, CRN-04."""

    line: Count
    days: Days
    on: Day
    accrued_on: Day
    amount: Amount
    count: Count
    policy: ReversalPolicy
    voucher: Id
    reason: PersonalNote | None = None


class ScheduleLinesDropped(SubscriptionBillingFact):
    """The open lines will never be earned: the share was credited, on that day. Source: CRN-05."""

    lines: tuple[Count, ...]
    amount: Amount
    credited_on: Day
    credit_note: Id


class ScheduleLinesDeleted(SubscriptionBillingFact):
    """The lines are out of sight, all having been posted; the ledger is as it was. Source: ACC-09."""

    lines: tuple[Count, ...]


class AccrualRunRequested(SubscriptionBillingFact):
    """Revenue was asked to be earned: every open line of an accrual code that ends on or before `posting_date`, on that
    day. Source: ACC-08, [?B15]."""

    number: Key
    code: Key
    posting_date: Day
    group: Key | None = None
    subscription: Id | None = None


class AccrualRunAdvanced(SubscriptionBillingFact):
    """The run has done with every schedule up to and including `through`, in order of their ids; in one append with what
    it posted."""

    through: Id
    schedules: Count
    posted: Count
    amount: Amount


class AccrualRunCompleted(SubscriptionBillingFact):
    """The run is over: how many schedules it looked at, how many lines it posted and what they come to."""

    schedules: Count
    posted: Count
    amount: Amount
    skipped: tuple[SkipCount, ...] = ()


class VoucherEntry(Part):
    """An amount on an account: debit above zero, credit below."""

    posting_type: PostingType
    account: Key
    amount: Amount
    project: Key | None = None
    category: Key | None = None
    customer: Key | None = None
    subscription: Id | None = None


class VoucherPosted(SubscriptionBillingFact):
    """A double entry in the accounting currency, on a day: the entries sum to zero. Source: INV-10, INV-11, ACC-05 to 07.

    `belongs_to` is the document or the schedule it was posted for.
    """

    source: VoucherSource
    belongs_to: Id
    on: Day
    currency: CurrencyCode
    entries: tuple[VoucherEntry, ...]


FACTS: tuple[type[Fact], ...] = (
    ScheduleBuilt,
    RevenueAccrued,
    AccrualReversed,
    ScheduleLinesDropped,
    ScheduleLinesDeleted,
    AccrualRunRequested,
    AccrualRunAdvanced,
    AccrualRunCompleted,
    VoucherPosted,
)
