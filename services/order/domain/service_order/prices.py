"""What a line costs and sells for: its unit prices, whether it is charged, and its rounded amounts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from libs.events import order as says
from libs.kernel.currency import exponent_of
from libs.kernel.decider import Rejected
from libs.kernel.money import Money, rounded
from libs.rules.pricing import COST_SEARCH, SALES_SEARCH, Price, Wanted, sales_unit_price, search
from services.order.domain.service_order.guards import LARGEST, MORE_DECIMALS, Refusal, insist
from services.order.domain.service_order.references import Item, LineReferences
from services.order.domain.service_order.state import Header, LineEntry, LineValues, told


@dataclass(frozen=True)
class UnitPrices:
    """Unit prices in the order's currency, and where they come from."""

    cost: Decimal
    price: Decimal
    source: says.PriceSource


def searched(entry: LineEntry, header: Header, found: LineReferences) -> UnitPrices:
    """The unit prices of a line on the order's service date. One that is needed and not found is zero.

    A cost is always needed, a sales price where the line earns sales. Source: LIN-05, PRJ-01, PRJ-02, PPR-03.
    """
    cost = _unit_cost(entry, header, found)
    price = _unit_price(entry, header, found, cost) if header.earns else Decimal(0)
    missing = cost is None or (price is None and chargeable(found))
    cost_points, sales_points = _points(entry, found)
    return UnitPrices(
        cost=_shown(cost, header.currency, cost_points),
        price=_shown(price, header.currency, sales_points),
        source="missing" if missing else "search",
    )


def valued(entry: LineEntry, header: Header, found: LineReferences, units: UnitPrices) -> LineValues:
    """The whole line at these unit prices."""
    nothing = Money.zero(header.currency)
    named = told(entry) | {"line_property": found.line_property.key if found.line_property else None}
    line = LineValues(
        **named,
        unit=found.item.unit if found.item else None,
        unit_cost=units.cost,
        cost=nothing,
        unit_price=units.price,
        sales=nothing,
        chargeable=chargeable(found),
        tax_groups=_tax_groups(entry, found),
    )
    return counted(line, header)


def counted(line: LineValues, header: Header) -> LineValues:
    """The line with its amounts, each rounded once, and its unit prices with at least the currency's decimals.

    A unit price stays visible on a line that is not charged. Source: MAR-02, LNP-05, LED-07.
    """
    nothing, quantity = Money.zero(header.currency), Fraction(line.quantity)
    unit_cost, unit_price = _shown(line.unit_cost, header.currency), _shown(line.unit_price, header.currency)
    cost = Money.rounding(quantity * Fraction(unit_cost), header.currency)
    earned = Money.rounding(quantity * Fraction(unit_price), header.currency)
    sales = earned if line.chargeable and header.earns else nothing
    insist(
        _holds(unit_cost),
        _holds(unit_price),
        _holds(cost.decimal, "/quantity"),
        _holds(sales.decimal, "/quantity"),
    )
    return replace(line, unit_cost=unit_cost, cost=cost, unit_price=unit_price, sales=sales)


def chargeable(found: LineReferences) -> bool:
    """Whether the customer is to pay, which only a line property can deny. Source: PRJ-05, LNP-01."""
    return found.line_property is None or found.line_property.chargeable


def _points(entry: LineEntry, found: LineReferences) -> tuple[Decimal, Decimal]:
    """The percentage points that the line property adds to unit cost and unit price of hours. Source: PRJ-05."""
    if entry.type != "hour" or found.line_property is None:
        return Decimal(0), Decimal(0)
    return found.line_property.cost_percentage, found.line_property.sales_percentage


def _tax_groups(entry: LineEntry, found: LineReferences) -> tuple[str, ...]:
    """The project's group, then the item's on an item line and the category's on every other. Source: LIN-07."""
    own = found.item if entry.type == "item" else found.category
    groups = [row.tax_group for row in (found.project, own) if row is not None]
    return tuple(dict.fromkeys(group for group in groups if group is not None))


def _unit_cost(entry: LineEntry, header: Header, found: LineReferences) -> Decimal | None:
    """Source: PRJ-02, PPR-01: hours and expenses by search, an item by its own price, a fee costs nothing."""
    match entry.type:
        case "fee":
            return Decimal(0)
        case "item":
            return found.item.cost_price if found.item and _in_force(found.item, header) else None
        case _:
            hit = _search(found.cost_prices, entry, header, COST_SEARCH)
            return hit.value if hit else None


def _unit_price(entry: LineEntry, header: Header, found: LineReferences, unit_cost: Decimal | None) -> Decimal | None:
    """Source: PRJ-06: what the price's model makes of the unit cost; an item has a price of its own."""
    if entry.type == "item":
        return found.item.sales_price if found.item and _in_force(found.item, header) else None
    hit = _search(found.sales_prices, entry, header, SALES_SEARCH)
    if hit is None or (unit_cost is None and hit.model != "pricing"):
        return None
    if hit.model == "contribution_ratio" and hit.value >= 100:
        return None  # no price leaves the whole of itself as contribution
    return sales_unit_price(hit.model, hit.value, unit_cost or Decimal(0), exponent_of(header.currency))


def _search(
    prices: Iterable[Price], entry: LineEntry, header: Header, order: tuple[frozenset[str], ...]
) -> Price | None:
    wanted = Wanted(
        type=entry.type,
        on=header.service_date,
        currency=header.currency,
        project=header.project,
        worker=entry.worker,
        category=entry.category,
    )
    return search(prices, wanted, order)


def _in_force(item: Item, header: Header) -> bool:
    """An item's prices hold from a day on and in one currency. Source: PRJ-02."""
    return item.effective_on <= header.service_date and item.currency == header.currency


def _shown(unit: Decimal | None, currency: str, percentage: Decimal = Decimal(0)) -> Decimal:
    """A unit price with `percentage` points added, half-up to four more decimals than the currency, and with as many
    decimals as it needs but at least the currency's. Source: PRJ-05, PPR-09, contracts 3."""
    least = exponent_of(currency)
    places = least + MORE_DECIMALS
    exact = Fraction(unit or 0) * (100 + Fraction(percentage)) / 100
    digits = rounded(exact * 10**places)
    while places > least and digits % 10 == 0:
        digits, places = digits // 10, places - 1
    return Decimal(digits).scaleb(-places)


def _holds(amount: Decimal, field: str = "") -> Refusal:
    if abs(amount) < LARGEST:
        return None
    return Rejected.value("amount_too_large", "at most 12 digits before the point", field=field)
