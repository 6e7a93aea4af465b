"""What a subscription remembers of its billing."""

from datetime import date
from typing import Any

from libs.events import subscription_billing_fees as says
from libs.events.subscription_billing_subscriptions import ParkReleased, SubscriptionActivated, SubscriptionParked
from services.subscription_billing.domain.fees.account import (
    Account,
    Bill,
    CreditUnused,
    FreeDays,
    NoteInvoice,
    account,
)
from services.subscription_billing.domain.subscription.course import Park, ReleaseParked
from services.subscription_billing.domain.subscription.state import Existing
from tests.domain.subscription_billing.billed import DOCUMENT, RUN, billed, covering, days, eur, opened
from tests.support.spec import Given, specification

an_account: Given[Any, Account, Any] = specification(account)
active = an_account.given(opened(), SubscriptionActivated())
MARCH = billed("2026-03-01", "2026-03-31")


def freed(because: says.Freed) -> says.FeeDaysFreed:
    return says.FeeDaysFreed(fee=MARCH.fee, days=MARCH.days, cycle=1, because=because)


def noted(amount: str) -> says.SubscriptionInvoiced:
    return says.SubscriptionInvoiced(
        document=DOCUMENT, number="INV-2026-000001", issued_on=date(2026, 3, 5), amount=eur(amount)
    )


def test_no_day_is_covered_twice() -> None:
    """5.9 (1), I31: whoever computed the fees, the subscription decides."""
    history = active.when(Bill((MARCH,), RUN)).then(covering(MARCH))
    history.when(Bill((MARCH,), RUN)).then_refused("state", "days_covered")
    overlap = billed("2026-03-31", "2026-04-30", kind="non_regular")
    history.when(Bill((overlap,), RUN)).then_refused("state", "days_covered")
    active.when(Bill((MARCH, overlap), RUN)).then_refused("state", "days_covered")
    april = billed("2026-04-01", "2026-04-30")
    history.when(Bill((april,), RUN)).then(covering(april))


def test_what_was_freed_may_be_billed_again() -> None:
    """FEE-06, FEE-14, CRN-02."""
    history = active.given(covering(MARCH)).when(FreeDays(MARCH.fee, "credited")).then(freed("credited"))
    history.when(FreeDays(MARCH.fee, "credited")).then()
    second = billed("2026-03-01", "2026-03-31", 2)
    history.when(Bill((second,), RUN)).then(covering(second))
    assert history.state.cycle_of(MARCH.days) == 2


def test_the_subscription_itself_counts_its_fees() -> None:
    """SUB-05, SUB-09: what is covered, and what keeps its currency."""
    state = active.given(covering(MARCH)).state.subscription
    assert isinstance(state, Existing)
    assert (state.start_date, state.latest_end) == (date(2026, 3, 1), date(2026, 3, 31))
    credited = active.given(covering(MARCH), freed("credited")).state.subscription
    assert isinstance(credited, Existing)
    assert [fee.credited for fee in credited.fees.values()] == [True]
    assert credited.covered == ()
    deleted = active.given(covering(MARCH), freed("deleted")).state.subscription
    assert isinstance(deleted, Existing)
    assert deleted.fees == {}


def test_a_day_has_at_most_15_lines() -> None:
    """Reliability (safety bounds): adjustments count, and a person who has looked at it may go beyond."""
    cuts = [billed("2026-03-10", "2026-03-10", kind="price_change", amount="-1.00") for _ in range(14)]
    history = active.given(covering(MARCH), covering(*cuts))
    one = billed("2026-03-10", "2026-03-10", kind="price_change", amount="-1.00")
    history.when(Bill((one,))).then_refused("state", "too_many_lines")
    history.when(Bill((one,), RUN, bounded=False)).then(covering(one))
    elsewhere = billed("2026-03-11", "2026-03-11", kind="price_change", amount="-1.00")
    history.when(Bill((elsewhere,))).then(says.SubscriptionBilled(fees=(elsewhere,)))


def test_the_last_six_documents_are_remembered() -> None:
    history = active
    for amount in ("1.00", "2.00", "3.00", "4.00", "5.00", "6.00", "7.00"):
        history = history.when(NoteInvoice(noted(amount))).then(noted(amount))
    assert [amount.amount for amount in history.state.invoiced] == ["2.00", "3.00", "4.00", "5.00", "6.00", "7.00"]


def test_commands_of_the_subscription_are_decided_by_it() -> None:
    parked = SubscriptionParked(reason="beyond_usual", sentence="Much", run=RUN)
    history = active.when(Park("beyond_usual", "Much", RUN)).then(parked)
    history.when(Park("beyond_usual", "Much", RUN)).then()
    history.when(ReleaseParked("Right")).then(ParkReleased(reason="Right"))


def test_unused_days_are_credited_once() -> None:
    """LIF-04."""
    credited = says.UnusedDaysCredited(last_day=date(2026, 3, 14), reduced=1, deleted=2)
    history = active.when(CreditUnused(date(2026, 3, 14), 1, 2)).then(credited)
    assert history.state.credited


def test_nothing_is_billed_that_was_never_opened() -> None:
    an_account.when(Bill((MARCH,), RUN)).then_refused("value", "unknown_reference")
    assert active.state.live_days() == []
    assert active.given(covering(MARCH)).state.live_days() == [days("2026-03-01", "2026-03-31")]
