"""The reasons given on orders, folded from what the order service tells."""

from libs.events.order_stages import OrderReasonGiven, OrderReasonRemoved
from libs.kernel.view import Heard, Rows, View


def _given(_: Rows, fact: OrderReasonGiven, heard: Heard) -> Rows:
    return {(fact.entry,): {"kind": fact.kind, "code": fact.code, "given_at": heard.occurred_at, "removed": False}}


def _removed(rows: Rows, fact: OrderReasonRemoved, _: Heard) -> Rows:
    """It was wrong: as it is known now, it was never given. Source: STG-08."""
    key = (fact.entry,)
    return {key: {**rows[key], "removed": True}} if key in rows else {}


order_reason = View("order_reason", "order", {OrderReasonGiven: _given, OrderReasonRemoved: _removed})
