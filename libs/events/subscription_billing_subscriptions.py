"""What can have happened to a subscription: its opening, its course and its prices."""

from typing import Literal

from libs.events.fact import Fact
from libs.events.periods import Days
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.events.types import Amount, CurrencyCode, Day, Id, Key, Number, PersonalName, PersonalNote

CancellationMode = Literal["end_of_period", "immediate"]
"""`end_of_period`: nothing is credited; `immediate`: days after the last are. Source: LIF-04."""
UpdateRule = Literal["percent", "to"]
"""`percent`: multiplied by 1 + percent/100; `to`: set. Source: IDX-01, IDX-02."""


class SubscriptionFact(SubscriptionBillingFact):
    """A fact in the stream of a subscription."""


class SubscriptionOpened(SubscriptionFact):
    """A standing commitment on a project, paid ahead for a recurring service, as a draft. Source: SUB-01, SPR-05.

    `customer` is the project's, `base_price` that of one full period of the group's invoicing code, copied from the
    price row named; without a row and without a price of its own it is zero. `billed_before` are days that were billed
    elsewhere before the subscription came here: they are covered, and its first day stays the start date.
    """

    number: Key
    name: PersonalName
    group: Key
    project: Key
    customer: Key | None = None
    category: Key
    currency: CurrencyCode
    base_price: Amount
    index: Number
    price_row: Key | None = None
    agreement: Id | None = None
    billed_before: Days | None = None


class SubscriptionRenamed(SubscriptionFact):
    """The subscription is called something else."""

    name: PersonalName


class CategoryChanged(SubscriptionFact):
    """Later fees have another category."""

    before: Key
    category: Key


class SubscriptionActivated(SubscriptionFact):
    """From now on it receives fees. Source: FEE-10."""


class SubscriptionDeactivated(SubscriptionFact):
    """It receives no new fees; those there are stay, and go on being invoiced and earned. Source: SUB-07."""

    reason: PersonalNote | None = None


class TermSet(SubscriptionFact):
    """The first and the last day for which fees are created, both included; open where there is none. Source: LIF-02."""

    starts_on: Day | None = None
    ends_on: Day | None = None


class CancellationScheduled(SubscriptionFact):
    """The subscription will be cancelled when its last day is over. Source: LIF-04.

    `asked_for` is the day that was named, `last_day` the last that counts as used: at the end of a period the period's.
    """

    asked_for: Day
    last_day: Day
    mode: CancellationMode
    reason: PersonalNote | None = None


class CancellationUndone(SubscriptionFact):
    """It goes on after all. Source: LIF-06."""

    reason: PersonalNote | None = None


class SubscriptionCancelled(SubscriptionFact):
    """It is over for good. Source: LIF-04.

    `last_day` counts as used; immediate, what was billed for later days is to be credited.
    """

    last_day: Day
    mode: CancellationMode
    reason: PersonalNote | None = None


class SubscriptionExpired(SubscriptionFact):
    """The last day of its term is over. Source: LIF-07."""

    last_day: Day


class SubscriptionDeleted(SubscriptionFact):
    """It was opened by mistake: nothing was ever billed for it. Its number is not used again. Source: SUB-08."""

    reason: PersonalNote | None = None


class CurrencyChanged(SubscriptionFact):
    """Later fees are in another currency, at a price in it. Source: SUB-09."""

    before: CurrencyCode
    currency: CurrencyCode
    base_price: Amount
    price_row: Key | None = None


class PriceUpdate(SubscriptionFact):
    """`value` is the percentage, or what it was set to. Without `effective_on` every fee created later has the new
    value, else fees from that day on. `run` is shared by what one command updated. Source: IDX-01 to IDX-07."""

    rule: UpdateRule
    value: Number
    effective_on: Day | None = None
    run: Id | None = None
    reason: PersonalNote | None = None


class BasePriceUpdated(PriceUpdate):
    """The price of a full period, rounded half up to the currency's decimals. Source: IDX-04."""

    before: Amount
    base_price: Amount


class IndexUpdated(PriceUpdate):
    """The percentage by which the base price is multiplied, at four decimals. Source: IDX-04."""

    before: Number
    index: Number


class SubscriptionParked(SubscriptionFact):
    """A run could not bill it, for a reason that somebody has to look at; runs pass it by until it is released."""

    reason: Key
    sentence: PersonalNote | None = None
    run: Id


class ParkReleased(SubscriptionFact):
    """Somebody looked at it: runs bill it again."""

    reason: PersonalNote


FACTS: tuple[type[Fact], ...] = (
    SubscriptionOpened,
    SubscriptionRenamed,
    CategoryChanged,
    SubscriptionActivated,
    SubscriptionDeactivated,
    TermSet,
    CancellationScheduled,
    CancellationUndone,
    SubscriptionCancelled,
    SubscriptionExpired,
    SubscriptionDeleted,
    CurrencyChanged,
    BasePriceUpdated,
    IndexUpdated,
    SubscriptionParked,
    ParkReleased,
)
