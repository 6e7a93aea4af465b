"""A reference record: put whole by its owner, under the owner's key, as often as it changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.events import reference as says
from libs.events.fact import Fact
from libs.events.reference_money import CompanyRecorded
from libs.kernel.currency import exponent_of
from libs.kernel.decider import Decider, Rejected
from services.reference.domain.money import check_money

MORE_DECIMALS = 4
"""How many decimals a unit price may have beyond its currency's. Source: contracts 3."""


@dataclass(frozen=True)
class Put:
    """Put the whole record. `unknown` names the fields whose reference is not recorded here."""

    record: Fact
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Absent:
    """No record yet."""


@dataclass(frozen=True)
class Recorded:
    """The record as it was put last."""

    record: Fact


State = Absent | Recorded


def decide(command: Put, state: State) -> Sequence[Fact]:
    """A put record is recorded, also when nothing in it changed: a `PUT` is an owner's word."""
    for field in command.unknown:
        raise Rejected.value("unknown_reference", f"What {field} names is not recorded.", field=f"/{field}")
    check_money(command.record)
    _check_books(command.record, state)
    match command.record:
        case says.ProjectRecorded() as project:
            _check_project(project)
        case says.CostPriceSet() as cost:
            _check_decimals("price", str(cost.price), cost.currency)
        case says.SalesPriceSet() as sales:
            _check_sales_price(sales)
        case says.ItemPriced() as item:
            _check_decimals("cost_price", str(item.cost_price), item.currency)
            _check_decimals("sales_price", str(item.sales_price), item.currency)
        case says.LinePropertyRecorded() as line_property:
            _check_percentages(line_property)
        case says.CalendarRecorded() as calendar:
            _check_calendar(calendar)
        case _:
            pass
    return [command.record]


def evolve(state: State, fact: Fact) -> State:
    """The last record stands."""
    return Recorded(fact)


record: Decider[Put, State, Fact] = Decider(Absent(), decide, evolve)


def _check_books(record: Fact, state: State) -> None:
    """What was booked stays in the currency that the books were opened in. Source: ACC-12."""
    match record, state:
        case CompanyRecorded(accounting_currency=new), Recorded(CompanyRecorded(accounting_currency=old)) if new != old:
            raise Rejected.state("accounting_currency_fixed", f"The books are in {old}.")
        case _:
            pass


def _check_project(project: says.ProjectRecorded) -> None:
    """An invoiced project names whom to invoice. Source: PRJ-07."""
    if project.type in ("time_and_material", "fixed_price") and project.customer is None:
        raise Rejected.value("customer_required", "An invoiced project has a customer.", field="/customer")


def _check_sales_price(sales: says.SalesPriceSet) -> None:
    """Source: PRJ-06; a contribution ratio of 100 % is reached by no price."""
    if sales.model == "contribution_ratio" and sales.value >= 100:
        raise Rejected.value("percent_range", "A contribution ratio is below 100.", field="/value")
    if sales.model in ("pricing", "charges_amount"):
        _check_decimals("value", str(sales.value), sales.currency)


def _check_percentages(line_property: says.LinePropertyRecorded) -> None:
    """Less than everything may be taken off. Source: PRJ-05."""
    for field in ("cost_percentage", "sales_percentage"):
        if getattr(line_property, field) < -100:
            raise Rejected.value("percent_range", "At most 100 % is taken off.", field=f"/{field}")


def _check_calendar(calendar: says.CalendarRecorded) -> None:
    """Without working time a clock never runs, and nothing is ever due. Source: data PER-008."""
    if not any(calendar.weekly.values()) and not any(calendar.exceptions.values()):
        raise Rejected.value("calendar_empty", "A calendar is open at some time.", field="/weekly")


def _check_decimals(field: str, value: str, currency: str) -> None:
    most = exponent_of(currency) + MORE_DECIMALS
    if len(value.partition(".")[2]) > most:
        sentence = f"A unit price in {currency} has at most {most} decimals."
        raise Rejected.value("too_many_decimals", sentence, field=f"/{field}")
