"""Which subscriptions get nothing, and which would get more than any honest run gives."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.events import subscription_billing_fees as says
from libs.events.subscription_billing_subscriptions import (
    SubscriptionDeactivated,
    SubscriptionParked,
    TermSet,
)
from services.subscription_billing.domain.fees.account import Account
from services.subscription_billing.domain.fees.planning import Beyond, Planned, Run, Surroundings, plan
from tests.domain.subscription_billing.billed import (
    AROUND,
    CUSTOMER,
    RUN,
    SUB,
    active,
    billed,
    covering,
    days,
    eur,
    run,
)


def planned(run: Run, account: Account, around: Surroundings = AROUND, **how: Any) -> Planned:
    found = plan(run, SUB, account, around, **how)
    assert isinstance(found, Planned), found
    return found


def beyond(run: Run, account: Account) -> str:
    found = plan(run, SUB, account, AROUND)
    assert isinstance(found, Beyond), found
    assert found.sentence
    return found.reason


def told(found: Planned) -> list[tuple[str, str, str, str]]:
    """First day, last day, kind and amount of every fee."""
    return [
        (fee.days.first.isoformat(), fee.days.last.isoformat(), fee.kind, fee.amount.amount) for _, fee in found.fees
    ]


def left(found: Planned) -> list[tuple[str, str | None]]:
    """Reason and first day of everything left out."""
    return [(one.reason, one.days.first.isoformat() if one.days else None) for one in found.skipped]


def test_a_run_takes_so_many_periods_and_leaves_the_rest_to_the_next() -> None:
    """FEE-16."""
    found = planned(run("2026-01-01", "2026-04-30", most=3), active())
    assert [first for first, *_ in told(found)] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert left(found) == [("postponed", "2026-04-01")]


@pytest.mark.parametrize(
    ("further", "around", "reason"),
    [
        ((SubscriptionDeactivated(),), AROUND, "subscription_inactive"),
        ((SubscriptionParked(reason="beyond_usual", run=RUN),), AROUND, "subscription_parked"),
        ((), Surroundings(project_type="time_and_material"), "project_inactive"),
        ((), Surroundings(project_type="fixed_price", project_active=True), "not_time_and_material"),
        ((), Surroundings(project_type="time_and_material", project_active=True), "line_property_missing"),
    ],
)
def test_a_subscription_that_gets_nothing_is_told_with_the_reason(
    further: tuple[Any, ...], around: Surroundings, reason: str
) -> None:
    """FEE-10, FEE-13, FEE-17, SUB-02, LNP-02, [?B28]."""
    found = planned(run("2026-03-01", "2026-03-31"), active(*further), around)
    assert (found.fees, found.skipped) == ((), (says.RunException(subscription=SUB, reason=reason),))


def test_what_is_not_charged_to_anybody_gets_a_fee_that_says_so() -> None:
    """FEE-13, LNP-05."""
    around = Surroundings("time_and_material", True, line_property="WARRANTY", chargeable=False)
    ((_, fee),) = planned(run("2026-03-01", "2026-03-31"), active(), around).fees
    assert (fee.chargeable, fee.line_property, fee.shares[0].customer) == (False, "WARRANTY", CUSTOMER)


def test_nothing_is_billed_at_a_price_of_zero_unless_it_is_forced() -> None:
    """SPR-05, FEE-18."""
    free = active(base="0.00")
    assert left(planned(run("2026-03-01", "2026-03-31"), free)) == [("price_missing", None)]
    assert told(planned(run("2026-03-01", "2026-03-31", force_zero=True), free))[0][3] == "0.00"


def test_days_without_a_generated_period_are_refused_for_the_subscription() -> None:
    """PER-05: here for what a subscription catches up before the days of the run."""
    account = active(TermSet(starts_on=date(2009, 12, 1)))
    assert left(planned(run("2010-01-01", "2010-01-31", catch_up=True), account)) == [("periods_not_generated", None)]


def test_more_than_36_months_at_once_are_beyond_what_a_run_gives() -> None:
    """Reliability, safety bounds; a person who has looked at it lets it be billed whole."""
    asked = run("2020-01-01", "2023-02-28", most=100)
    assert beyond(asked, active()) == "beyond_months"
    assert len(planned(run("2020-01-01", "2022-12-31"), active()).fees) == 36
    released = planned(asked, active(), bounded=False)
    assert (len(released.fees), released.skipped) == (38, ())


def test_more_than_20_times_the_usual_document_is_beyond_what_a_run_gives() -> None:
    """Reliability, safety bounds: the median of the last six, and never where there are not six."""

    def documents(*amounts: str) -> list[says.SubscriptionInvoiced]:
        return [
            says.SubscriptionInvoiced(document=RUN, number="INV-1", issued_on=date(2026, 1, 1), amount=eur(amount))
            for amount in amounts
        ]

    asked = run("2026-03-01", "2026-03-31")
    six = documents("10.00", "15.49", "15.49", "15.49", "15.51", "900.00")
    assert beyond(asked, active(*six)) == "beyond_usual"
    assert told(planned(asked, active(*six[1:])))[0][3] == "310.00"
    exactly = documents("15.50", "15.50", "15.50", "15.50", "15.50", "15.50")
    assert told(planned(asked, active(*exactly)))[0][3] == "310.00"
    assert len(planned(asked, active(*six), bounded=False).fees) == 1


def test_more_than_15_lines_on_a_day_are_beyond_what_a_run_gives() -> None:
    """Reliability, safety bounds: lines that were credited count, lines that were deleted do not."""

    def history(because: says.Freed) -> Account:
        facts = list[Any]()
        for cycle in range(1, 16):
            fee = billed("2026-03-01", "2026-03-31", cycle)
            facts += [covering(fee), says.FeeDaysFreed(fee=fee.fee, days=fee.days, cycle=cycle, because=because)]
        return active(*facts)

    asked = run("2026-03-01", "2026-03-31")
    assert beyond(asked, history("credited")) == "too_many_lines"
    assert len(planned(asked, history("deleted")).fees) == 1


def test_a_percentage_that_leaves_nothing_is_no_price() -> None:
    assert left(planned(run("2026-03-01", "2026-03-31", percentage=Decimal(-100)), active())) == [
        ("price_missing", None)
    ]


def test_what_was_billed_elsewhere_is_covered() -> None:
    account = active(billed_before=days("2025-01-01", "2026-03-15"))
    assert told(planned(run("2026-03-01", "2026-03-31"), account)) == [
        ("2026-03-16", "2026-03-31", "non_regular", "160.00")
    ]
