"""Twins of the views of subscription billing: at any instant, the fold of what had happened by then."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from libs.events.fact import Fact
from libs.events.subscription_billing_accruals import ScheduleLinesDeleted
from libs.events.subscription_billing_fees import FeeDeleted, FeeSelectedForCredit, FeeUnselected
from libs.events.subscription_billing_subscriptions import (
    BasePriceUpdated,
    SubscriptionActivated,
    SubscriptionDeactivated,
)
from libs.kernel.view import Key, Row
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.then import at
from tests.domain.reporting import a_subscription as a
from tests.domain.reporting.an_order import NOON, euros
from tests.domain.reporting.test_then import HOURS, Told, heard, instant, rows_of

VIEWS = {projection.view.name: projection.view for projection in PROJECTIONS}
NAMES = ("subscription", "subscription_fee", "accrual_line")
FACTS: Sequence[Fact] = (
    *(a.opened(), SubscriptionActivated(), SubscriptionDeactivated()),
    BasePriceUpdated(rule="to", value=Decimal(1), before=euros("9000.00"), base_price=euros("1.00")),
    *(a.fee("60.00", "40.00"), a.put(), a.taken_off(share=2), a.invoiced("60.00"), a.invoiced("40.00", share=2)),
    *(FeeSelectedForCredit(), FeeUnselected(), a.put(credit=True, share=2), a.credited(), FeeDeleted()),
    *(a.built(), a.accrued(), a.accrued(2), a.reversed_line(), a.dropped(2, 3), ScheduleLinesDeleted(lines=(1,))),
)


@given(told=st.lists(st.tuples(st.sampled_from(FACTS), HOURS), max_size=14), hour=HOURS)
def test_a_twin_at_an_instant_is_the_fold_of_what_had_happened(told: Told, hour: int) -> None:
    """SRP-02, SRP-03."""
    for name in NAMES:
        rows = rows_of(VIEWS[f"{name}_then"], told)
        by_then: dict[Key, Row] = {}
        for sequence, (fact, happened) in enumerate(told, 1):
            if happened <= hour:
                by_then |= VIEWS[name].fold(by_then, fact, heard(happened, sequence))
        assert at(rows, instant(hour)) == by_then


@given(told=st.lists(st.tuples(st.sampled_from(FACTS), HOURS), max_size=14))
def test_what_is_written_once_is_never_changed(told: Told) -> None:
    """A row that says when it happened needs no twin: no later fact of a story touches it."""
    for name in ("deferral", "billing_line", "ledger_entry"):
        rows: Mapping[Key, Row] = {}
        for sequence, (fact, hour) in enumerate(told, 1):
            changed = VIEWS[name].fold(rows, fact, heard(hour, sequence))
            assert not changed.keys() & rows.keys()
            rows = {**rows, **changed}
            assert {row["occurred_at"] for row in changed.values()} <= {NOON + timedelta(hours=hour)}
