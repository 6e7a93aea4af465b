"""Days taken off a fee and changes of its price, each a fee of its own."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from libs.events import subscription_billing_fees as says
from libs.kernel.decider import Rejected
from libs.kernel.money import Money
from services.subscription_billing.domain.fees.adjusting import adjustment_fee, adjustment_id
from services.subscription_billing.domain.fees.commands import (
    ChangePrice,
    ReduceDays,
)
from services.subscription_billing.domain.fees.fee import fee
from services.subscription_billing.domain.fees.state import Fee, State
from tests.domain.subscription_billing.billed import (
    ADJUSTMENT,
    CUSTOMER,
    FEE,
    OTHER,
    created,
    days,
    eur,
)
from tests.support.spec import Given, specification

a_fee: Given[Any, State, Any] = specification(fee)


def reduced(number: int, first: str, last: str, amount: str, reason: str | None = None) -> says.FeeDaysReduced:
    return says.FeeDaysReduced(
        adjustment=number, adjustment_fee=ADJUSTMENT, days=(days(first, last),), amount=eur(amount), reason=reason
    )


def changed(number: int, percentage: str, amount: str) -> says.FeePriceChanged:
    return says.FeePriceChanged(
        adjustment=number, adjustment_fee=ADJUSTMENT, percentage=Decimal(percentage), amount=eur(amount)
    )


def reduce(first: str, last: str) -> ReduceDays:
    return ReduceDays(days(first, last), ADJUSTMENT)


def march_2011(amount: str = "200.00") -> says.FeeCreated:
    return created(amount, days("2011-03-01", "2011-03-31"))


def test_days_are_taken_off_by_a_second_transaction() -> None:
    """RED-01, RED-02, AX-RED-01, W7: then two more, and at last all the rest, which nets exactly nothing."""
    (
        a_fee.given(march_2011())
        .when(reduce("2011-03-10", "2011-03-11"))
        .then(reduced(1, "2011-03-10", "2011-03-11", "-12.90"))
        .when(reduce("2011-03-12", "2011-03-13"))
        .then(reduced(2, "2011-03-12", "2011-03-13", "-12.91"))
        .when(reduce("2011-03-14", "2011-03-31"))
        .then(reduced(3, "2011-03-14", "2011-03-31", "-116.13"))
        .when(reduce("2011-03-01", "2011-03-09"))
        .then(reduced(4, "2011-03-01", "2011-03-09", "-58.06"))
    )


def test_days_that_the_fee_does_not_have_are_ignored() -> None:
    """RED-03, AX-RED-02."""
    january = created("310.00", days("2011-01-01", "2011-01-31"))
    a_fee.given(january).when(reduce("2011-01-22", "2011-02-20")).then(
        reduced(1, "2011-01-22", "2011-01-31", "-100.00")
    )


def test_a_day_is_taken_off_once() -> None:
    """RED-07."""
    history = a_fee.given(march_2011(), reduced(1, "2011-03-10", "2011-03-11", "-12.90"))
    history.when(reduce("2011-03-10", "2011-03-11")).then_refused("state", "already_reduced")
    history.when(reduce("2011-04-01", "2011-04-02")).then_refused("value", "nothing_to_reduce")
    history.when(reduce("2011-03-11", "2011-03-12")).then(reduced(2, "2011-03-12", "2011-03-12", "-6.45"))


def test_a_price_is_changed_by_a_percentage_of_the_fee_as_it_was_created() -> None:
    """PCH-01, PCH-04, AX-PCH-01, W8: on an unreduced fee half, and percentages add up."""
    half = ChangePrice(Decimal(-50), ADJUSTMENT)
    a_fee.given(march_2011()).when(half).then(changed(1, "-50", "-100.00")).when(half).then(
        changed(2, "-50", "-100.00")
    )
    first = reduced(1, "2011-03-10", "2011-03-11", "-12.90")
    a_fee.given(march_2011(), first).when(half).then(changed(2, "-50", "-93.55"))


def test_a_discount_and_a_reduction_meet_on_one_fee() -> None:
    """PCH-03, RED-08, W9."""
    year = created("1200.00", days("2014-01-01", "2014-12-31"))
    (
        a_fee.given(year)
        .when(ChangePrice(Decimal(-10), ADJUSTMENT))
        .then(changed(1, "-10", "-120.00"))
        .when(reduce("2014-11-01", "2015-02-28"))
        .then(reduced(2, "2014-11-01", "2014-12-31", "-180.49"))
    )


def test_a_fee_is_not_changed_by_more_than_all_of_it() -> None:
    """PCH-05."""
    history = a_fee.given(march_2011(), changed(1, "-60", "-120.00"))
    history.when(ChangePrice(Decimal(-41), ADJUSTMENT)).then_refused("value", "net_negative")
    history.when(ChangePrice(Decimal(0), ADJUSTMENT)).then_refused("value", "nothing_to_change", "/percentage")


def half(share: int, customer: str, amount: str) -> says.FeeShare:
    return says.FeeShare(share=share, customer=customer, percentage=Decimal(50), amount=eur(amount))


TWO = created("100.01", shares=(half(1, CUSTOMER, "50.01"), half(2, OTHER, "50.00")))


def adjusted(state: Fee, command: Any) -> tuple[Fee, says.FeeCreated]:
    (fact,) = fee.decide(command, state)
    after = fee.evolve(state, fact)
    assert isinstance(after, Fee)
    return after, adjustment_fee(FEE, state, after, date(2026, 4, 2), command.reason)


def test_an_adjustment_has_everything_of_the_fee_but_its_days_and_amount() -> None:
    """RED-09, RED-01."""
    state = a_fee.given(created(description="Spring")).state
    assert isinstance(state, Fee)
    _, second = adjusted(state, ReduceDays(days("2026-03-22", "2026-05-01"), ADJUSTMENT, "Closed"))
    assert second == created(
        run=None,
        kind="reduction_days",
        span=days("2026-03-22", "2026-03-31"),
        period=days("2026-03-01", "2026-03-31"),
    ).model_copy(
        update={
            "amount": eur("-100.00"),
            "shares": (says.FeeShare(share=1, customer=CUSTOMER, percentage=Decimal(100), amount=eur("-100.00")),),
            "project_date": date(2026, 4, 2),
            "adjusts": FEE,
            "adjustment": 1,
            "removed": (days("2026-03-22", "2026-03-31"),),
            "description": "Closed",
        }
    )
    assert adjustment_id(FEE, 1) == ADJUSTMENT


ADJUSTING = st.lists(
    st.one_of(
        st.tuples(st.integers(1, 31), st.integers(1, 31)).map(
            lambda ends: ReduceDays(days(f"2026-03-{min(ends):02}", f"2026-03-{max(ends):02}"), ADJUSTMENT)
        ),
        st.integers(-60, 60).map(lambda percent: ChangePrice(Decimal(percent), ADJUSTMENT)),
    ),
    max_size=8,
)


@given(ADJUSTING, st.integers(0, 100_000))
def test_whatever_is_adjusted_every_funding_source_keeps_at_least_nothing(commands: list[Any], minor: int) -> None:
    """5.9 (2), RED-07, RED-08, I31: the sum is the target whatever the order, and full removal nets exactly nothing."""
    amount = Money(minor, "EUR")
    first, second = Money(minor - minor // 3, "EUR"), Money(minor // 3, "EUR")
    two = (half(1, CUSTOMER, first.amount), half(2, OTHER, second.amount))
    state: Fee = a_fee.given(created(amount.amount, shares=two)).state  # type: ignore[assignment]
    net, parts = amount, {1: first, 2: second}
    for command in [*commands, ReduceDays(days("2026-03-01", "2026-03-31"), ADJUSTMENT)]:
        try:
            state, second_fee = adjusted(state, command)
        except Rejected:
            continue
        net += second_fee.amount
        parts = {share.share: parts[share.share] + share.amount for share in second_fee.shares}
        assert net == state.adjusted.net
        assert sum(part.minor for part in parts.values()) == net.minor
        assert all(part.minor >= 0 for part in parts.values())
    assert net.minor == 0
