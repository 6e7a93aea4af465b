"""The records, entries and commands in which orders are specified."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from libs.rules.pricing import Price
from services.order.domain.service_order import service_order
from services.order.domain.service_order.creation import CreateOrder
from services.order.domain.service_order.lines import AddLine, ReviseLine
from services.order.domain.service_order.references import (
    Category,
    Item,
    LineProperty,
    LineReferences,
    Project,
    Worker,
)
from services.order.domain.service_order.state import LineEntry
from tests.support.spec import specification

an_order = specification(service_order)

ORDER = "5f0c2c9e-0001-5000-8000-000000000001"
JANUARY, MARCH, APRIL = date(2026, 1, 1), date(2026, 3, 2), date(2026, 4, 1)

REPAIRS = Project("P-1", "time_and_material", "C-1001", "EUR", tax_group="VAT-P")
LABOUR, TRAVEL = Category("LABOUR", "hour", "VAT-S"), Category("TRAVEL", "expense", "VAT-S")
PARTS, CALL_OUT = Category("PARTS", "item", "VAT-G"), Category("CALL-OUT", "fee")
ANNA, BERT = Worker("W-1"), Worker("W-2")
PUMP = Item("I-1", "Pump", "pcs", Decimal("15.25"), Decimal("22.5"), "EUR", JANUARY, tax_group="VAT-I")
WARRANTY = LineProperty("WARRANTY", chargeable=False)
NIGHT = LineProperty("NIGHT", chargeable=True, cost_percentage=Decimal(50), sales_percentage=Decimal(-10))

COST_PRICES = (
    Price("CP-1", "hour", JANUARY, "EUR", Decimal(40), category="LABOUR"),
    Price("CP-2", "expense", JANUARY, "EUR", Decimal("618.00"), category="TRAVEL"),
)
SALES_PRICES = (
    Price("SP-1", "hour", JANUARY, "EUR", Decimal(75), project="P-1"),
    Price("SP-2", "expense", JANUARY, "EUR", Decimal(5), model="charges_percentage"),
    Price("SP-3", "fee", JANUARY, "EUR", Decimal(50), category="CALL-OUT"),
)


def listed(value: str, **keys: Any) -> Price:
    """A price of hours at any time; `keys` say for what and when else."""
    return replace(Price("X-1", "hour", JANUARY, "EUR", Decimal(value)), **keys)


_CATEGORIES = {row.key: row for row in (LABOUR, TRAVEL, PARTS, CALL_OUT)}
_WORKERS = {row.key: row for row in (ANNA, BERT)}
_PROPERTIES = {row.key: row for row in (WARRANTY, NIGHT)}


def hours(quantity: str = "3", **values: Any) -> LineEntry:
    return replace(LineEntry(type="hour", quantity=Decimal(quantity), category="LABOUR", worker="W-1"), **values)


def travel(quantity: str = "1", **values: Any) -> LineEntry:
    return replace(LineEntry(type="expense", quantity=Decimal(quantity), category="TRAVEL"), **values)


def pumps(quantity: str = "2", **values: Any) -> LineEntry:
    return replace(LineEntry(type="item", quantity=Decimal(quantity), item="I-1"), **values)


def call_out(quantity: str = "1", **values: Any) -> LineEntry:
    return replace(LineEntry(type="fee", quantity=Decimal(quantity), category="CALL-OUT"), **values)


def found(entry: LineEntry, project: Project = REPAIRS, **instead: Any) -> LineReferences:
    """The records that the entry names, as they would be read from the copies; `instead` puts others in place."""
    rows = LineReferences(
        project=project,
        category=_CATEGORIES.get(entry.category or ""),
        worker=_WORKERS.get(entry.worker or ""),
        item=PUMP if entry.item == PUMP.key else None,
        line_property=_PROPERTIES.get(entry.line_property or project.line_property or ""),
        cost_prices=COST_PRICES,
        sales_prices=SALES_PRICES,
    )
    return replace(rows, **instead)


def add(entry: LineEntry, **instead: Any) -> AddLine:
    return AddLine(entry, found(entry, **instead))


def revise(line: int, entry: LineEntry, **instead: Any) -> ReviseLine:
    return ReviseLine(line, entry, found(entry, **instead))


def create(**values: Any) -> CreateOrder:
    command = CreateOrder(
        order_id=ORDER,
        number="SO-000001",
        project_key="P-1",
        project=REPAIRS,
        customer_known=True,
        accounting_currency="EUR",
        service_date=MARCH,
    )
    return replace(command, **values)
