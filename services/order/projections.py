"""What the order service keeps beside its orders: copies of reference records, and the list of orders."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, Column, Date, Index, MetaData, Numeric, Table, Text
from sqlalchemy.types import TypeEngine

from libs.events import order as says
from libs.events import reference
from libs.events.fact import Fact
from libs.kernel.view import Heard, Row, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned

TABLES = MetaData(schema="read")


def _copy(name: str, fact: type[Fact], columns: Mapping[str, TypeEngine[Any]]) -> Projection:
    """A copy of one kind of reference record, of the fields named; `key` holds the owner's key."""
    table = versioned(
        name, TABLES, values=[Column("key", Text, nullable=False), *(Column(*column) for column in columns.items())]
    )
    Index(f"{name}_by_key", table.c.key)

    def recorded(_rows: Rows, record: Fact, _heard: Heard) -> Rows:
        return {(): {"key": getattr(record, name), **{column: getattr(record, column) for column in columns}}}

    return Projection(View(name, "reference", {fact: recorded}), table)


_PRICED: Mapping[str, TypeEngine[Any]] = {
    "type": Text(),
    "project": Text(),
    "worker": Text(),
    "category": Text(),
    "effective_on": Date(),
    "currency": Text(),
}

customer = _copy("customer", reference.CustomerRecorded, {"active": Boolean()})
worker = _copy("worker", reference.WorkerRecorded, {"active": Boolean()})
project = _copy(
    "project",
    reference.ProjectRecorded,
    {
        "type": Text(),
        "customer": Text(),
        "currency": Text(),
        "tax_group": Text(),
        "line_property": Text(),
        "active": Boolean(),
    },
)
category = _copy("category", reference.CategoryRecorded, {"type": Text(), "tax_group": Text(), "active": Boolean()})
line_property = _copy(
    "line_property",
    reference.LinePropertyRecorded,
    {"chargeable": Boolean(), "cost_percentage": Numeric(), "sales_percentage": Numeric()},
)
cost_price = _copy("cost_price", reference.CostPriceSet, {**_PRICED, "price": Numeric()})
sales_price = _copy("sales_price", reference.SalesPriceSet, {**_PRICED, "model": Text(), "value": Numeric()})
item = _copy(
    "item",
    reference.ItemPriced,
    {
        "name": Text(),
        "unit": Text(),
        "effective_on": Date(),
        "currency": Text(),
        "cost_price": Numeric(),
        "sales_price": Numeric(),
        "tax_group": Text(),
        "active": Boolean(),
    },
)

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
    ],
)
"""`created`, `posted` and `canceled` hold the lines in that state, `workers` the workers of lines, each between blanks."""
Index("order_list_by_number", order_list.c.number)
Index("order_list_by_customer", order_list.c.customer)

_HEADER = ("service_date", "priority", "responsible", "preferred_technician")


def _created(_rows: Rows, fact: says.OrderCreated, _heard: Heard) -> Rows:
    lines = {"created": " ", "posted": " ", "canceled": " ", "workers": " ", "progress": "in_process"}
    header = {name: getattr(fact, name) for name in ("number", "project", "customer", "currency", *_HEADER)}
    return {(): header | lines}


def _revised(rows: Rows, fact: says.OrderRevised, _heard: Heard) -> Rows:
    return {(): {**rows[()], **{name: getattr(fact, name) for name in _HEADER}}}


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
        },
    ),
    order_list,
)

COPIES = (customer, worker, project, category, line_property, cost_price, sales_price, item)
VIEWS = (*COPIES, orders)
