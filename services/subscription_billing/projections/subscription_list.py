"""The list of subscriptions, from the service's own log: what each is, what it costs, and what was billed. Source: SUB-05."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Index, Numeric, Text

from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_subscriptions as says
from libs.kernel.view import Fold, Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned
from services.subscription_billing.projections.copies import TABLES

subscription_list = versioned(
    "subscription_list",
    TABLES,
    values=[
        Column("number", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("group", Text, nullable=False),
        Column("project", Text, nullable=False),
        Column("customer", Text),
        Column("category", Text, nullable=False),
        Column("currency", Text, nullable=False),
        Column("base_price", Numeric, nullable=False),
        Column("index", Numeric, nullable=False),
        Column("agreement", Text),
        Column("starts_on", Date),
        Column("ends_on", Date),
        Column("last_day", Date),
        Column("parked", Text),
        Column("billed_from", Date),
    ],
)
"""`base_price` and `index` as they were said last, from whatever day on; `ends_on` is the last day of the term, `last_day`
that of a cancellation that is scheduled or done; `parked` the reason. `billed_from`: the first day that was billed
elsewhere."""
Index("subscription_list_by_number", subscription_list.c.number)
Index("subscription_list_by_group", subscription_list.c.group)
Index("subscription_list_by_customer", subscription_list.c.customer)

billed_days = versioned(
    "billed_days",
    TABLES,
    key=[Column("fee", Text)],
    values=[Column("first", Date, nullable=False), Column("last", Date, nullable=False), Column("freed", Text)],
)
"""The days that fees of a subscription cover, and those billed elsewhere (fee ""); `freed` says that they may be billed
again. Start and latest end of a subscription are the least and the greatest of them. Source: SUB-05, FEE-06."""

_OPENED = ("number", "name", "group", "project", "customer", "category", "currency", "agreement")
_NOTHING: Mapping[str, Any] = {"starts_on": None, "ends_on": None, "last_day": None, "parked": None}


def _opened(_: Rows, fact: says.SubscriptionOpened, __: Heard) -> Rows:
    said = {name: getattr(fact, name) for name in _OPENED}
    price = {"base_price": fact.base_price.amount, "index": f"{fact.index:f}"}
    billed_from = fact.billed_before.first if fact.billed_before else None
    return {(): {**said, **price, **_NOTHING, "state": "draft", "billed_from": billed_from}}


def _changed(rows: Rows, **values: object) -> Rows:
    return {(): {**rows[()], **values}}


def _in_state(state: str) -> Fold:
    def changed(rows: Rows, _: object, __: Heard) -> Rows:
        return _changed(rows, state=state)

    return changed


def _renamed(rows: Rows, fact: says.SubscriptionRenamed, _: Heard) -> Rows:
    return _changed(rows, name=fact.name)


def _category(rows: Rows, fact: says.CategoryChanged, _: Heard) -> Rows:
    return _changed(rows, category=fact.category)


def _currency(rows: Rows, fact: says.CurrencyChanged, _: Heard) -> Rows:
    return _changed(rows, currency=fact.currency, base_price=fact.base_price.amount)


def _term(rows: Rows, fact: says.TermSet, _: Heard) -> Rows:
    return _changed(rows, starts_on=fact.starts_on, ends_on=fact.ends_on)


def _scheduled(rows: Rows, fact: says.CancellationScheduled, _: Heard) -> Rows:
    return _changed(rows, last_day=fact.last_day)


def _undone(rows: Rows, _: says.CancellationUndone, __: Heard) -> Rows:
    return _changed(rows, last_day=None)


def _cancelled(rows: Rows, fact: says.SubscriptionCancelled, _: Heard) -> Rows:
    return _changed(rows, state="cancelled", last_day=fact.last_day)


def _base(rows: Rows, fact: says.BasePriceUpdated, _: Heard) -> Rows:
    return _changed(rows, base_price=fact.base_price.amount)


def _index(rows: Rows, fact: says.IndexUpdated, _: Heard) -> Rows:
    return _changed(rows, index=f"{fact.index:f}")


def _parked(rows: Rows, fact: says.SubscriptionParked, _: Heard) -> Rows:
    return _changed(rows, parked=fact.reason)


def _released(rows: Rows, _: says.ParkReleased, __: Heard) -> Rows:
    return _changed(rows, parked=None)


def _billed_before(_: Rows, fact: says.SubscriptionOpened, __: Heard) -> Rows:
    before = fact.billed_before
    return {} if before is None else {("",): _days(before.first, before.last)}


def _billed(_: Rows, fact: fees.SubscriptionBilled, __: Heard) -> Rows:
    covering = [fee for fee in fact.fees if fee.kind in ("regular", "non_regular")]
    return {(fee.fee,): _days(fee.days.first, fee.days.last) for fee in covering}


def _freed(rows: Rows, fact: fees.FeeDaysFreed, _: Heard) -> Rows:
    key = (fact.fee,)
    return {key: {**rows[key], "freed": fact.because}} if key in rows else {}


def _days(first: date, last: date) -> Mapping[str, Any]:
    return {"first": first, "last": last, "freed": None}


subscriptions = Projection(
    View(
        "subscription_list",
        "subscription_billing",
        {
            says.SubscriptionOpened: _opened,
            says.SubscriptionRenamed: _renamed,
            says.CategoryChanged: _category,
            says.CurrencyChanged: _currency,
            says.TermSet: _term,
            says.SubscriptionActivated: _in_state("active"),
            says.SubscriptionDeactivated: _in_state("inactive"),
            says.SubscriptionExpired: _in_state("expired"),
            says.SubscriptionDeleted: _in_state("deleted"),
            says.CancellationScheduled: _scheduled,
            says.CancellationUndone: _undone,
            says.SubscriptionCancelled: _cancelled,
            says.BasePriceUpdated: _base,
            says.IndexUpdated: _index,
            says.SubscriptionParked: _parked,
            says.ParkReleased: _released,
        },
    ),
    subscription_list,
)
covered = Projection(
    View(
        "billed_days",
        "subscription_billing",
        {
            says.SubscriptionOpened: _billed_before,
            fees.SubscriptionBilled: _billed,
            fees.FeeDaysFreed: _freed,
        },
    ),
    billed_days,
)
