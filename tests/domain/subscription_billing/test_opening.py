"""Opening a subscription, and what of it may change: SUB-01, SUB-02, SUB-08 to SUB-10, SPR-05, SPR-06."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.events.subscription_billing_fees import BilledFee, FeeDaysFreed, SubscriptionBilled
from libs.events.subscription_billing_subscriptions import (
    CategoryChanged,
    CurrencyChanged,
    SubscriptionDeleted,
    SubscriptionRenamed,
)
from libs.kernel.money import Money
from libs.rules.billing import Span
from services.subscription_billing.domain.references import Category, Group, Named, PriceFound, Project
from services.subscription_billing.domain.subscription.creation import ChangeCategory, ChangeCurrency, Delete, Rename
from services.subscription_billing.domain.subscription.guards import nothing_open
from services.subscription_billing.domain.subscription.state import Draft, Fee
from tests.domain.subscription_billing.facts import AGREEMENT, JANUARY, LAST, RUN, days, eur, opened, term, usd
from tests.domain.subscription_billing.records import CONTRACT, LABOUR, TYPED, a_subscription, open_it


def test_a_subscription_is_opened_in_a_group_on_a_project_as_a_draft() -> None:
    """SUB-01: its customer is the project's, its number is drawn from the group's sequence."""
    after = a_subscription.when(open_it()).then(opened())
    assert isinstance(after.state, Draft)
    assert (after.state.start_date, after.state.latest_end) == (None, None)


def test_where_the_group_has_no_sequence_the_number_is_typed() -> None:
    """SUB-01, SGR-01."""
    typed = open_it({"group": TYPED}, drawn=None, number="HALL-2")
    a_subscription.when(typed).then(opened(number="HALL-2"))
    a_subscription.when(replace(typed, number=None)).then_refused("value", "missing", "/number")
    a_subscription.when(replace(typed, number="H" * 21)).then_refused("value", "too_long", "/number")
    a_subscription.when(open_it(number="HALL-2")).then_refused("value", "number_generated", "/number")


def test_the_base_price_is_the_one_given_else_the_one_found_else_zero() -> None:
    """SPR-05, SPR-06: copied, with the row that it comes from."""
    found = a_subscription.when(open_it(base_price=None))
    found.then(opened(base_price=eur("500.00"), price_row="R-1"))
    a_subscription.when(open_it({"price": None}, base_price=None)).then(opened(base_price=eur("0.00")))
    in_yen = open_it({"price": None}, base_price=None, currency="JPY")
    a_subscription.when(in_yen).then(opened(currency="JPY", base_price=Money.zero("JPY")))


@pytest.mark.parametrize("kind", ["fixed_price", "investment", "cost", "internal", "time"])
def test_only_time_and_material_projects_have_subscriptions(kind: Any) -> None:
    """SUB-02."""
    project = Project("P-1", kind, "C-1001", "EUR")
    a_subscription.when(open_it({"project": project})).then_refused("value", "not_time_and_material", "/project")


@pytest.mark.parametrize("kind", ["hour", "expense", "item"])
def test_the_category_is_one_of_fees(kind: Any) -> None:
    """SUB-01, SUB-02."""
    refused = a_subscription.when(open_it({"category": Category("CARE", kind)}))
    refused.then_refused("value", "not_fee_category", "/category")


@pytest.mark.parametrize(
    ("found", "values", "reason", "field"),
    [
        ({"group": None}, {}, "unknown_reference", "/group"),
        ({"group": Group("CARE", "MONTH", "SUB", active=False)}, {}, "inactive_reference", "/group"),
        ({"project": None}, {}, "unknown_reference", "/project"),
        (
            {"project": Project("P-1", "time_and_material", None, "EUR", active=False)},
            {},
            *("inactive_reference", "/project"),
        ),
        ({"customer": None}, {}, "unknown_reference", "/customer"),
        ({"customer": Named("C-1001", active=False)}, {}, "inactive_reference", "/customer"),
        ({"category": None}, {}, "unknown_reference", "/category"),
        ({}, {"agreement": AGREEMENT}, "unknown_reference", "/agreement"),
        ({}, {"base_price": usd("310.00")}, "currency_mismatch", "/base_price"),
        ({}, {"base_price": eur("-1.00")}, "base_price_negative", ""),
        ({}, {"index": Decimal(0)}, "index_not_positive", ""),
        ({}, {"starts_on": LAST, "ends_on": JANUARY}, "period_reversed", "/ends_on"),
    ],
)
def test_what_cannot_be_billed_is_not_opened(found: Any, values: Any, reason: str, field: str) -> None:
    """SUB-01, IDX-06."""
    a_subscription.when(open_it(found, **values)).then_refused("value", reason, field)


def test_an_agreement_may_be_named_that_is_on_the_project_and_not_over() -> None:
    """SUB-10, STM-021."""
    named: dict[str, Any] = {"agreement": AGREEMENT}
    a_subscription.when(open_it({"agreement": CONTRACT}, **named)).then(opened(agreement=AGREEMENT))
    elsewhere = a_subscription.when(open_it({"agreement": replace(CONTRACT, project="P-2")}, **named))
    elsewhere.then_refused("value", "other_project", "/agreement")
    over = a_subscription.when(open_it({"agreement": replace(CONTRACT, state="terminated")}, **named))
    over.then_not_allowed("terminated")


def test_a_term_is_set_with_the_opening() -> None:
    """LIF-02."""
    a_subscription.when(open_it(ends_on=LAST)).then(opened(), term(None, LAST))
    a_subscription.when(open_it(starts_on=JANUARY)).then(opened(), term(JANUARY, None))


def test_a_running_subscription_keeps_its_first_day_and_what_was_billed_elsewhere() -> None:
    """SUB-04, SUB-05: the next fee begins after the days that were billed before it came here."""
    before = days("2025-03-01", "2025-12-31")
    running = open_it(billed_before=before, index=Decimal("112.5"))
    after = a_subscription.when(running).then(opened(billed_before=before, index=Decimal("112.5000")))
    assert isinstance(after.state, Draft)
    assert (after.state.start_date, after.state.latest_end) == (date(2025, 3, 1), date(2025, 12, 31))
    assert after.state.covered == (before,)


@pytest.mark.parametrize("bounds", [{"starts_on": date(2025, 3, 2)}, {"ends_on": date(2025, 12, 30)}])
def test_days_billed_elsewhere_lie_within_the_term(bounds: dict[str, Any]) -> None:
    """LIF-02."""
    running = open_it(billed_before=days("2025-03-01", "2025-12-31"), **bounds)
    a_subscription.when(running).then_refused("value", "outside_term", "/billed_before")


def test_it_is_opened_once() -> None:
    once = a_subscription.given(opened())
    outcome = once.when(open_it())
    outcome.then_refused("state", "illegal_transition")


def test_name_and_category_change() -> None:
    """FEE-11: fees keep the category that they were created with."""
    draft = a_subscription.given(opened())
    draft.when(Rename("Cooling")).then(SubscriptionRenamed(name="Cooling"))
    draft.when(Rename("Cooling care")).then_refused("state", "nothing_to_change")
    plus = Category("PLUS", "fee")
    draft.when(ChangeCategory("PLUS", plus)).then(CategoryChanged(before="CARE", category="PLUS"))
    draft.when(ChangeCategory("CARE", None)).then_refused("state", "nothing_to_change")
    draft.when(ChangeCategory("PLUS", None)).then_refused("value", "unknown_reference", "/category")
    draft.when(ChangeCategory("LABOUR", LABOUR)).then_refused("value", "not_fee_category", "/category")


def test_the_currency_changes_to_a_price_in_it_while_there_is_no_fee() -> None:
    """SUB-09."""
    draft = a_subscription.given(opened())
    changed = CurrencyChanged(before="EUR", currency="USD", base_price=usd("340.00"))
    after = draft.when(ChangeCurrency("USD", usd("340.00"))).then(changed)
    assert isinstance(after.state, Draft)
    assert (after.state.header.currency, after.state.base_on(JANUARY)) == ("USD", usd("340.00"))
    by_row = changed.model_copy(update={"base_price": usd("350.00"), "price_row": "R-2"})
    draft.when(ChangeCurrency("USD", price=PriceFound("R-2", usd("350.00")))).then(by_row)
    draft.when(ChangeCurrency("USD")).then(changed.model_copy(update={"base_price": usd("0.00")}))
    draft.when(ChangeCurrency("EUR")).then_refused("state", "nothing_to_change")
    draft.when(ChangeCurrency("USD", eur("1.00"))).then_refused("value", "currency_mismatch", "/base_price")


def test_a_fee_that_is_not_credited_freezes_the_currency() -> None:
    """SUB-09."""
    draft = a_subscription.given(opened()).state
    assert isinstance(draft, Draft)
    january = Fee(days("2026-01-01", "2026-01-31"))
    frozen = nothing_open(replace(draft, fees={"f-1": january}))
    assert frozen is not None
    assert (frozen.kind, frozen.reason) == ("state", "currency_frozen")
    assert nothing_open(replace(draft, fees={"f-1": replace(january, credited=True)})) is None


def test_it_is_deleted_while_nothing_was_ever_billed_for_it() -> None:
    """SUB-08: a deleted fee is none, a credited one is; days that were billed elsewhere count as well."""
    deleted, january = SubscriptionDeleted(reason="Entered twice"), days("2026-01-01", "2026-01-31")
    draft = a_subscription.given(opened())
    after = draft.when(Delete("Entered twice")).then(deleted)
    after.when(Delete()).then_not_allowed("deleted")
    billed = draft.given(billed_once(january))
    billed.when(Delete()).then_refused("state", "has_fees")
    billed.given(freed(january, "credited")).when(Delete()).then_refused("state", "has_fees")
    billed.given(freed(january, "deleted")).when(Delete("Entered twice")).then(deleted)
    running = a_subscription.given(opened(billed_before=january))
    running.when(Delete()).then_refused("state", "has_fees")


def billed_once(span: Span) -> Any:
    fee = BilledFee(fee=RUN, kind="regular", days=span, cycle=1, amount=eur("310.00"))
    return SubscriptionBilled(fees=(fee,))


def freed(span: Span, because: Any) -> Any:
    return FeeDaysFreed(fee=RUN, days=span, cycle=1, because=because)
