"""What subscriptions are billed by: the company and its books, contracts, taxes, accounts, rates, calendars of periods."""

from deploy.demo.company import Person

ACCOUNTS = {
    "customer": "400000",
    "invoiced_revenue": "700000",
    "accrued_revenue_subscription": "709000",
    "wip_subscription": "493000",
    "tax": "451000",
}
"""The ledger account of each posting type."""


def the_books(manager: Person) -> None:
    """Euros, 21 % tax at home and none abroad; the books of the year before are closed."""
    manager.puts("companies", "main", name="Fieldfact", accounting_currency="EUR", time_zone="Europe/Brussels")
    manager.puts("tax-codes", "VAT21", name="Value added tax", rates={"2021-01-01": "21"})
    manager.puts("tax-groups", "BE21", name="Customers at home", codes=["VAT21"])
    manager.puts("tax-groups", "ABROAD", name="Customers abroad", codes=[])
    manager.puts("item-tax-groups", "SERVICES", name="Services", codes=["VAT21"])
    for posting_type, account in ACCOUNTS.items():
        manager.puts("posting-profiles", posting_type.upper(), posting_type=posting_type, account=account)
    pound = {"currency": "GBP"}
    manager.puts("exchange-rates", "GBP-2025", rate="1.15", effective_on="2025-10-01", **pound)
    manager.puts("exchange-rates", "GBP-2026", rate="1.18", effective_on="2026-04-01", **pound)
    manager.puts("ledger-periods", "UP-TO-2025-09", starts_on="2025-01-01", ends_on="2025-09-30", closed=True)
    manager.puts("ledger-periods", "2025-10-2026-11", starts_on="2025-10-01", ends_on="2026-11-30")


def the_contracts(manager: Person) -> None:
    """Who pays for the projects of whom; a third customer is in London and pays in pounds."""
    manager.puts("customers", "C-1003", name="Harbour Cold Stores")
    for contract, customer, currency in (
        ("K-BREWERY", "C-1001", "EUR"),
        ("K-HARBOUR", "C-1003", "GBP"),
        ("K-QUAY", "C-1002", "EUR"),
    ):
        manager.puts("contracts", contract, name=f"Contract {customer}", currency=currency, funding={customer: "100"})


def what_is_sold_by_subscription(manager: Person) -> None:
    """One category of fees, which are charged; months, quarters of the calendar, and years from October on."""
    manager.puts("categories", "CARE", name="Care by subscription", type="fee", tax_group="SERVICES")
    manager.puts("line-property-rules", "CARE", category="CARE", line_property="BILLABLE")
    year = {"alignment": "anchored", "anchor": "2025-10-01", "anchor_day": 1}
    _periods(manager, "MONTH", "Month", unit="month")
    _periods(manager, "QUARTER", "Quarter", unit="quarter")
    _periods(manager, "YEAR", "Year from October on", unit="year", **year)
    for group, accrues in (("MONTH", False), ("QUARTER", True), ("YEAR", True)):
        earned = {"accrue_revenue": True, "accrual_code": "MONTH"} if accrues else {}
        named = {"name": f"Paid ahead by the {group.lower()}", "invoicing_code": group, "number_sequence": "SUB"}
        manager.sets("subscription_billing", f"/v1/subscription-groups/{group}", **named, **earned)
    price = {"amount": "300.00", "currency": "EUR"}
    row = {"code": "QUARTER", "category": "CARE", "effective_on": "2025-09-01", "price": price}
    manager.sets("subscription_billing", "/v1/subscription-prices/CARE", **row)


def _periods(manager: Person, code: str, name: str, **terms: object) -> None:
    """A code, with its periods from October 2025 to September 2026."""
    manager.sets("subscription_billing", f"/v1/period-codes/{code}", name=name, **terms)
    days = {"from": "2025-10-01", "to": "2026-09-30"}
    path = f"/v1/period-codes/{code}/generate-periods"
    manager.says(path, f"periods {code}", "subscription_billing", days=days)
