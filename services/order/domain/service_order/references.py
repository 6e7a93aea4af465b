"""What an order is told of projects, categories, workers, items and prices when it decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from libs.events.reference import LineType, ProjectType
from libs.rules.pricing import Price


@dataclass(frozen=True)
class Project:
    """The account on which the order's cost and sales gather. `line_property` is the default of its lines."""

    key: str
    type: ProjectType
    customer: str | None
    currency: str
    tax_group: str | None = None
    line_property: str | None = None
    active: bool = True


@dataclass(frozen=True)
class Category:
    """The kind of a transaction; it belongs to one line type. Source: PRJ-04."""

    key: str
    type: LineType
    tax_group: str | None = None
    active: bool = True


@dataclass(frozen=True)
class Worker:
    """Somebody who works on orders or answers for them."""

    key: str
    active: bool = True


@dataclass(frozen=True)
class Item:
    """Goods with their unit prices, in force from `effective_on` on."""

    key: str
    name: str
    unit: str
    cost_price: Decimal
    sales_price: Decimal
    currency: str
    effective_on: date
    tax_group: str | None = None
    active: bool = True


@dataclass(frozen=True)
class LineProperty:
    """Whether a line is charged; percentage points are added to the unit prices of hours. Source: PRJ-05."""

    key: str
    chargeable: bool
    cost_percentage: Decimal = Decimal(0)
    sales_percentage: Decimal = Decimal(0)


Reference = Project | Category | Worker | Item | LineProperty


@dataclass(frozen=True)
class LineReferences:
    """The records that a line names, None where the owner has none of that key, and the prices it may be given.

    `line_property` is the entry's or, when it names none, the project's.
    """

    project: Project | None
    category: Category | None = None
    worker: Worker | None = None
    item: Item | None = None
    line_property: LineProperty | None = None
    cost_prices: Sequence[Price] = ()
    sales_prices: Sequence[Price] = ()
