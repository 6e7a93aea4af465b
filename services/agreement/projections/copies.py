"""Copies of reference records, of the fields that agreements ask for."""

from functools import partial

from sqlalchemy import Boolean, MetaData, Text

from libs.events import reference
from libs.runtime.copies import copy_of

TABLES = MetaData(schema="read")


_copy = partial(copy_of, TABLES)


customer = _copy("customer", reference.CustomerRecorded, {"active": Boolean()})
worker = _copy("worker", reference.WorkerRecorded, {"active": Boolean()})
project = _copy(
    "project",
    reference.ProjectRecorded,
    {"type": Text(), "customer": Text(), "line_property": Text(), "active": Boolean()},
)
category = _copy("category", reference.CategoryRecorded, {"type": Text(), "active": Boolean()})
item = _copy("item", reference.ItemPriced, {"active": Boolean()})
line_property = _copy("line_property", reference.LinePropertyRecorded, {})
calendar = _copy("calendar", reference.CalendarRecorded, {})

COPIES = (customer, worker, project, category, item, line_property, calendar)
