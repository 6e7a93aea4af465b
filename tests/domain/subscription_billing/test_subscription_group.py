"""Subscription groups: SGR-01, SGR-03, SGR-04, SGR-05."""

from typing import Any, get_args

import pytest

from libs.events.subscription_billing import PeriodUnit, SubscriptionGroupRetired, SubscriptionGroupRevised
from libs.rules.billing import may_accrue
from services.subscription_billing.domain.references import Code
from services.subscription_billing.domain.subscription_group import (
    PutSubscriptionGroup,
    RetireSubscriptionGroup,
    subscription_group,
)
from tests.domain.subscription_billing.facts import group
from tests.domain.subscription_billing.records import BY_MONTH, BY_WEEK, BY_YEAR
from tests.support.spec import specification

a_group = specification(subscription_group)


def put(terms: Any, **values: Any) -> PutSubscriptionGroup:
    return PutSubscriptionGroup(terms=terms, **{"invoicing": BY_MONTH} | values)


def revised(**values: Any) -> SubscriptionGroupRevised:
    return SubscriptionGroupRevised(**dict(group(**values)))


def test_a_group_fixes_numbers_invoicing_and_accrual_of_its_subscriptions() -> None:
    """SGR-01."""
    whole = group(invoicing_code="YEAR", accrue_revenue=True, accrual_code="MONTH", number_sequence="SUB")
    a_group.when(put(whole, invoicing=BY_YEAR, accrual=BY_MONTH)).then(whole)
    a_group.when(put(group())).then(group())


def test_a_group_that_accrues_does_so_by_its_invoicing_code_unless_it_names_another() -> None:
    """SGR-04, [?B2]."""
    a_group.when(put(group(accrue_revenue=True))).then(group(accrue_revenue=True, accrual_code="MONTH"))


def test_a_group_that_does_not_accrue_has_no_accrual_code() -> None:
    wanted = group(accrual_code="MONTH")
    a_group.when(put(wanted, accrual=BY_MONTH)).then_refused("value", "not_accruing", "/accrual_code")


@pytest.mark.parametrize("invoicing", get_args(PeriodUnit))
@pytest.mark.parametrize("accrual", get_args(PeriodUnit))
@pytest.mark.parametrize("week_by_week", [False, True])
def test_accrual_periods_nest_in_invoicing_periods(
    invoicing: PeriodUnit, accrual: PeriodUnit, week_by_week: bool
) -> None:
    """SGR-03, AX-ACC-08, [?B1]: the matrix as documented, and week in week by a parameter."""
    terms = group(invoicing_code="I", accrue_revenue=True, accrual_code="A")
    codes: dict[str, Any] = {"invoicing": Code("I", invoicing), "accrual": Code("A", accrual)}
    outcome = a_group.when(put(terms, **codes, week_by_week=week_by_week))
    if may_accrue(invoicing, accrual, week_by_week=week_by_week):
        outcome.then(terms)
    else:
        outcome.then_refused("value", "accrual_code_incompatible", "/accrual_code")


def test_the_default_code_must_nest_too() -> None:
    """SGR-03, SGR-04: week in week only by the parameter."""
    weekly = group(invoicing_code="WEEK", accrue_revenue=True)
    refused = a_group.when(put(weekly, invoicing=BY_WEEK))
    refused.then_refused("value", "accrual_code_incompatible", "/accrual_code")
    accepted = a_group.when(put(weekly, invoicing=BY_WEEK, week_by_week=True))
    accepted.then(group(invoicing_code="WEEK", accrue_revenue=True, accrual_code="WEEK"))


def test_once_fees_were_invoiced_the_invoicing_code_stays() -> None:
    """SGR-05: unless the parameter is off; until then it may change."""
    by_month = a_group.given(group())
    yearly = group(invoicing_code="YEAR")
    change: dict[str, Any] = {"invoicing": BY_YEAR}
    by_month.when(put(yearly, **change, invoiced=True)).then_refused("state", "frequency_locked")
    by_month.when(put(yearly, **change)).then(revised(invoicing_code="YEAR"))
    by_month.when(put(yearly, **change, invoiced=True, frequency_locked=False)).then(revised(invoicing_code="YEAR"))


def test_everything_else_of_a_group_may_change_at_any_time() -> None:
    """SGR-06: switching accrual touches later invoices only, which the fees say for themselves."""
    by_month = a_group.given(group())
    changed = {"name": "Care plus", "accrue_revenue": True, "accrual_code": "MONTH", "number_sequence": "CP"}
    by_month.when(put(group(**changed), accrual=BY_MONTH, invoiced=True)).then(revised(**changed))
    by_month.when(put(group())).then_refused("state", "nothing_to_change")


@pytest.mark.parametrize(
    ("terms", "codes", "reason", "field"),
    [
        (group(group="CARE-FOR-ALL"), {}, "too_long", "/group"),
        (group(number_sequence="SUBSCRIPTIONS-"), {}, "too_long", "/number_sequence"),
        (group(), {"invoicing": None}, "unknown_reference", "/invoicing_code"),
        (group(accrue_revenue=True, accrual_code="DAY"), {"accrual": None}, "unknown_reference", "/accrual_code"),
    ],
)
def test_a_group_names_what_exists_in_few_characters(
    terms: Any, codes: dict[str, Any], reason: str, field: str
) -> None:
    a_group.when(put(terms, **codes)).then_refused("value", reason, field)


def test_a_retired_group_changes_no_more() -> None:
    retired = SubscriptionGroupRetired(group="CARE", reason="No longer offered")
    after = a_group.given(group()).when(RetireSubscriptionGroup("No longer offered")).then(retired)
    after.when(put(group(name="Care plus"))).then_not_allowed("retired")
    after.when(RetireSubscriptionGroup()).then_not_allowed("retired")
    a_group.when(RetireSubscriptionGroup()).then_not_allowed("absent", "put-subscription-group")
