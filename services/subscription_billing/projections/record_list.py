"""The lists of period codes, groups and price rows, from the service's own log: each as it was put last."""

from collections.abc import Mapping

from sqlalchemy import Column, Date, Index, Numeric, Select, Text, select

from libs.events import subscription_billing as says
from libs.events.fact import Fact
from libs.kernel.view import Fold, Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import OPEN, versioned
from services.subscription_billing.projections.copies import TABLES

record_list = versioned(
    "record",
    TABLES,
    values=[
        Column("kind", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("body", Text, nullable=False),
    ],
)
"""`kind` is period_code, subscription_group or subscription_price; `body` the JSON of the last fact that said it whole."""
Index("record_by_key", record_list.c.kind, record_list.c.key)

price_row = versioned(
    "price_row",
    TABLES,
    values=[
        Column("key", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("currency", Text, nullable=False),
        Column("effective_on", Date, nullable=False),
        Column("amount", Numeric, nullable=False),
        Column("project", Text),
        Column("price_group", Text),
        Column("category", Text),
        Column("subscription", Text),
        Column("withdrawn", Text),
    ],
)
"""The rows of the price search; `withdrawn` says that a row counts for nothing. Source: SPR-01 to SPR-04."""
Index("price_row_by_code", price_row.c.code, price_row.c.currency)

_KEYS: Mapping[type[Fact], tuple[str, str]] = {
    says.PeriodCodeDefined: ("period_code", "code"),
    says.SubscriptionGroupDefined: ("subscription_group", "group"),
    says.SubscriptionGroupRevised: ("subscription_group", "group"),
    says.SubscriptionSalesPriceSet: ("subscription_price", "row"),
}
_SCOPE = ("code", "effective_on", "project", "price_group", "category", "subscription")


def _said(_: Rows, fact: Fact, __: Heard) -> Rows:
    kind, key = _KEYS[type(fact)]
    return {(): {"kind": kind, "key": getattr(fact, key), "state": "standing", "body": fact.to_bytes().decode()}}


def _in_state(state: str) -> Fold:
    def changed(rows: Rows, _: object, __: Heard) -> Rows:
        return {(): {**rows[()], "state": state}}

    return changed


def _priced(_: Rows, fact: says.SubscriptionSalesPriceSet, __: Heard) -> Rows:
    scope = {name: getattr(fact, name) for name in _SCOPE}
    price = {"currency": fact.price.currency, "amount": fact.price.amount}
    return {(): {"key": fact.row, **scope, **price, "withdrawn": None}}


def _withdrawn(rows: Rows, _: says.SubscriptionSalesPriceWithdrawn, __: Heard) -> Rows:
    return {(): {**rows[()], "withdrawn": "withdrawn"}}


records = Projection(
    View(
        "record",
        "subscription_billing",
        {
            **dict.fromkeys(_KEYS, _said),
            says.SubscriptionGroupRetired: _in_state("retired"),
            says.SubscriptionSalesPriceWithdrawn: _in_state("withdrawn"),
        },
    ),
    record_list,
)
price_rows = Projection(
    View(
        "price_row",
        "subscription_billing",
        {says.SubscriptionSalesPriceSet: _priced, says.SubscriptionSalesPriceWithdrawn: _withdrawn},
    ),
    price_row,
)


def page_of_records(kind: str, after: str, limit: int) -> Select[tuple[str, str, str, str, int]]:
    """Records of a kind in order of their keys, from the key after `after` on."""
    table = record_list.c
    return (
        select(table.kind, table.key, table.state, table.body, table.version)
        .where(table.known_to == OPEN, table.kind == kind, table.key > after)
        .order_by(table.key)
        .limit(limit)
    )
