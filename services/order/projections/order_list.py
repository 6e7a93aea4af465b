"""The list of orders, from the service's own log."""

from sqlalchemy import Column, Date, Index, Table, Text, Uuid

from libs.events import order as says
from libs.events.order_stages import OrderStageChanged
from libs.kernel.view import Heard, Row, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned
from services.order.projections.copies import TABLES

order_list: Table = versioned(
    "order_list",
    TABLES,
    values=[
        Column("number", Text, nullable=False),
        Column("project", Text, nullable=False),
        Column("customer", Text),
        Column("currency", Text, nullable=False),
        Column("service_date", Date, nullable=False),
        Column("priority", Text),
        Column("responsible", Text),
        Column("preferred_technician", Text),
        Column("created", Text, nullable=False),
        Column("posted", Text, nullable=False),
        Column("canceled", Text, nullable=False),
        Column("workers", Text, nullable=False),
        Column("progress", Text, nullable=False),
        Column("agreement", Uuid(as_uuid=False)),
        Column("stage", Text),
    ],
)
"""`created`, `posted` and `canceled` hold the lines in that state, `workers` the workers of lines, each between blanks."""
Index("order_list_by_number", order_list.c.number)
Index("order_list_by_customer", order_list.c.customer)
Index("order_list_by_stage", order_list.c.stage)

_HEADER = ("service_date", "priority", "responsible", "preferred_technician")


def _created(_rows: Rows, fact: says.OrderCreated, _heard: Heard) -> Rows:
    lines = {"created": " ", "posted": " ", "canceled": " ", "workers": " ", "progress": "in_process"}
    named = ("number", "project", "customer", "currency", "agreement", *_HEADER)
    return {(): {name: getattr(fact, name) for name in named} | lines | {"stage": None}}


def _revised(rows: Rows, fact: says.OrderRevised, _heard: Heard) -> Rows:
    return {(): {**rows[()], **{name: getattr(fact, name) for name in _HEADER}}}


def _staged(rows: Rows, fact: OrderStageChanged, _heard: Heard) -> Rows:
    return {(): {**rows[()], "stage": fact.stage}}


def _lined(rows: Rows, fact: says.OrderLineAdded | says.OrderLineRevised, _heard: Heard) -> Rows:
    row = rows[()]
    workers = (
        row["workers"]
        if fact.worker is None or f" {fact.worker} " in row["workers"]
        else f"{row['workers']}{fact.worker} "
    )
    return {(): _progressed({**row, "workers": workers}, "created", (fact.line,))}


def _line_posted(rows: Rows, fact: says.OrderLinePosted, _heard: Heard) -> Rows:
    return {(): _progressed(rows[()], "posted", (fact.line,))}


def _line_canceled(rows: Rows, fact: says.OrderLineCanceled, _heard: Heard) -> Rows:
    return {(): _progressed(rows[()], "canceled", (fact.line,))}


def _order_canceled(rows: Rows, fact: says.OrderCanceled, _heard: Heard) -> Rows:
    return {(): {**_progressed(rows[()], "canceled", fact.lines), "progress": "canceled"}}


def _progressed(row: Row, state: str, lines: tuple[int, ...]) -> Row:
    """The row with `lines` in `state`, and the progress that follows. Source: LIF-01, [?20]."""
    changed = dict(row)
    for line in lines:
        for other in ("created", "posted", "canceled"):
            changed[other] = changed[other].replace(f" {line} ", " ", 1)
        changed[state] = f"{changed[state]}{line} "
    any_created, any_posted, any_canceled = (changed[name].strip() for name in ("created", "posted", "canceled"))
    if any_created or not (any_posted or any_canceled):
        return {**changed, "progress": "in_process"}
    return {**changed, "progress": "posted" if any_posted else "canceled"}


orders = Projection(
    View(
        "order_list",
        "order",
        {
            says.OrderCreated: _created,
            says.OrderRevised: _revised,
            says.OrderLineAdded: _lined,
            says.OrderLineRevised: _lined,
            says.OrderLinePosted: _line_posted,
            says.OrderLineCanceled: _line_canceled,
            says.OrderCanceled: _order_canceled,
            OrderStageChanged: _staged,
        },
    ),
    order_list,
)
