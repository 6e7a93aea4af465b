"""Rows of the price search, and parameters: SPR-01 to SPR-04, SPR-06, and 1.13."""

from dataclasses import replace
from typing import Any

import pytest

from libs.events.subscription_billing import SubscriptionParametersSet, SubscriptionSalesPriceWithdrawn
from libs.kernel.money import Money
from services.subscription_billing.domain.parameters import SetSubscriptionParameters, subscription_parameters
from services.subscription_billing.domain.references import Named
from services.subscription_billing.domain.sales_price import (
    SetSubscriptionSalesPrice,
    WithdrawPrice,
    sales_price,
)
from tests.domain.subscription_billing.facts import RUN, eur, row
from tests.domain.subscription_billing.records import BY_MONTH, CARE, PROJECT
from tests.support.spec import specification

a_row = specification(sales_price)
the_parameters = specification(subscription_parameters)
WITHDRAWN = SubscriptionSalesPriceWithdrawn(row="R-1", reason="Entered twice")


def put(terms: Any, **values: Any) -> SetSubscriptionSalesPrice:
    return replace(SetSubscriptionSalesPrice(row=terms, code=BY_MONTH), **values)


def test_a_row_names_a_code_a_currency_and_whom_it_is_for() -> None:
    """SPR-01, SPR-02, SPR-04."""
    a_row.when(put(row())).then(row())
    narrow = row(project="P-1", category="CARE", subscription=RUN)
    a_row.when(put(narrow, project=PROJECT, category=CARE, subscription=Named(RUN))).then(narrow)
    for_dealers = row(price_group="DEALERS")
    a_row.when(put(for_dealers, price_group=Named("DEALERS"))).then(for_dealers)


@pytest.mark.parametrize(
    ("terms", "found", "reason", "field"),
    [
        (row(project="P-1", price_group="X"), {}, "two_scopes", "/price_group"),
        (row(price=eur("-0.01")), {}, "amount_negative", "/price"),
        (row(price=Money.zero("EUR")), {}, "amount_zero", "/price"),
        (row(), {"code": None}, "unknown_reference", "/code"),
        (row(project="P-404"), {}, "unknown_reference", "/project"),
        (row(project="P-1"), {"project": replace(PROJECT, active=False)}, "inactive_reference", "/project"),
        (row(price_group="X"), {}, "unknown_reference", "/price_group"),
        (row(category="X"), {}, "unknown_reference", "/category"),
        (row(subscription=RUN), {}, "unknown_reference", "/subscription"),
    ],
)
def test_a_row_that_nothing_could_fit_is_refused(terms: Any, found: Any, reason: str, field: str) -> None:
    a_row.when(put(terms, **found)).then_refused("value", reason, field)


def test_a_row_changes_is_withdrawn_and_comes_back() -> None:
    """SPR-06: what was priced by it keeps its price, so nothing else is told."""
    standing = a_row.given(row())
    standing.when(put(row())).then_refused("state", "nothing_to_change")
    dearer = standing.when(put(row(price=eur("550.00")))).then(row(price=eur("550.00")))
    withdrawn = dearer.when(WithdrawPrice("Entered twice")).then(WITHDRAWN)
    withdrawn.when(WithdrawPrice()).then_not_allowed("withdrawn", "set-subscription-sales-price")
    withdrawn.when(put(row())).then(row())
    a_row.when(WithdrawPrice()).then_not_allowed("absent", "set-subscription-sales-price")


def test_parameters_have_defaults_and_are_set_whole() -> None:
    """Subscription-billing 1.13."""
    defaults = the_parameters.state
    assert (defaults.rounding_period, defaults.reverse_accruals_on_credit) == ("last", "invoice_date")
    assert (defaults.accrue_per_day, defaults.delete_accrued_periods) == (False, False)
    assert (defaults.project_date_is_invoice_date, defaults.ledger_detail) == (False, "line")
    assert defaults.frequency_locked_after_invoice
    other = SubscriptionParametersSet(rounding_period="first", max_periods_per_run=12)
    after = the_parameters.when(SetSubscriptionParameters(other)).then(other)
    assert after.state == other
    after.when(SetSubscriptionParameters(defaults)).then(defaults)


@pytest.mark.parametrize("periods", [0, 37])
def test_a_run_is_bounded(periods: int) -> None:
    """FEE-16."""
    asked = SetSubscriptionParameters(SubscriptionParametersSet(max_periods_per_run=periods))
    the_parameters.when(asked).then_refused("value", "invalid_number", "/max_periods_per_run")
