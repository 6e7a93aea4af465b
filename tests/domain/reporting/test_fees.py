"""The views of subscriptions and of the shares of their fees: FTR-04, SRP-01, SRP-02."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.events.fact import Fact
from libs.events.subscription_billing_fees import FeeDeleted, FeeSelectedForCredit, FeeUnselected
from libs.events.subscription_billing_subscriptions import (
    BasePriceUpdated,
    CategoryChanged,
    CurrencyChanged,
    IndexUpdated,
    SubscriptionActivated,
    SubscriptionCancelled,
    SubscriptionDeactivated,
    SubscriptionDeleted,
    SubscriptionExpired,
)
from libs.kernel.money import Money
from libs.rules.billing.days import Span
from services.reporting.projections.fees import subscription, subscription_fee
from tests.domain.reporting import a_subscription as a
from tests.domain.reporting.an_order import NOON, euros, folded

LAST = date(2026, 12, 31)
ON = SubscriptionActivated()


def states(*facts: Fact) -> dict[int, str]:
    """The state of every share."""
    return {key[0]: row["state"] for key, row in folded(subscription_fee, facts).items()}


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((), "chargeable"),
        ((a.put(),), "on_proposal"),
        ((a.put(), a.taken_off()), "chargeable"),
        ((a.put(), a.invoiced()), "invoiced"),
        ((a.invoiced(), FeeSelectedForCredit()), "selected_for_credit"),
        ((a.invoiced(), FeeSelectedForCredit(), FeeUnselected()), "invoiced"),
        ((a.invoiced(), FeeSelectedForCredit(), a.put(credit=True)), "on_credit_proposal"),
        (
            (a.invoiced(), FeeSelectedForCredit(), a.put(credit=True), a.taken_off(credit=True)),
            "selected_for_credit",
        ),
        ((a.invoiced(), FeeSelectedForCredit(), a.put(credit=True), a.credited()), "credited"),
        ((FeeDeleted(),), "deleted"),
    ],
)
def test_how_far_a_fee_is(facts: Sequence[Fact], state: str) -> None:
    """FTR-04."""
    assert states(a.fee(), *facts) == {1: state}


def test_a_fee_that_is_not_charged_stays_out_until_it_is_deleted() -> None:
    """LNP-05."""
    assert states(a.fee(chargeable=False)) == {1: "non_chargeable"}
    assert states(a.fee(chargeable=False), FeeDeleted()) == {1: "deleted"}


def test_every_funding_source_goes_its_own_way() -> None:
    """INV-05: what is selected for credit is what was invoiced."""
    told = [a.fee("60.00", "40.00"), a.put(share=2), a.invoiced("40.00", share=2), FeeSelectedForCredit()]
    assert states(*told) == {1: "chargeable", 2: "selected_for_credit"}
    rows = folded(subscription_fee, told)
    assert [(row["customer"], row["amount"], row["invoice"]) for row in rows.values()] == [
        ("C-1001", "60.00", None),
        ("C-1002", "40.00", "INV-1"),
    ]


def test_what_was_charged_is_what_the_document_says() -> None:
    """INV-06: a line that was repriced."""
    told = a.invoiced("8000.00", net=euros("6611.57"))
    row = folded(subscription_fee, [a.fee(), told])[1,]
    assert (row["amount"], row["invoiced_net"], row["schedule"]) == ("8000.00", "6611.57", a.SCHEDULE)


def test_a_fee_with_what_it_was_created_with() -> None:
    """SRP-02, FEE-11."""
    row = folded(subscription_fee, [a.fee(index=Decimal("110.5000"))])[1,]
    assert (row["days"], row["first_day"], row["last_day"]) == (92, a.OCTOBER.first, LAST)
    assert (row["price_index"], row["period_code"], row["subscription_group"]) == ("110.5000", "QUARTERS", "SUPPORT")
    assert row["created_at"] == NOON


def test_a_reduction_counts_the_days_that_it_takes_off() -> None:
    """RED-01, RED-07."""
    off = (Span.of(date(2026, 10, 1), date(2026, 10, 2)), Span.of(LAST, LAST))
    row = folded(subscription_fee, [a.fee("-10.00", kind="reduction_days", removed=off, adjusts=a.QUARTER)])[1,]
    assert (row["days"], row["adjusts"], row["amount"]) == (3, a.QUARTER, "-10.00")


@pytest.mark.parametrize("share", [2, 3])
def test_a_share_that_was_never_told_is_nothing(share: int) -> None:
    assert folded(subscription_fee, [a.invoiced(share=share), a.put(share=share)]) == {}


@pytest.mark.parametrize(
    ("fact", "changed"),
    [
        (ON, {"active": True}),
        (SubscriptionDeactivated(), {"active": False}),
        (SubscriptionCancelled(last_day=LAST, mode="immediate"), {"active": False}),
        (SubscriptionExpired(last_day=LAST), {"active": False}),
        (SubscriptionDeleted(), {"active": False}),
        (CategoryChanged(before="SUB", category="OTHER"), {"category": "OTHER"}),
        (
            CurrencyChanged(before="EUR", currency="JPY", base_price=Money(900, "JPY")),
            {"currency": "JPY", "base_price": "900"},
        ),
        (
            BasePriceUpdated(rule="to", value=Decimal(1), before=euros("9000.00"), base_price=euros("1.00")),
            {"base_price": "1.00"},
        ),
        (
            IndexUpdated(rule="to", value=Decimal("99.5"), before=Decimal(100), index=Decimal("99.5000")),
            {"price_index": "99.5000"},
        ),
    ],
)
def test_what_becomes_of_a_subscription(fact: Fact, changed: dict[str, Any]) -> None:
    """SUB-05, LIF-01, IDX-05: the last word on it."""
    before = folded(subscription, [a.opened(), ON])[()]
    assert (before["active"], before["number"], before["subscription_group"]) == (True, "SUB-1", "SUPPORT")
    assert folded(subscription, [a.opened(), ON, fact])[()] == {**before, **changed}


def test_a_draft_receives_no_fees_yet() -> None:
    """LIF-01."""
    assert folded(subscription, [a.opened()])[()]["active"] is False
