"""The year of a service company: what it owns, seven visits to two customers, four more on an agreement, and eight
subscriptions.

Visits have their dates in the spring of 2026, subscriptions from October 2025 to August 2026; what the services record
carries today's date beside it.
"""

from collections.abc import Sequence
from typing import Any

from deploy.demo.agreed import four_visits_on_an_agreement
from deploy.demo.books import the_books, the_contracts
from deploy.demo.company import Company, Person
from deploy.demo.subscribed import eight_subscriptions

SPRING = "2026-01-01"


def tell(company: Company) -> None:
    """Tells the whole story. Told again, it changes nothing."""
    manager, dispatcher = company.person("service_manager"), company.person("dispatcher")
    the_books(manager)
    what_the_company_owns(manager)
    a_repair_in_full(manager, dispatcher)
    a_visit_that_was_called_off(dispatcher)
    a_visit_whose_hours_are_posted_first(manager, dispatcher)
    a_posting_that_was_corrected(manager, dispatcher)
    a_price_that_was_agreed_by_hand(manager, dispatcher)
    work_on_our_own_plant(manager, dispatcher)
    a_visit_that_is_still_to_come(dispatcher)
    agreement = four_visits_on_an_agreement(manager, dispatcher)
    eight_subscriptions(manager, company.person("subscription_clerk"), agreement)


def what_the_company_owns(manager: Person) -> None:
    """Customers, workers, projects, categories, prices and items, as their owners put them."""
    manager.puts("customers", "C-1001", name="Brewery Three Fountains")
    manager.puts("customers", "C-1002", name="North Quay Cold Stores")
    manager.puts("workers", "W-01", name="Ada Peeters")
    manager.puts("workers", "W-02", name="Jonas Maes")
    manager.puts("line-properties", "BILLABLE", name="Billable", chargeable=True)
    manager.puts("line-properties", "WARRANTY", name="Warranty, not charged", chargeable=False)
    the_contracts(manager)
    for key, customer, currency, tax_group in (
        ("BREWERY", "C-1001", "EUR", "BE21"),
        ("HARBOUR", "C-1003", "GBP", "ABROAD"),
        ("QUAY", "C-1002", "EUR", "BE21"),
    ):
        named = {"name": f"Service {customer}", "customer": customer, "contract": f"K-{key}"}
        taxed = {"currency": currency, "tax_group": tax_group}
        manager.puts("projects", f"P-{key}", type="time_and_material", **named, **taxed)
    manager.puts("projects", "P-PLANT", name="Our own test plant", type="investment", currency="EUR")
    manager.puts("categories", "LABOUR", name="Labour on site", type="hour")
    manager.puts("categories", "CRANE", name="Hired crane", type="expense")
    manager.puts("categories", "CALLOUT", name="Call-out fee", type="fee")
    what_things_cost(manager)


def what_things_cost(manager: Person) -> None:
    """An hour costs 40 and sells at 75; a crane sells at 5 % more than it costs; a call-out is 50."""
    price = {"effective_on": SPRING, "currency": "EUR"}
    manager.puts("cost-prices", "LABOUR", type="hour", category="LABOUR", price="40.00", **price)
    manager.puts("cost-prices", "CRANE", type="expense", category="CRANE", price="618.00", **price)
    manager.puts("sales-prices", "LABOUR", type="hour", category="LABOUR", value="75.00", **price)
    crane = {"model": "charges_percentage", "value": "5"}
    manager.puts("sales-prices", "CRANE", type="expense", category="CRANE", **crane, **price)
    manager.puts("sales-prices", "CALLOUT", type="fee", category="CALLOUT", value="50.00", **price)
    item = {"name": "Filter cartridge", "unit": "pcs", "cost_price": "15.25", "sales_price": "22.50"}
    manager.puts("items", "FILTER", **item, **price)


HOUR = {"type": "hour", "category": "LABOUR", "worker": "W-01"}
CRANE = {"type": "expense", "category": "CRANE", "quantity": "1"}
FEE = {"type": "fee", "category": "CALLOUT", "quantity": "1"}
FILTER = {"type": "item", "item": "FILTER"}


def a_repair_in_full(manager: Person, dispatcher: Person) -> None:
    """Three hours, one more under warranty, two filters, a crane and the call-out fee; all done, all posted (MAR-11)."""
    order = visit(dispatcher, "repair", "P-BREWERY", "2026-03-02", "Compressor trips on high pressure")
    lines = [
        HOUR | {"quantity": "3"},
        HOUR | {"quantity": "1", "line_property": "WARRANTY", "description": "Seal of last year's repair"},
        FILTER | {"quantity": "2"},
        CRANE,
        FEE,
    ]
    used(dispatcher, "repair", order, lines, "2026-03-02T09:00:00Z")
    dispatcher.says(f"{order}/sign-off", "repair done", at="2026-03-02T15:30:00Z")
    manager.says(f"{order}/post", "repair posted", at="2026-03-03T08:00:00Z")


def a_visit_that_was_called_off(dispatcher: Person) -> None:
    """The customer mended it himself: the order is canceled with its line."""
    order = visit(dispatcher, "called off", "P-QUAY", "2026-03-05", "Door of cold room 4 does not close")
    used(dispatcher, "called off", order, [HOUR | {"quantity": "2"}], "2026-03-04T10:00:00Z")
    reason = "The customer mended it himself"
    dispatcher.says(f"{order}/cancel", "called off", reason=reason, at="2026-03-04T16:00:00Z")


def a_visit_whose_hours_are_posted_first(manager: Person, dispatcher: Person) -> None:
    """The hours are posted at once; the filters wait for their delivery note."""
    order = visit(dispatcher, "in parts", "P-QUAY", "2026-03-09", "Half-yearly inspection")
    lines = [HOUR | {"quantity": "6", "worker": "W-02"}, FILTER | {"quantity": "8"}]
    used(dispatcher, "in parts", order, lines, "2026-03-09T08:00:00Z")
    dispatcher.says(f"{order}/sign-off", "in parts done", at="2026-03-09T16:00:00Z")
    manager.says(f"{order}/post", "in parts hours", types=["hour"], at="2026-03-10T08:00:00Z")


def a_posting_that_was_corrected(manager: Person, dispatcher: Person) -> None:
    """Four hours were invoiced, three were worked: the posted line is adjusted, and a credit note follows."""
    order = visit(dispatcher, "corrected", "P-BREWERY", "2026-03-16", "Leaking valve in the bottling hall")
    used(dispatcher, "corrected", order, [HOUR | {"quantity": "4"}, FEE], "2026-03-16T08:00:00Z")
    dispatcher.says(f"{order}/sign-off", "corrected done", at="2026-03-16T13:00:00Z")
    manager.says(f"{order}/post", "corrected posted", at="2026-03-17T08:00:00Z")
    change = {"quantity": "3", "reason": "The time sheet says three hours"}
    manager.says(f"{order}/lines/1/adjust", "corrected hours", **change, at="2026-03-20T09:00:00Z")


def a_price_that_was_agreed_by_hand(manager: Person, dispatcher: Person) -> None:
    """Ten hours at a price that the manager agreed with the customer."""
    order = visit(dispatcher, "agreed", "P-QUAY", "2026-04-01", "Moving two evaporators")
    used(dispatcher, "agreed", order, [HOUR | {"quantity": "10"}, CRANE], "2026-04-01T08:00:00Z")
    agreed = {"unit_price": "68.50", "reason": "Agreed by telephone for the whole day"}
    manager.says(f"{order}/lines/1/override-price", "agreed price", **agreed, at="2026-04-01T12:00:00Z")
    dispatcher.says(f"{order}/sign-off", "agreed done", at="2026-04-01T18:00:00Z")
    manager.says(f"{order}/post", "agreed posted", at="2026-04-02T08:00:00Z")


def work_on_our_own_plant(manager: Person, dispatcher: Person) -> None:
    """An investment earns nothing: its hours are cost, and no invoice follows (PRJ-07)."""
    order = visit(dispatcher, "plant", "P-PLANT", "2026-04-07", "New sensors in the test plant")
    used(dispatcher, "plant", order, [HOUR | {"quantity": "5", "worker": "W-02"}], "2026-04-07T08:00:00Z")
    dispatcher.says(f"{order}/sign-off", "plant done", at="2026-04-07T14:00:00Z")
    manager.says(f"{order}/post", "plant posted", at="2026-04-08T08:00:00Z")


def a_visit_that_is_still_to_come(dispatcher: Person) -> None:
    """Planned with two lines, one of which was entered by mistake and canceled."""
    order = visit(dispatcher, "to come", "P-BREWERY", "2026-05-11", "Yearly maintenance")
    used(dispatcher, "to come", order, [HOUR | {"quantity": "8"}, CRANE], "2026-04-20T09:00:00Z")
    cancel = {"reason": "No crane is needed", "at": "2026-04-20T09:30:00Z"}
    dispatcher.says(f"{order}/lines/2/cancel", "to come crane", **cancel)


def visit(dispatcher: Person, key: str, project: str, on: str, description: str) -> str:
    """A new order; answers its path."""
    header = {"project": project, "service_date": on, "description": description, "preferred_technician": "W-01"}
    created = dispatcher.says("/v1/orders", f"{key} order", **header, at="2026-03-01T08:00:00Z")
    return f"/v1/orders/{created['id']}"


def used(dispatcher: Person, key: str, order: str, lines: Sequence[dict[str, Any]], at: str) -> None:
    """The resources of a visit, line by line."""
    for number, line in enumerate(lines, 1):
        dispatcher.says(f"{order}/lines", f"{key} line {number}", **line, at=at)
