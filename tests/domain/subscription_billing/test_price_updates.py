"""Updates of base price and index: IDX-01 to IDX-07."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.subscription_billing_subscriptions import SubscriptionFact
from services.subscription_billing.domain.subscription.prices import UpdateBasePrice, UpdateIndex, UpdateInGroup
from services.subscription_billing.domain.subscription.state import Existing
from tests.domain.subscription_billing.facts import (
    ACTIVATED,
    APRIL,
    DEACTIVATED,
    FEBRUARY,
    JANUARY,
    JULY,
    LAST,
    MARCH,
    RUN,
    base,
    cancelled,
    eur,
    index,
    opened,
    usd,
)
from tests.domain.subscription_billing.records import a_subscription


def priced(amount: str = "120.00", at: str = "100") -> Any:
    return a_subscription.given(opened(base_price=eur(amount), index=Decimal(at)), ACTIVATED)


def indexed(percent: str | None = None, to: str | None = None, **values: Any) -> UpdateIndex:
    return UpdateIndex(
        today=MARCH, percent=Decimal(percent) if percent else None, to=Decimal(to) if to else None, **values
    )


def based(percent: str | None = None, to: str | None = None, **values: Any) -> UpdateBasePrice:
    return UpdateBasePrice(
        today=MARCH, percent=Decimal(percent) if percent else None, to=eur(to) if to else None, **values
    )


def on(history: Any, day: date) -> tuple[str, str]:
    state = history.state
    assert isinstance(state, Existing)
    return state.base_on(day).amount, str(state.index_on(day))


def test_the_four_modes() -> None:
    """IDX-01, IDX-02: AX-IDX-02 to AX-IDX-05; per cent multiplies and adds no points."""
    priced(at="110").when(indexed(percent="10")).then(index("110", "121.0000", "10"))
    priced().when(indexed(to="105")).then(index("100", "105.0000", "105.0000", "to"))
    priced().when(based(percent="10")).then(base("120.00", "132.00", "10"))
    priced("100.00").when(based(to="200.00")).then(base("100.00", "200.00", "200.00", "to"))


def test_the_index_has_four_decimals_and_the_price_those_of_its_currency() -> None:
    """IDX-04, [?B6]: half up."""
    priced(at="101.0001").when(indexed(percent="0.05")).then(index("101.0001", "101.0506", "0.05"))
    priced("100.10").when(based(percent="5")).then(base("100.10", "105.11", "5"))


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (indexed(to="0"), "index_not_positive"),
        (indexed(to="-1"), "index_not_positive"),
        (indexed(percent="-100"), "percentage_too_low"),
        (based(percent="-100"), "percentage_too_low"),
        (based(to="-0.01"), "base_price_negative"),
    ],
)
def test_an_index_is_above_zero_a_price_not_below_it(command: Any, reason: str) -> None:
    """IDX-06."""
    priced().when(command).then_refused("value", reason)


def test_an_update_says_one_thing_in_the_currency_of_the_subscription() -> None:
    for command in (based(), based("10", "1.00"), indexed(), indexed(percent="1", to="1")):
        priced().when(command).then_refused("value", "one_of_two", "/percent")
    priced().when(UpdateBasePrice(today=MARCH, to=usd("1.00"))).then_refused("value", "currency_mismatch", "/to")
    priced().when(based(to="120.00")).then_refused("state", "nothing_to_change")
    priced().when(indexed(percent="0")).then_refused("state", "nothing_to_change")


def test_without_a_day_every_later_fee_has_the_new_price_whatever_its_days() -> None:
    """IDX-05: also one for days before the update."""
    after = priced().when(based(percent="10")).then(base("120.00", "132.00", "10"))
    assert on(after, JANUARY) == on(after, LAST) == ("132.00", "100")


def test_from_a_day_on_fees_from_that_day_have_the_new_price() -> None:
    """IDX-07, OC-PRC-01: the version valid on the from date of the fee."""
    after = (
        priced().when(based(percent="10", effective_on=JULY)).then(base("120.00", "132.00", "10", effective_on=JULY))
    )
    assert on(after, date(2026, 6, 30)) == ("120.00", "100")
    assert on(after, JULY) == ("132.00", "100")
    further = after.when(indexed(to="105", effective_on=APRIL)).then(
        index("100", "105.0000", "105.0000", "to", effective_on=APRIL)
    )
    assert on(further, APRIL) == ("120.00", "105.0000")
    assert on(further, JULY) == ("132.00", "105.0000")


def test_a_percentage_is_of_the_price_that_counts_on_the_day() -> None:
    """IDX-02, IDX-07."""
    first = priced().given(base("120.00", "132.00", "10", effective_on=FEBRUARY))
    first.when(based("10", effective_on=JANUARY)).then(base("120.00", "132.00", "10", effective_on=JANUARY))
    first.when(based("10", effective_on=APRIL)).then(base("132.00", "145.20", "10", effective_on=APRIL))
    later = priced().given(index("100", "110.0000", "10", effective_on=FEBRUARY))
    later.when(indexed("10", effective_on=JANUARY)).then(index("100", "110.0000", "10", effective_on=JANUARY))


def test_an_update_without_a_day_takes_the_place_of_all_before_it() -> None:
    """IDX-05: a fee for January that is created after it has the new price too."""
    dated = priced().given(
        base("120.00", "132.00", "10", effective_on=FEBRUARY), index("100", "110.0000", "10", effective_on=FEBRUARY)
    )
    after = dated.when(based("10")).then(base("132.00", "145.20", "10"))
    both = after.when(indexed("10")).then(index("110.0000", "121.0000", "10"))
    assert on(both, JANUARY) == on(both, LAST) == ("145.20", "121.0000")


def test_what_was_said_for_a_later_day_is_not_lost_by_an_update_without_one() -> None:
    """IDX-05, IDX-07."""
    coming = priced().given(base("120.00", "132.00", "10", effective_on=JULY))
    coming.when(based("10")).then_refused("state", "future_update")
    coming.when(based("10", effective_on=MARCH)).then(base("120.00", "132.00", "10", effective_on=MARCH))
    coming.when(indexed(percent="10")).then(index("100", "110.0000", "10"))


def test_an_update_of_a_group_passes_by_what_is_not_active_and_what_stays_as_it_is() -> None:
    """IDX-03: one fact per subscription, with the run that they share."""
    update = UpdateInGroup(indexed(percent="10", run=RUN))
    priced().when(update).then(index("100", "110.0000", "10", run=RUN))
    for history in (
        a_subscription.given(opened()),
        priced().given(DEACTIVATED),
        priced().given(cancelled(MARCH)),
    ):
        history.when(update).then()
    priced(at="105").when(UpdateInGroup(indexed(to="105", run=RUN))).then()
    priced().when(UpdateInGroup(based(to="120.00", run=RUN))).then()
    priced().when(UpdateInGroup(based("10", run=RUN))).then(base("120.00", "132.00", "10", run=RUN))
    priced().when(UpdateInGroup(based("-100"))).then_refused("value", "percentage_too_low")


@given(st.lists(st.tuples(st.dates(JANUARY, LAST), st.integers(1, 200)), max_size=6))
def test_on_every_day_the_latest_version_from_that_day_or_before_counts(updates: list[tuple[date, int]]) -> None:
    """IDX-07: of several for one day the last recorded."""
    facts: list[SubscriptionFact] = [
        index("100", f"{value}.0000", f"{value}", "to", effective_on=day) for day, value in updates
    ]
    state = a_subscription.given(opened(), *facts).state
    assert isinstance(state, Existing)
    for day in (JANUARY, MARCH, JULY, LAST):
        fitting = [(first, at, value) for at, (first, value) in enumerate(updates) if first <= day]
        assert state.index_on(day) == (Decimal(max(fitting)[2]) if fitting else Decimal(100))
