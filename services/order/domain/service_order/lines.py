"""Lines are added, revised and given other prices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from libs.events import order as says
from libs.kernel.decider import Rejected
from services.order.domain.service_order import guards
from services.order.domain.service_order.guards import Refusal, insist
from services.order.domain.service_order.prices import UnitPrices, counted, searched, valued
from services.order.domain.service_order.references import LineReferences
from services.order.domain.service_order.state import (
    CreatedLine,
    Header,
    LineEntry,
    Open,
    heard,
    told,
    with_lines,
)
from services.order.domain.service_order.surroundings import Surroundings


@dataclass(frozen=True)
class AddLine:
    """Add a resource of the visit, with prices as they are found. Source: LIN-01, LIN-09.

    `agreement_line` is the line of the agreement that it is made from.
    """

    entry: LineEntry
    found: LineReferences
    agreement_line: int | None = None


@dataclass(frozen=True)
class ReviseLine:
    """Say a Created line anew, whole; its type stays. Source: ORD-07, LIN-09."""

    line: int
    entry: LineEntry
    found: LineReferences


@dataclass(frozen=True, kw_only=True)
class OverridePrice:
    """Set a Created line's unit prices by hand; one that is not given stays. Source: LIN-05, PPR-03."""

    line: int
    unit_cost: Decimal | None = None
    unit_price: Decimal | None = None
    reason: str


def add_line(command: AddLine, order: Open, _: Surroundings) -> Sequence[says.OrderLineAdded]:
    """The line gets the next number; numbers are never used again. Source: contracts 4."""
    insist(guards.entry_stands(command.entry, order.header, command.found))
    units = searched(command.entry, order.header, command.found)
    values = valued(command.entry, order.header, command.found, units)
    number = max(order.lines, default=0) + 1
    return [
        says.OrderLineAdded(
            line=number, price_source=units.source, agreement_line=command.agreement_line, **told(values)
        )
    ]


def revise_line(command: ReviseLine, order: Open, _: Surroundings) -> Sequence[says.OrderFact]:
    """The line as it will be, whole, with prices searched again or kept. Source: ORD-07, PPR-03."""
    line = guards.created(order, command.line)
    insist(
        guards.not_signed_off(command.line, line),
        _type_stays(line, command.entry),
        guards.entry_stands(command.entry, order.header, command.found),
    )
    units = _kept(line, command.entry) or searched(command.entry, order.header, command.found)
    values = valued(command.entry, order.header, command.found, units)
    insist(guards.something_changes((line.values, line.price_source), (values, units.source)))
    return [says.OrderLineRevised(line=command.line, price_source=units.source, **told(values))]


def override_price(command: OverridePrice, order: Open, _: Surroundings) -> Sequence[says.OrderFact]:
    """Unit prices by hand, signed off or not, with the amounts that follow. Source: LIN-05, MAR-02, PPR-03."""
    line, currency = guards.created(order, command.line), order.header.currency
    insist(
        _some_price_given(command),
        guards.fee_has_no_cost(line.values.type, command.unit_cost),
        guards.unit_price_stands("unit_cost", command.unit_cost, currency),
        guards.unit_price_stands("unit_price", command.unit_price, currency),
        _no_price_missing(command, line, order.header),
    )
    values = counted(
        replace(
            line.values,
            unit_cost=line.values.unit_cost if command.unit_cost is None else command.unit_cost,
            unit_price=line.values.unit_price if command.unit_price is None else command.unit_price,
        ),
        order.header,
    )
    insist(guards.something_changes((line.values, line.price_source), (values, "override")))
    return [
        says.OrderLinePriceOverridden(
            line=command.line,
            unit_cost=values.unit_cost,
            cost=values.cost,
            unit_price=values.unit_price,
            sales=values.sales,
            reason=command.reason,
        )
    ]


def _type_stays(line: CreatedLine, entry: LineEntry) -> Refusal:
    if line.values.type == entry.type:
        return None
    return Rejected.value("line_type_fixed", f"the line stays of type {line.values.type}", field="/type")


def _kept(line: CreatedLine, entry: LineEntry) -> UnitPrices | None:
    """The unit prices set by hand, as long as nothing changes that prices are searched by. Source: PPR-03."""
    before = line.values
    same = (before.worker, before.category, before.item) == (entry.worker, entry.category, entry.item)
    if line.price_source != "override" or not same:
        return None
    return UnitPrices(before.unit_cost, before.unit_price, "override")


def _some_price_given(command: OverridePrice) -> Refusal:
    if command.unit_cost is not None or command.unit_price is not None:
        return None
    return Rejected.value("missing", "a unit cost or a unit price is given")


def _no_price_missing(command: OverridePrice, line: CreatedLine, header: Header) -> Refusal:
    """Where no price was found, each that is still at zero is given by hand, so that none posts by oversight."""
    if line.price_source != "missing":
        return None
    values = line.values
    if values.type != "fee" and command.unit_cost is None and not values.unit_cost:
        return Rejected.value("price_missing", "no cost price was found: give one, or zero", field="/unit_cost")
    if header.earns and values.chargeable and command.unit_price is None and not values.unit_price:
        return Rejected.value("price_missing", "no sales price was found: give one, or zero", field="/unit_price")
    return None


def added(order: Open, fact: says.OrderLineAdded) -> Open:
    """One more Created line."""
    return with_lines(order, {fact.line: CreatedLine(heard(fact), fact.price_source)})


def revised(order: Open, fact: says.OrderLineRevised) -> Open:
    """The Created line as the fact has it."""
    match order.lines.get(fact.line):
        case CreatedLine(signed_off=signed_off):
            return with_lines(order, {fact.line: CreatedLine(heard(fact), fact.price_source, signed_off)})
        case _:
            return order


def overridden(order: Open, fact: says.OrderLinePriceOverridden) -> Open:
    """The Created line at other prices."""
    match order.lines.get(fact.line):
        case CreatedLine(values, _, signed_off):
            prices = {name: getattr(fact, name) for name in ("unit_cost", "cost", "unit_price", "sales")}
            return with_lines(order, {fact.line: CreatedLine(replace(values, **prices), "override", signed_off)})
        case _:
            return order
