"""Which order lines a report looks at: the one definition of their margin, at an instant, and what is asked of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Numeric, Text, Uuid, bindparam, column, func
from sqlalchemy.sql.elements import ColumnClause, ColumnElement
from sqlalchemy.sql.selectable import FromClause, TableValuedAlias

Sense = Literal["recorded", "occurred"]
"""As it was known at an instant, or as it is known now to have been then. Source: sla 18."""
Basis = Literal["expected", "posted", "invoiced", "all"]
BUCKETS = ("expected", "posted", "invoiced")
"""The states of a line; each line stands in one of them. Source: MAR-03."""

_TEXTS = (
    *("number", "progress", "project", "customer", "type", "category", "worker", "item", "task"),
    *("currency", "state"),
)
_IDS = ("order_id", "agreement", "object", "transaction")
_NUMBERS = (
    *("quantity", "unit_cost", "cost", "unit_price", "sales", "margin", "margin_percent"),
    *("invoiced_sales", "planned_quantity", "planned_cost", "planned_sales"),
)
_DAYS = ("service_date", "posted_on", "invoiced_on")
_EQUAL = ("number", "agreement", "project", "customer", "type", "worker", "category", "currency")
"""What a selection names as the rows name it."""


@dataclass(frozen=True)
class Moment:
    """The instant at which every side of an answer stands; without `as_of` it is now, in either sense."""

    as_of: datetime | None = None
    sense: Sense = "recorded"

    @property
    def known(self) -> datetime | None:
        """What was recorded by then counts; None for all of it."""
        return self.as_of if self.sense == "recorded" else None

    @property
    def occurred(self) -> bool:
        """Whether twins are asked."""
        return self.as_of is not None and self.sense == "occurred"

    def rows(self, function: str, *columns: ColumnClause[Any]) -> TableValuedAlias:
        """The rows of a function of analytics.sql as they stand at this instant."""
        asked = f"{function}_occurred" if self.occurred else function
        instant = bindparam("as_of", self.as_of, DateTime(timezone=True))
        found: TableValuedAlias = getattr(func.read, asked)(instant).table_valued(*columns, name=function)
        return found


NOW = Moment()
"""As everything stands."""


@dataclass(frozen=True)
class Selection:
    """Which lines count; None stands for all. Dates are inclusive.

    `order_date` is the service date; `invoice_date` is the date of the line's last document, so that intervals side
    by side count each line once. Source: MAR-04.
    """

    moment: Moment = NOW
    basis: Basis = "all"
    order_date_from: date | None = None
    order_date_to: date | None = None
    posting_date_from: date | None = None
    posting_date_to: date | None = None
    invoice_date_from: date | None = None
    invoice_date_to: date | None = None
    order: str | None = None
    number: str | None = None
    agreement: str | None = None
    project: str | None = None
    customer: str | None = None
    type: str | None = None
    worker: str | None = None
    category: str | None = None
    currency: str | None = None
    include_non_chargeable: bool = True
    skip_zero: bool = False


def rows_at(moment: Moment) -> TableValuedAlias:
    """The one definition of the margin of a line, in analytics.sql, at an instant."""
    columns = [
        *(column(name, Text) for name in _TEXTS),
        *(column(name, Uuid(as_uuid=False)) for name in _IDS),
        *(column(name, Numeric) for name in _NUMBERS),
        *(column(name, Date) for name in _DAYS),
        column("line", BigInteger),
        column("chargeable", Boolean),
        column("invoice", ARRAY(Text)),
    ]
    return moment.rows("margin_rows", *columns)


def conditions(selection: Selection, rows: FromClause) -> list[ColumnElement[bool]]:
    """What a line must be like. A line without the date asked about is not selected."""
    named = {name: getattr(selection, name) for name in _EQUAL}
    named |= {"order_id": selection.order, "state": None if selection.basis == "all" else selection.basis}
    wanted = [rows.c[name] == value for name, value in named.items() if value is not None]
    for name, asked in (("service_date", "order"), ("posted_on", "posting"), ("invoiced_on", "invoice")):
        first, last = getattr(selection, f"{asked}_date_from"), getattr(selection, f"{asked}_date_to")
        wanted += [rows.c[name] >= first] if first else []
        wanted += [rows.c[name] <= last] if last else []
    if not selection.include_non_chargeable:
        wanted.append(rows.c.chargeable)
    if selection.skip_zero:
        wanted.append((rows.c.cost != 0) | (rows.c.sales != 0))
    return wanted
