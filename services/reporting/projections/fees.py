"""Subscriptions and the shares of their fees, folded from what subscription billing tells."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from libs.events import subscription_billing_fees as told
from libs.events import subscription_billing_subscriptions as about
from libs.kernel.view import Fold, Heard, Key, Row, Rows, View

SUBSCRIPTION: Key = ()
"""The one row of a subscription's stream."""


def plain(number: Decimal) -> str:
    """A number as a row holds it, and as it is read back."""
    return f"{number:f}"


def _opened(_: Rows, fact: about.SubscriptionOpened, __: Heard) -> Rows:
    same = ("number", "project", "customer", "category", "currency", "agreement")
    row = {name: getattr(fact, name) for name in same}
    prices = {"base_price": fact.base_price.amount, "price_index": plain(fact.index)}
    return {SUBSCRIPTION: {**row, **prices, "subscription_group": fact.group, "active": False}}


def _changed(change: Callable[[Any], Row]) -> Fold:
    """What a fact changes of the subscription; nothing before it was opened."""

    def fold(rows: Rows, fact: Any, _: Heard) -> Rows:
        return {key: {**row, **change(fact)} for key, row in rows.items()}

    return fold


_ON, _OFF = _changed(lambda _: {"active": True}), _changed(lambda _: {"active": False})

subscription = View(
    "subscription",
    "subscription_billing",
    {
        about.SubscriptionOpened: _opened,
        about.SubscriptionActivated: _ON,
        about.SubscriptionDeactivated: _OFF,
        about.SubscriptionCancelled: _OFF,
        about.SubscriptionExpired: _OFF,
        about.SubscriptionDeleted: _OFF,
        about.SubscriptionDeleted: _OFF,
        about.CategoryChanged: _changed(lambda fact: {"category": fact.category}),
        about.CurrencyChanged: _changed(lambda fact: {"currency": fact.currency, "base_price": fact.base_price.amount}),
        about.BasePriceUpdated: _changed(lambda fact: {"base_price": fact.base_price.amount}),
        about.IndexUpdated: _changed(lambda fact: {"price_index": plain(fact.index)}),
    },
)

_UNINVOICED: Row = dict.fromkeys(
    ("document", "invoice", "invoiced_on", "invoiced_net", "schedule", "credit_note", "credited_on")
)
_SAME = (
    *("subscription", "subscription_number", "run", "kind", "project", "contract", "category", "agreement", "currency"),
    *("cycle", "price_source", "line_property", "chargeable", "project_date", "adjusts"),
)


def _created(_: Rows, fact: told.FeeCreated, heard: Heard) -> Rows:
    """A row for every funding source. Source: INV-05, SRP-01."""
    fee = {name: getattr(fact, name) for name in _SAME} | {
        "subscription_group": fact.group,
        "period_code": fact.code,
        "first_day": fact.days.first,
        "last_day": fact.days.last,
        "days": sum(each.days for each in fact.removed) or fact.days.days,
        "base_price": fact.base_price.amount,
        "price_index": plain(fact.index),
        "percentage": plain(fact.percentage),
        "created_at": heard.occurred_at,
        "state": "chargeable" if fact.chargeable else "non_chargeable",
    }
    return {
        (share.share,): {**fee, **_UNINVOICED, "customer": share.customer, "amount": share.amount.amount}
        for share in fact.shares
    }


def _moves(states: Mapping[str, str]) -> Fold:
    """Every share of the fee that is in one of the states comes to the state behind it."""

    def fold(rows: Rows, _: Any, __: Heard) -> Rows:
        return {key: {**row, "state": states[row["state"]]} for key, row in rows.items() if row["state"] in states}

    return fold


def _one(change: Callable[[Any], Row]) -> Fold:
    """What a fact changes of the share that it names."""

    def fold(rows: Rows, fact: Any, _: Heard) -> Rows:
        key = (fact.share,)
        return {key: {**rows[key], **change(fact)}} if key in rows else {}

    return fold


def _invoiced(fact: told.FeeInvoiced) -> Row:
    return {
        "state": "invoiced",
        "document": fact.document,
        "invoice": fact.number,
        "invoiced_on": fact.issued_on,
        "invoiced_net": fact.net.amount,
        "amount": fact.amount.amount,
        "project_date": fact.project_date,
        "schedule": fact.schedule,
    }


subscription_fee = View(
    "subscription_fee",
    "subscription_billing",
    {
        told.FeeCreated: _created,
        told.FeeDeleted: _moves({"chargeable": "deleted", "non_chargeable": "deleted"}),
        told.FeePutOnProposal: _one(lambda fact: {"state": "on_credit_proposal" if fact.credit else "on_proposal"}),
        told.FeeTakenOffProposal: _one(lambda fact: {"state": "selected_for_credit" if fact.credit else "chargeable"}),
        told.FeeInvoiced: _one(_invoiced),
        told.FeeSelectedForCredit: _moves({"invoiced": "selected_for_credit"}),
        told.FeeUnselected: _moves({"selected_for_credit": "invoiced"}),
        told.FeeCredited: _one(
            lambda fact: {"state": "credited", "credit_note": fact.number, "credited_on": fact.issued_on}
        ),
    },
)
"""Source: FTR-04, SRP-01, SRP-02."""
