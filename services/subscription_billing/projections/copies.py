"""Copies of reference records, of the fields that subscriptions ask for."""

from functools import partial

from sqlalchemy import Boolean, MetaData, Text

from libs.events import reference
from libs.events import reference_money as money
from libs.runtime.copies import copy_of

TABLES = MetaData(schema="read")


_copy = partial(copy_of, TABLES)


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
