"""Eight subscriptions from October 2025 to August 2026: billed ahead, invoiced, earned month by month, and changed.

Every figure of expected.txt can be counted by hand. Prices are those of a whole period; a part of it costs
price x index/100 x days/days of the period, rounded once, and 21 % tax comes on top of each line at home:

- four by the quarter, 900, 300 and 600 euros and 1000 pounds: 1800 + 1000 x 1.15 = 2950.00 euros a quarter, earned by
  thirds (1150.00 / 3 = 383.33, 383.33, 383.34);
- two by the year, 1200 euros each; one of them at 10 % less: 1200 + 1200 - 120 = 2280.00, 190.00 a month;
- one by the month, 310 euros, earned when invoiced: from 17 February on, 310 x 12/28 = 132.86 for the stub;
- one on the agreement, 910 euros a quarter from 1 May on: 910 x 61/91 = 610.00 for the stub, 305.00 a month.

What happens to them:

- February: ten days are taken off a quarter of 300: 300 x 10/90 = 33.33 less, and 300.00 - 33.33 = 266.67 is left;
- April: the index of the quarters rises by 3 %: 927, 309 and 618 euros, 1030 pounds at 1.18 = 1215.40 euros;
- May: the quarter of 618 is credited: 206.00 earned in April is taken back, 618.00 is dropped;
- August: one is cancelled on the 15th, its last day: 46 of 92 days of 309 are given back, 154.50, of which 16 days fall
  into August: 154.50 x 16/46 = 53.74.
"""

from collections.abc import Mapping
from typing import Any

from deploy.demo.books import what_is_sold_by_subscription
from deploy.demo.clerk import Clerk
from deploy.demo.company import Person

BEGIN = "2025-10-01"


def eight_subscriptions(manager: Person, clerk: Person, agreement: str) -> None:
    """The whole year."""
    what_is_sold_by_subscription(manager)
    billing = Clerk(clerk, manager)
    opened = six_from_october_on(billing)
    the_first_quarter(billing, opened)
    the_winter_with_days_taken_off(billing, opened)
    the_spring_with_a_higher_index(clerk, billing, opened, agreement)
    the_summer_with_a_cancellation(billing, opened)


def six_from_october_on(billing: Clerk) -> Mapping[str, str]:
    """Four by the quarter, of which one costs what the price list says, and two by the year; their ids by name."""
    brewery, quay, harbour = ({"project": f"P-{each}"} for each in ("BREWERY", "QUAY", "HARBOUR"))
    terms: Mapping[str, dict[str, Any]] = {
        "monitoring": {"name": "Remote monitoring", "group": "QUARTER", **brewery, **costs("900.00")},
        "oil": {"name": "Oil analysis", "group": "YEAR", **brewery, **costs("1200.00")},
        "energy": {"name": "Energy report", "group": "YEAR", **quay, **costs("1200.00")},
        "alarm": {"name": "Alarm line", "group": "QUARTER", **quay},
        "parts": {"name": "Parts kept ready", "group": "QUARTER", **brewery, **costs("600.00")},
        "cold": {"name": "Cold store care", "group": "QUARTER", **harbour, **costs("1000.00", "GBP")},
    }
    same = {"category": "CARE", "starts_on": BEGIN}
    return {key: billing.opens(key, "2025-09-22", **said, **same) for key, said in terms.items()}


def the_first_quarter(billing: Clerk, opened: Mapping[str, str]) -> None:
    """Quarter and year are billed ahead; the energy report gets a discount before anything is invoiced."""
    billing.bills("autumn", "QUARTER", BEGIN, "2025-12-31")
    years = billing.bills("year", "YEAR", BEGIN, "2026-09-30")
    energy = years[f"{opened['energy']} {BEGIN}"]
    discount = {"percentage": "-10", "project_date": BEGIN, "reason": "Agreed for the first year"}
    billing.adjusts(energy, "energy", "change-price", **discount)
    billing.waits_for_fees(1, adjusts=energy)
    billing.invoices(BEGIN)
    billing.earns("2025-10-31", "2025-11-30", "2025-12-31")


def the_winter_with_days_taken_off(billing: Clerk, opened: Mapping[str, str]) -> None:
    """The alarm line was down for ten days; a filter service begins in the middle of February."""
    quarter = billing.bills("winter", "QUARTER", "2026-01-01", "2026-03-31")
    billing.invoices("2026-01-02")
    billing.earns("2026-01-31")
    alarm = quarter[f"{opened['alarm']} 2026-01-01"]
    down = {"days": {"from": "2026-02-10", "to": "2026-02-19"}, "project_date": "2026-02-20"}
    billing.adjusts(alarm, "alarm", "reduce-days", **down, reason="The line was down")
    billing.waits_for_fees(1, adjusts=alarm)
    filters = {"name": "Filter service", "group": "MONTH", "project": "P-QUAY", "category": "CARE"}
    billing.opens("filters", "2026-02-09", **filters, **costs("310.00"), starts_on="2026-02-17")
    billing.bills("filters begin", "MONTH", "2026-02-17", "2026-03-31", kind="non_regular")
    billing.earns("2026-02-28")
    billing.invoices("2026-03-02")
    billing.earns("2026-03-31")


def the_spring_with_a_higher_index(clerk: Person, billing: Clerk, opened: Mapping[str, str], agreement: str) -> None:
    """From April on quarters cost 3 % more; a quarter that nobody wanted is credited; the agreement gets its own."""
    rise = {"group": "QUARTER", "percent": "3", "effective_on": "2026-04-01", "reason": "Yearly rise"}
    clerk.says("/v1/index-updates", "yearly rise", "subscription_billing", **rise, at="2026-03-16T08:00:00Z")
    quarter = billing.bills("spring", "QUARTER", "2026-04-01", "2026-06-30")
    billing.bills("filters in spring", "MONTH", "2026-04-01", "2026-06-30", continuous=True)
    billing.invoices("2026-04-01")
    billing.earns("2026-04-30")
    care = {"name": "Care of the compressors", "group": "QUARTER", "project": "P-BREWERY", "category": "CARE"}
    on = {"agreement": agreement, "starts_on": "2026-05-01"}
    subscription = billing.opens("care", "2026-04-29", **care, **on, **costs("910.00"))
    stub = {"kind": "non_regular", "subscriptions": [subscription]}
    billing.bills("care begins", "QUARTER", "2026-05-01", "2026-06-30", **stub)
    billing.invoices("2026-05-04")
    unwanted = quarter[f"{opened['parts']} 2026-04-01"]
    billing.adjusts(unwanted, "parts", "select-for-credit", reason="Given up in March")
    billing.waits_for_fees(2, subscription=opened["parts"], standing="invoiced")
    billing.invoices("2026-05-15")
    billing.tells(opened["parts"], "parts", "deactivate", reason="Given up in March", at="2026-05-15T08:00:00Z")
    billing.earns("2026-05-31", "2026-06-30")


def the_summer_with_a_cancellation(billing: Clerk, opened: Mapping[str, str]) -> None:
    """The alarm line is cancelled on 15 August, which is its last day; what was billed for later days is given back."""
    billing.bills("summer", "QUARTER", "2026-07-01", "2026-09-30")
    billing.bills("filters in summer", "MONTH", "2026-07-01", "2026-09-30", continuous=True)
    billing.invoices("2026-07-01")
    billing.earns("2026-07-31")
    end = {"on": "2026-08-15", "mode": "immediate", "reason": "The line is taken down", "at": "2026-08-15T10:00:00Z"}
    billing.tells(opened["alarm"], "alarm", "cancel", **end)
    billing.waits_for_fees(2, subscription=opened["alarm"], kind="reduction_days")
    billing.invoices("2026-08-17")
    billing.earns("2026-08-31")


def costs(amount: str, currency: str = "EUR") -> dict[str, Any]:
    """The price of a whole period."""
    return {"base_price": {"amount": amount, "currency": currency}, "currency": currency}
