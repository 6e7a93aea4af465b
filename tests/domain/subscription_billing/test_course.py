"""The course of a subscription: SUB-07, FEE-10, LIF-01, LIF-02, LIF-04, LIF-06, LIF-07, and parking."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from libs.events.subscription_billing_subscriptions import CancellationUndone
from libs.kernel.period import Period
from services.subscription_billing.domain.subscription.course import (
    Activate,
    Deactivate,
    EndIfOver,
    Park,
    ReleaseParked,
    SetTerm,
    UndoCancellation,
)
from services.subscription_billing.domain.subscription.guards import may_receive_fees, nothing_billed_outside
from services.subscription_billing.domain.subscription.state import Active, Existing, Fee
from tests.domain.subscription_billing.facts import (
    ACTIVATED,
    APRIL,
    DEACTIVATED,
    FEBRUARY,
    JANUARY,
    LAST,
    MARCH,
    OTHER_RUN,
    PARKED,
    RELEASED,
    RUN,
    cancelled,
    days,
    expired,
    opened,
    scheduled,
    term,
)
from tests.domain.subscription_billing.records import CONTRACT, a_subscription, cancel

DRAFT = a_subscription.given(opened())
RUNNING = DRAFT.given(ACTIVATED)
OF_MARCH = days("2026-03-01", "2026-03-31")
MID_MARCH, MARCH_31 = date(2026, 3, 15), date(2026, 3, 31)
UNDONE = CancellationUndone(reason="The customer stays")


def standing(history: Any) -> Existing:
    assert isinstance(history.state, Existing)
    return history.state


def refusal_of_fees(history: Any) -> str | None:
    refusal = may_receive_fees(standing(history))
    return refusal.reason if refusal else None


def test_only_an_active_subscription_receives_fees() -> None:
    """FEE-10, LIF-01, SUB-07: deactivated, what was created stays, and nothing is created."""
    assert refusal_of_fees(DRAFT) == "subscription_inactive"
    running = DRAFT.when(Activate(MARCH)).then(ACTIVATED)
    assert refusal_of_fees(running) is None
    resting = running.when(Deactivate("The hall is rebuilt")).then(DEACTIVATED)
    assert refusal_of_fees(resting) == "subscription_inactive"
    assert refusal_of_fees(resting.when(Activate(MARCH)).then(ACTIVATED)) is None


def test_deactivating_keeps_everything_else() -> None:
    """SUB-07."""
    before = standing(RUNNING.given(term(JANUARY, LAST)))
    after = standing(RUNNING.given(term(JANUARY, LAST), DEACTIVATED))
    assert vars(after) == vars(before)


def test_a_subscription_is_not_activated_on_an_agreement_that_is_over() -> None:
    """STM-021."""
    over = replace(CONTRACT, state="terminated")
    DRAFT.when(Activate(MARCH, over)).then_not_allowed("terminated")
    DRAFT.when(Activate(MARCH, CONTRACT)).then(ACTIVATED)


def test_what_is_over_is_not_activated() -> None:
    """LIF-02."""
    ending = DRAFT.given(term(None, MARCH_31))
    ending.when(Activate(MARCH_31)).then(ACTIVATED)
    ending.when(Activate(APRIL)).then_refused("state", "term_over")


def test_a_term_bounds_what_may_be_billed() -> None:
    """LIF-02: both days included; open where there is none."""
    assert standing(RUNNING).term == Period(date(1, 1, 1), None)
    set_ = RUNNING.when(SetTerm(FEBRUARY, LAST)).then(term(FEBRUARY, LAST))
    assert standing(set_).term == Period.closed(FEBRUARY, LAST)
    set_.when(SetTerm(FEBRUARY, LAST)).then_refused("state", "nothing_to_change")
    set_.when(SetTerm(None, None)).then(term())
    RUNNING.when(SetTerm(LAST, FEBRUARY)).then_refused("value", "period_reversed", "/ends_on")
    RUNNING.when(SetTerm(LAST, LAST)).then(term(LAST, LAST))


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "reason"),
    [
        (date(2026, 2, 1), date(2026, 2, 28), None),
        (date(2026, 2, 2), None, "already_billed"),
        (None, date(2026, 2, 27), "already_billed"),
        (None, None, None),
    ],
)
def test_a_term_has_every_day_that_was_billed(starts_on: Any, ends_on: Any, reason: str | None) -> None:
    """LIF-02, LIF-04: what is to end earlier is cancelled, so that it is credited."""
    billed = replace(standing(RUNNING), fees={"f": Fee(days("2026-02-01", "2026-02-28"))})
    refusal = nothing_billed_outside(billed, starts_on, ends_on)
    assert (refusal.reason if refusal else None) == reason
    credited = replace(billed, fees={"f": Fee(days("2026-02-01", "2026-02-28"), credited=True)})
    assert nothing_billed_outside(credited, starts_on, ends_on) is None


@pytest.mark.parametrize("history", [DRAFT, RUNNING, RUNNING.given(DEACTIVATED)])
def test_cancelled_immediately_it_is_over_and_the_day_counts_as_used(history: Any) -> None:
    """LIF-04, LG-CN-01."""
    for on in (MARCH, MID_MARCH):
        after = history.when(cancel(on, today=MID_MARCH)).then(cancelled(on))
        assert after.state.ends_on == on
        assert refusal_of_fees(after) == "subscription_inactive"


def test_cancelled_immediately_on_a_later_day_it_waits_for_that_day_to_be_over() -> None:
    """LIF-04."""
    waiting = RUNNING.when(cancel(APRIL, today=MARCH)).then(scheduled(APRIL, mode="immediate"))
    waiting.when(EndIfOver(APRIL)).then()
    waiting.when(EndIfOver(date(2026, 4, 2))).then(cancelled(APRIL))


def test_cancelled_at_the_end_of_a_period_it_runs_to_the_last_day_of_that_period() -> None:
    """LIF-04: nothing is credited; until then it receives fees, and none for later days."""
    asked = cancel(MID_MARCH, mode="end_of_period", period=OF_MARCH)
    waiting = RUNNING.when(asked).then(scheduled(MARCH_31, MID_MARCH))
    assert refusal_of_fees(waiting) is None
    assert standing(waiting).term == Period.closed(date(1, 1, 1), MARCH_31)
    waiting.when(EndIfOver(MARCH_31)).then()
    after = waiting.when(EndIfOver(APRIL)).then(cancelled(MARCH_31, "end_of_period"))
    assert standing(after).ends_on == MARCH_31


def test_a_term_that_ends_within_the_period_ends_first() -> None:
    """LIF-02, LIF-04."""
    ending = RUNNING.given(term(None, date(2026, 3, 20)))
    asked = cancel(MID_MARCH, mode="end_of_period", period=OF_MARCH)
    ending.when(asked).then(scheduled(date(2026, 3, 20), MID_MARCH))
    ending.when(cancel(date(2026, 3, 21))).then_refused("value", "outside_term", "/on")


def test_the_end_of_a_period_that_is_over_or_not_generated_is_refused() -> None:
    """LIF-04, PER-05."""
    past = cancel(FEBRUARY, mode="end_of_period", period=days("2026-02-01", "2026-02-28"))
    RUNNING.when(past).then_refused("value", "day_is_past", "/on")
    RUNNING.when(cancel(MID_MARCH, mode="end_of_period")).then_refused("state", "periods_not_generated")


def test_a_subscription_is_cancelled_once() -> None:
    """STM-025: the answer names the state and what it allows."""
    over = RUNNING.given(cancelled(MARCH))
    over.when(cancel(MARCH)).then_not_allowed("cancelled")
    waiting = RUNNING.given(scheduled(MARCH_31))
    waiting.when(cancel(MARCH)).then_not_allowed(
        "active",
        *("rename", "change-category", "change-currency", "set-term", "delete", "undo-cancellation"),
        *("update-base-price", "update-index", "deactivate", "release-parked"),
    )


def test_a_cancellation_is_undone_until_its_last_day_is_over() -> None:
    """LIF-06."""
    waiting = RUNNING.given(scheduled(MARCH_31))
    undone = waiting.when(UndoCancellation(MARCH_31, "The customer stays")).then(UNDONE)
    assert standing(undone).term == Period(date(1, 1, 1), None)
    undone.when(EndIfOver(APRIL)).then()
    late = waiting.when(UndoCancellation(APRIL))
    late.then_refused("state", "illegal_transition")
    RUNNING.when(UndoCancellation(MARCH)).then_refused("state", "illegal_transition")


@pytest.mark.parametrize("history", [DRAFT, RUNNING, RUNNING.given(DEACTIVATED)])
def test_it_expires_when_its_last_day_is_over_and_only_once(history: Any) -> None:
    """LIF-07: asked every day, it says nothing before and nothing after."""
    ending = history.given(term(None, MARCH_31))
    ending.when(EndIfOver(MARCH_31)).then()
    over = ending.when(EndIfOver(APRIL)).then(expired(MARCH_31))
    over.when(EndIfOver(APRIL)).then()
    over.when(Activate(APRIL)).then_not_allowed("expired")


def test_late_or_on_time_it_ends_on_the_same_day() -> None:
    """LIF-07: a timer that was away for months changes nothing about the last day."""
    ending = RUNNING.given(term(None, MARCH_31))
    for day in (APRIL, LAST, date(2030, 1, 1)):
        ending.when(EndIfOver(day)).then(expired(MARCH_31))


def test_what_ends_first_counts() -> None:
    """LIF-04, LIF-07."""
    both = RUNNING.given(scheduled(MARCH_31), term(None, MID_MARCH))
    both.when(EndIfOver(MARCH_31)).then(expired(MID_MARCH))
    RUNNING.given(scheduled(MARCH_31), term(None, LAST)).when(EndIfOver(APRIL)).then(
        cancelled(MARCH_31, "end_of_period")
    )
    RUNNING.when(EndIfOver(LAST)).then()


def test_runs_pass_by_what_is_parked_until_somebody_releases_it() -> None:
    """Reliability F9."""
    park = Park("price_missing", "There is no price", RUN)
    parked = RUNNING.when(park).then(PARKED)
    assert refusal_of_fees(parked) == "subscription_parked"
    parked.when(Park("price_missing", "There is no price", OTHER_RUN)).then()
    released = parked.when(ReleaseParked("A price was set")).then(RELEASED)
    assert refusal_of_fees(released) is None
    released.when(ReleaseParked("Again")).then_refused("state", "illegal_transition")
    parked.given(DEACTIVATED).when(ReleaseParked("A price was set")).then(RELEASED)
    DRAFT.when(park).then_refused("state", "illegal_transition")


def test_only_the_active_are_active() -> None:
    """LIF-01."""
    after = (
        (DRAFT, False),
        (RUNNING, True),
        (RUNNING.given(DEACTIVATED), False),
        (RUNNING.given(cancelled(MARCH)), False),
        (RUNNING.given(term(None, MARCH), expired(MARCH)), False),
    )
    for history, active in after:
        assert isinstance(history.state, Active) is active
