"""What can have happened to schedules of runs: how they were put, and what they asked on which day."""

from typing import Literal

from libs.events.calendars import Weekday
from libs.events.fact import Fact
from libs.events.subscription_billing import SubscriptionBillingFact
from libs.events.subscription_billing_fees import FeeKind, PriceSource
from libs.events.subscription_billing_invoices import GroupedBy, InvoicingMethod
from libs.events.types import Count, Day, Flag, Id, Key

RunOf = Literal["fee_run", "proposal_run", "accrual_run"]
Frequency = Literal["daily", "weekly", "monthly"]


class RunScheduleSet(SubscriptionBillingFact):
    """A schedule of runs, whole: what is asked, and on which days of the company's time zone.

    `weekday` is there when it is weekly, `day_of_month` (1 to 31, at most the month's last) when it is monthly; nothing is
    due before `starts_on`, nor while it is not `active`. A fee run takes `code`, `group` and `price_source`, and catches
    up to the day (FEE-16); an accrual run takes `code` and `group`, and posts on the day (ACC-08); a proposal run takes the
    others and `group`, and the day is its invoice date (INV-02).
    """

    schedule: Key
    kind: RunOf
    frequency: Frequency
    starts_on: Day
    weekday: Weekday | None = None
    day_of_month: Count | None = None
    active: Flag = True
    code: Key | None = None
    group: Key | None = None
    price_source: PriceSource | None = None
    method: InvoicingMethod | None = None
    grouped_by: GroupedBy | None = None
    project: Key | None = None
    contract: Key | None = None
    customer: Key | None = None
    subscription: Id | None = None
    kinds: tuple[FeeKind, ...] = ()


class ScheduledRunAsked(SubscriptionBillingFact):
    """The run of a due day was asked, in one append with its request: each day has one. Source: FEE-16, ACC-08, INV-02."""

    schedule: Key
    day: Day
    kind: RunOf
    run: Id


class ScheduledRunRefused(SubscriptionBillingFact):
    """The run of a due day could not be asked, by the rule with this code; it is not tried again for that day."""

    schedule: Key
    day: Day
    kind: RunOf
    reason: Key


FACTS: tuple[type[Fact], ...] = (RunScheduleSet, ScheduledRunAsked, ScheduledRunRefused)
