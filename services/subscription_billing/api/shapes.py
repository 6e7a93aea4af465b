"""How the outside sees period codes, groups, prices, parameters and subscriptions."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from libs.events.subscription_billing import SubscriptionParametersSet
from libs.events.types import Amount
from libs.rules.billing import PeriodCalendar, suggested_start
from libs.runtime.auth.caller import Owner
from libs.runtime.http.call import Resource
from services.subscription_billing.domain import period_code as codes
from services.subscription_billing.domain import sales_price as prices
from services.subscription_billing.domain import subscription_group as groups
from services.subscription_billing.domain.parameters import subscription_parameters
from services.subscription_billing.domain.subscription import allowed_actions, state_name, subscription
from services.subscription_billing.domain.subscription.state import (
    ALWAYS,
    Active,
    Draft,
    Existing,
    Inactive,
    Opened,
    State,
)

_AMOUNT: TypeAdapter[Any] = TypeAdapter(Amount)


def _code_answered(state: codes.State) -> Mapping[str, Any]:
    key = state.terms.code if isinstance(state, codes.Defined) else None
    return {"number": key, "state": type(state).__name__.lower()}


def _group_answered(state: groups.State) -> Mapping[str, Any]:
    key = None if isinstance(state, groups.Absent) else state.terms.group
    return {"number": key, "state": type(state).__name__.lower()}


def _price_answered(state: prices.State) -> Mapping[str, Any]:
    key = None if isinstance(state, prices.Absent) else state.row.row
    return {"number": key, "state": type(state).__name__.lower()}


def _parameters_answered(_: SubscriptionParametersSet) -> Mapping[str, Any]:
    return {"number": "subscription-parameters", "state": "set"}


def _subscription_answered(state: State) -> Mapping[str, Any]:
    """With what somebody should look at: a base price of zero (SPR-05)."""
    number = state.header.number if isinstance(state, Existing) else None
    free = isinstance(state, Draft | Active | Inactive) and state.bases[-1].price.minor == 0
    warnings = {"warnings": ["price_missing"]} if free else {}
    return {"number": number, "state": state_name(state), **warnings}


def owner(state: State) -> Owner:
    """Whose the subscription is: its customer's."""
    return Owner(state.header.customer) if isinstance(state, Existing) else Owner()


CODES = Resource("/v1/period-codes", codes.period_code, _code_answered)
GROUPS = Resource("/v1/subscription-groups", groups.subscription_group, _group_answered)
PRICES = Resource("/v1/subscription-prices", prices.sales_price, _price_answered)
PARAMETERS = Resource("/v1/subscription-parameters", subscription_parameters, _parameters_answered)
SUBSCRIPTIONS = Resource("/v1/subscriptions", subscription, _subscription_answered, owner)


def shown_code(state: codes.Defined) -> Mapping[str, Any]:
    """The code with the periods generated for it."""
    periods = [{"from": period.first, "to": period.last} for period in state.periods]
    return {**state.terms.model_dump(mode="json", exclude_none=True), "periods": periods}


def shown(standing: Opened, on: date, calendar: PeriodCalendar) -> Mapping[str, Any]:
    """The subscription; base price, index and the suggested start of the next fee as on a day. Source: SUB-04, SUB-05."""
    header = standing.header
    cancellation = standing.cancellation
    return {
        "number": header.number,
        "name": header.name,
        "state": state_name(standing),
        "allowed": allowed_actions(standing),
        "group": header.group,
        "project": header.project,
        "customer": header.customer,
        "category": header.category,
        "currency": header.currency,
        "agreement": header.agreement,
        "base_price": money(standing.base_on(on)),
        "index": f"{standing.index_on(on):f}",
        "base_prices": [{"from": _from(each.effective_on), "price": money(each.price)} for each in standing.bases],
        "indexes": [{"from": _from(each.effective_on), "index": f"{each.index:f}"} for each in standing.indexes],
        "starts_on": standing.starts_on,
        "ends_on": standing.ends_on,
        "cancellation": cancellation and {"last_day": cancellation.last_day, "mode": cancellation.mode},
        "parked": standing.parked and standing.parked.reason,
        "start_date": standing.start_date,
        "latest_end": standing.latest_end,
        "next_start": suggested_start(calendar, standing.covered, on),
    }


def money(amount: Any) -> Mapping[str, str]:
    """Money as it stands in JSON."""
    dumped: Mapping[str, str] = _AMOUNT.dump_python(amount)
    return dumped


def _from(day: date) -> date | None:
    """The day from which a version counts; None where it was said without one."""
    return None if day == ALWAYS else day
