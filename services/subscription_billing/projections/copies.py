"""Copies of reference records, of the fields that subscriptions ask for."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, Column, Index, MetaData, Text
from sqlalchemy.types import TypeEngine

from libs.events import reference
from libs.events import reference_money as money
from libs.events.fact import Fact
from libs.kernel.view import Heard, Rows, View
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


customer = _copy("customer", reference.CustomerRecorded, {"price_group": Text(), "active": Boolean()})
project = _copy(
    "project",
    reference.ProjectRecorded,
    {
        "type": Text(),
        "customer": Text(),
        "currency": Text(),
        "contract": Text(),
        "project_group": Text(),
        "price_group": Text(),
        "tax_group": Text(),
        "line_property": Text(),
        "search_first": Text(),
        "time_zone": Text(),
        "active": Boolean(),
    },
)
category = _copy(
    "category",
    reference.CategoryRecorded,
    {"type": Text(), "category_group": Text(), "tax_group": Text(), "active": Boolean()},
)
line_property = _copy("line_property", reference.LinePropertyRecorded, {"chargeable": Boolean()})
price_group = _copy("price_group", money.PriceGroupRecorded, {})
contract = _copy("contract", money.ProjectContractRecorded, {"price_group": Text(), "active": Boolean()})
company = _copy("company", money.CompanyRecorded, {"time_zone": Text(), "accounting_currency": Text()})

COPIES = (customer, project, category, line_property, price_group, contract, company)
