"""What the lists show of codes, groups, prices and subscriptions: SUB-05, SGR-05, PER-03, and the shape of the rows."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events import subscription_billing as says
from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_subscriptions as told
from libs.events.fact import Fact
from libs.kernel.view import Heard, Rows, View
from libs.rules.billing import Span
from libs.runtime.clock import now
from services.subscription_billing.domain.subscription import state_name, subscription
from services.subscription_billing.domain.subscription.state import Existing
from services.subscription_billing.projections import VIEWS
from services.subscription_billing.projections.record_list import price_rows, records
from services.subscription_billing.projections.subscription_list import covered, subscriptions
from tests.domain.subscription_billing.facts import (
    ACTIVATED,
    AGREEMENT,
    DEACTIVATED,
    JULY,
    LAST,
    MARCH,
    PARKED,
    RELEASED,
    base,
    cancelled,
    code,
    days,
    eur,
    expired,
    group,
    index,
    opened,
    row,
    scheduled,
    term,
    usd,
)
from tests.domain.subscription_billing.stories import STORIES, recorded

STREAM = "5f0c2c9e-0001-5000-8000-000000000001"
FEE, OTHER = "5f0c2c9e-0001-5000-8000-0000000000f1", "5f0c2c9e-0001-5000-8000-0000000000f2"


def folded(view: View, *facts: Fact) -> dict[tuple[Any, ...], Any]:
    """The rows of one stream after its facts."""
    rows: Rows = {}
    for sequence, fact in enumerate(facts, 1):
        rows = {**rows, **view.fold(rows, fact, Heard(STREAM, sequence, now(), now()))}
    return dict(rows)


def listed(*facts: Fact) -> dict[str, Any]:
    """The one row of a subscription."""
    return dict(folded(subscriptions.view, opened(), *facts)[()])


def billed(fee: str, span: Span, kind: fees.FeeKind = "regular") -> fees.SubscriptionBilled:
    return fees.SubscriptionBilled(fees=(fees.BilledFee(fee=fee, kind=kind, days=span, cycle=1, amount=eur("310.00")),))


def test_the_list_says_what_a_subscription_is_and_how_it_stands() -> None:
    """SUB-05."""
    assert [listed(*facts)["state"] for facts in ((), (ACTIVATED,), (ACTIVATED, DEACTIVATED))] == [
        "draft",
        "active",
        "inactive",
    ]
    assert listed(expired(LAST))["state"] == "expired"
    over = listed(cancelled(MARCH))
    assert (over["state"], over["last_day"]) == ("cancelled", MARCH)
    first = listed()
    assert (first["number"], first["group"], first["project"], first["currency"]) == (
        "SUB-000001",
        "CARE",
        "P-1",
        "EUR",
    )


def test_the_list_follows_every_change() -> None:
    """SUB-05, IDX-05."""
    changed = listed(
        told.SubscriptionRenamed(name="Care"),
        told.CategoryChanged(before="CARE", category="PLUS"),
        term(MARCH, LAST),
        index("100", "110.0000", "10"),
        base("310.00", "341.00", "10", effective_on=JULY),
    )
    assert (changed["name"], changed["category"]) == ("Care", "PLUS")
    assert (changed["starts_on"], changed["ends_on"]) == (MARCH, LAST)
    assert (changed["index"], changed["base_price"]) == ("110.0000", "341.00")
    dollars = told.CurrencyChanged(before="EUR", currency="USD", base_price=usd("340.00"))
    assert (listed(dollars)["currency"], listed(dollars)["base_price"]) == ("USD", "340.00")
    undone = told.CancellationUndone()
    assert [listed(*facts)["last_day"] for facts in ((scheduled(LAST),), (scheduled(LAST), undone))] == [LAST, None]
    assert [listed(*facts)["parked"] for facts in ((PARKED,), (PARKED, RELEASED))] == ["price_missing", None]


def test_the_days_that_are_covered_are_those_of_fees_that_were_not_given_back() -> None:
    """SUB-05, FEE-06: adjustments cover nothing."""
    before, january = days("2025-01-01", "2025-12-31"), days("2026-01-01", "2026-01-31")
    rows = folded(
        covered.view,
        opened(billed_before=before),
        billed(FEE, january),
        billed(OTHER, january, "reduction_days"),
        fees.FeeDaysFreed(fee=FEE, days=january, cycle=1, because="credited"),
        fees.FeeDaysFreed(fee=OTHER, days=january, cycle=1, because="deleted"),
    )
    assert rows == {
        ("",): {"first": before.first, "last": before.last, "freed": None},
        (FEE,): {"first": january.first, "last": january.last, "freed": "credited"},
    }


@pytest.mark.parametrize("story", STORIES)
def test_the_list_says_of_every_story_what_the_subscription_itself_says(story: str) -> None:
    """G6: folded by the view and by the decider, it comes to the same."""
    history = recorded(STORIES[story])
    for told_so_far in range(1, len(history) + 1):
        state = subscription.fold(history[:told_so_far])
        shown = folded(subscriptions.view, *history[:told_so_far])[()]
        assert isinstance(state, Existing)
        assert shown["state"] == state_name(state)
        for name in ("number", "name", "group", "project", "customer", "category", "currency", "agreement"):
            assert shown[name] == getattr(state.header, name)
        assert (shown["base_price"], shown["index"]) == (state.bases[-1].price.amount, f"{state.indexes[-1].index:f}")
        assert shown["parked"] == (state.parked and state.parked.reason)


def test_records_are_kept_as_they_were_put_last() -> None:
    """SPR-06: a withdrawn row is shown as such."""
    put = folded(records.view, group(), says.SubscriptionGroupRetired(group="CARE"))[()]
    assert (put["kind"], put["key"], put["state"]) == ("subscription_group", "CARE", "retired")
    assert folded(records.view, code())[()]["kind"] == "period_code"
    withdrawn = says.SubscriptionSalesPriceWithdrawn(row="R-1")
    assert folded(records.view, row(), withdrawn)[()]["state"] == "withdrawn"
    shown = [folded(price_rows.view, *facts)[()] for facts in ((row(),), (row(), withdrawn), (row(), withdrawn, row()))]
    assert [each["withdrawn"] for each in shown] == [None, "withdrawn", None]
    assert (shown[0]["code"], shown[0]["currency"], shown[0]["amount"]) == ("MONTH", "EUR", "500.00")


@given(st.lists(st.sampled_from([ACTIVATED, DEACTIVATED, term(None, LAST), PARKED, RELEASED]), max_size=8), st.data())
def test_a_row_depends_on_its_facts_and_on_nothing_else(told_of_it: Sequence[Fact], data: st.DataObject) -> None:
    """G6: folded at once or in two steps, the rows are the same."""
    history = [opened(agreement=AGREEMENT), *told_of_it]
    at = data.draw(st.integers(1, len(history)))
    rows: Rows = folded(subscriptions.view, *history[:at])
    for fact in history[at:]:
        rows = {**rows, **subscriptions.view.fold(rows, fact, Heard(STREAM, 1, now(), now()))}
    assert rows == folded(subscriptions.view, *history)


def test_every_view_has_its_table_and_every_row_its_columns() -> None:
    assert {view.view.name for view in VIEWS} >= {"subscription_list", "billed_days", "record", "price_row", "fee_use"}
    for projection in (subscriptions, covered, records, price_rows):
        facts: list[Fact] = [opened(billed_before=Span.of(date(2025, 1, 1), date(2025, 12, 31))), group(), row()]
        for fact in facts:
            for shown in projection.view.fold({}, fact, Heard(STREAM, 1, now(), now())).values():
                assert set(shown) == set(projection.table.info["values"])
