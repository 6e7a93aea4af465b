"""Copies of reference records, of the fields that orders ask for."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Boolean, Date, MetaData, Numeric, Text
from sqlalchemy.types import TypeEngine

from libs.events import reference
from libs.runtime.copies import copy_of

TABLES = MetaData(schema="read")


_copy = partial(copy_of, TABLES)


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

COPIES = (customer, worker, project, category, line_property, cost_price, sales_price, item)
