"""What Sales, Human resources and the ledger own, as facts: each fact holds the whole record that was put."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from libs.events.calendars import Exceptions, TimeZone, Weekly
from libs.events.fact import Fact
from libs.events.types import CurrencyCode, Day, Flag, Key, Name, Number, PersonalName, UnsignedNumber

LineType = Literal["hour", "expense", "item", "fee"]
ProjectType = Literal["time_and_material", "fixed_price", "investment", "cost", "internal", "time"]
PriceModel = Literal["pricing", "contribution_ratio", "charges_percentage", "charges_amount"]
SearchFirst = Literal["project", "category"]
"""Which axis varies slowest in a search over projects and categories. Source: LED-01, LNP-02."""


class ReferenceFact(Fact, publisher="reference"):
    """A fact of the reference service."""


class CustomerRecorded(ReferenceFact):
    """A customer as Sales has it. `price_group` counts where neither project nor contract has one (SPR-04)."""

    customer: Key
    name: PersonalName
    active: Flag = True
    price_group: Key | None = None


class WorkerRecorded(ReferenceFact):
    """A worker as Human resources has him or her."""

    worker: Key
    name: PersonalName
    active: Flag = True


class ProjectRecorded(ReferenceFact):
    """A project that orders are charged to. Only time_and_material projects earn sales on lines. Source: PRJ-07.

    `line_property` is the default for lines on this project (PRJ-05). `tax_group` is a sales tax group. Where it is there,
    `search_first` stands before the project group's in the search of line properties (LNP-02).
    """

    project: Key
    name: Name
    type: ProjectType
    customer: Key | None = None
    currency: CurrencyCode
    tax_group: Key | None = None
    line_property: Key | None = None
    active: Flag = True
    contract: Key | None = None
    project_group: Key | None = None
    price_group: Key | None = None
    search_first: SearchFirst | None = None
    time_zone: TimeZone | None = None


class CategoryRecorded(ReferenceFact):
    """A category; it belongs to one type of transaction (PRJ-04) and is selectable while active (CFG-13). `tax_group` is
    an item tax group. A category of type `fee` is what subscriptions are sold under."""

    category: Key
    name: Name
    type: LineType
    tax_group: Key | None = None
    active: Flag = True
    category_group: Key | None = None


class LinePropertyRecorded(ReferenceFact):
    """Whether a line is charged, and what is added to the unit prices of an hour line. Source: PRJ-05.

    The percentages are signed and added: -10 takes a tenth off.
    """

    line_property: Key
    name: Name
    chargeable: Flag
    cost_percentage: Number = Decimal(0)
    sales_percentage: Number = Decimal(0)


class CostPriceSet(ReferenceFact):
    """A cost price per unit, in force from a day; the keys it names decide its place in the search (PRJ-01)."""

    cost_price: Key
    type: Literal["hour", "expense"]
    project: Key | None = None
    worker: Key | None = None
    category: Key | None = None
    effective_on: Day
    currency: CurrencyCode
    price: UnsignedNumber


class SalesPriceSet(ReferenceFact):
    """A sales price per unit, in force from a day. `value` is a unit price for the model `pricing`, else a percentage
    (contribution_ratio, charges_percentage) or an amount (charges_amount) on top of the unit cost. Source: PRJ-06."""

    sales_price: Key
    type: Literal["hour", "expense", "fee"]
    project: Key | None = None
    worker: Key | None = None
    category: Key | None = None
    effective_on: Day
    currency: CurrencyCode
    model: PriceModel = "pricing"
    value: UnsignedNumber


class ItemPriced(ReferenceFact):
    """An item and its unit prices, in force from a day."""

    item: Key
    name: Name
    unit: Key
    effective_on: Day
    currency: CurrencyCode
    cost_price: UnsignedNumber
    sales_price: UnsignedNumber
    tax_group: Key | None = None
    active: Flag = True


class CalendarRecorded(ReferenceFact):
    """A version of a working calendar, in force from a local day. Source: sla 9 and 10, contracts 3.

    Windows are local times of `time_zone`. Every put is a version, kept for ever; on a day counts the version with the
    latest `valid_from` on or before it, and of those the last one put.
    """

    calendar: Key
    time_zone: TimeZone
    weekly: Weekly
    exceptions: Exceptions = Field(default_factory=dict)
    valid_from: Day


FACTS: tuple[type[Fact], ...] = (
    CustomerRecorded,
    WorkerRecorded,
    ProjectRecorded,
    CategoryRecorded,
    LinePropertyRecorded,
    CostPriceSet,
    SalesPriceSet,
    ItemPriced,
    CalendarRecorded,
)
