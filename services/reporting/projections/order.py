"""Orders and their lines, folded from what the order service tells."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from libs.events import order as told
from libs.events.order_stages import OrderStageChanged
from libs.kernel.view import Heard, IllegalHistory, Key, Row, Rows, View

Change = Callable[[Any], Row]

ORDER: Key = ()
"""The one row of an order's stream in the view of orders."""


def _begun(_: Rows, fact: told.OrderCreated, __: Heard) -> Rows:
    return {
        ORDER: {
            "number": fact.number,
            "agreement": fact.agreement,
            "project": fact.project,
            "customer": fact.customer,
            "currency": fact.currency,
            **_header(fact),
            "stage": None,
            "canceled": False,
        }
    }


def _header(fact: told.OrderHeader) -> Row:
    return {
        "service_date": fact.service_date,
        "description": fact.description,
        "priority": fact.priority,
        "responsible": fact.responsible,
        "preferred_technician": fact.preferred_technician,
    }


def _revised(rows: Rows, fact: told.OrderRevised, _: Heard) -> Rows:
    return {key: {**row, **_header(fact)} for key, row in rows.items()}


def _moved(rows: Rows, fact: OrderStageChanged, _: Heard) -> Rows:
    return {key: {**row, "stage": fact.stage} for key, row in rows.items()}


def _called_off(rows: Rows, _: told.OrderCanceled, __: Heard) -> Rows:
    return {key: {**row, "canceled": True} for key, row in rows.items()}


service_order = View(
    "service_order",
    "order",
    {
        told.OrderCreated: _begun,
        told.OrderRevised: _revised,
        told.OrderCanceled: _called_off,
        OrderStageChanged: _moved,
    },
)


UNPOSTED: Row = {
    "posted_quantity": None,
    "posted_unit_cost": None,
    "posted_cost": None,
    "posted_unit_price": None,
    "posted_sales": None,
    "posting_id": None,
    "posting_number": None,
    "transaction": None,
    "posted_on": None,
}
UNPLANNED: Row = dict.fromkeys(
    ("expected_quantity", "expected_unit_cost", "expected_cost", "expected_unit_price", "expected_sales")
)


def _planned(_: Rows, fact: told.OrderLineAdded | told.OrderLineRevised, __: Heard) -> Rows:
    """A Created line, or a Created line after its revision, which is whole."""
    figures = _figures("expected", fact)
    return {(fact.line,): {"state": "created", **_described(fact), **figures, **UNPOSTED, "posting_failure": None}}


def _priced(rows: Rows, fact: told.OrderLinePriceOverridden, _: Heard) -> Rows:
    return _change(
        rows,
        (fact.line,),
        {
            "expected_unit_cost": _text(fact.unit_cost),
            "expected_cost": fact.cost.amount,
            "expected_unit_price": _text(fact.unit_price),
            "expected_sales": fact.sales.amount,
        },
    )


def _canceled(rows: Rows, fact: told.OrderLineCanceled, _: Heard) -> Rows:
    return _change(rows, (fact.line,), {"state": "canceled"})


def _canceled_with_the_order(rows: Rows, fact: told.OrderCanceled, _: Heard) -> Rows:
    return {(line,): {**rows[line,], "state": "canceled"} for line in fact.lines if (line,) in rows}


def _posted(rows: Rows, fact: told.OrderLinePosted, heard: Heard) -> Rows:
    """The transaction becomes the line's live one; a reversal takes back the one that it names. Source: POS-11."""
    if rows.get((fact.line,), UNPLANNED).get("state") == "canceled":
        raise IllegalHistory(f"line {fact.line} was canceled before it was posted")
    if fact.reverses is not None:
        return _taken_back(rows, fact.reverses)
    live = {
        "posting_id": fact.posting_id,
        "posting_number": fact.posting_number,
        "transaction": fact.transaction,
        "posted_on": heard.occurred_at.date(),
        "posting_failure": None,
    }
    planned = rows.get((fact.line,), UNPLANNED)
    return {(fact.line,): {**planned, "state": "posted", **_described(fact), **_figures("posted", fact), **live}}


def _taken_back(rows: Rows, named: told.PostedBefore) -> Rows:
    """The line stays posted, at nothing, until a replacement comes; one that came first stands."""
    row = rows.get((named.line,))
    if row is None or row["posting_number"] != named.posting:
        return {}
    nothing = {
        "posted_quantity": "0",
        "posted_cost": _zero(row["posted_cost"]),
        "posted_sales": _zero(row["posted_sales"]),
    }
    return {(named.line,): {**row, **nothing}}


def _not_posted(rows: Rows, fact: told.OrderLinePostingFailed, _: Heard) -> Rows:
    return _change(rows, (fact.line,), {"posting_failure": fact.reason})


order_line = View(
    "order_line",
    "order",
    {
        told.OrderLineAdded: _planned,
        told.OrderLineRevised: _planned,
        told.OrderLinePriceOverridden: _priced,
        told.OrderLineCanceled: _canceled,
        told.OrderCanceled: _canceled_with_the_order,
        told.OrderLinePosted: _posted,
        told.OrderLinePostingFailed: _not_posted,
    },
)


def _change(rows: Rows, key: Key, change: Row) -> Rows:
    return {key: {**rows[key], **change}} if key in rows else {}


def _described(values: told.LineValues) -> Row:
    return {
        "type": values.type,
        "category": values.category,
        "worker": values.worker,
        "item": values.item,
        "description": values.description,
        "line_property": values.line_property,
        "chargeable": values.chargeable,
        "tax_groups": " ".join(values.tax_groups),
    }


def _figures(measure: str, values: told.LineValues) -> Row:
    """The figures as text with their own decimals, as a row is read back: no fold may tell the two apart."""
    return {
        f"{measure}_quantity": _text(values.quantity),
        f"{measure}_unit_cost": _text(values.unit_cost),
        f"{measure}_cost": values.cost.amount,
        f"{measure}_unit_price": _text(values.unit_price),
        f"{measure}_sales": values.sales.amount,
    }


def _text(number: Decimal) -> str:
    return f"{number:f}"


def _zero(amount: str) -> str:
    return _text(Decimal(amount) * 0)
