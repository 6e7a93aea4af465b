"""The facts in which subscriptions are specified, with their values spelt out."""

from datetime import date
from decimal import Decimal
from typing import Any

from libs.events import subscription_billing as says
from libs.events import subscription_billing_subscriptions as told
from libs.kernel.money import Money
from libs.rules.billing import Span

JANUARY, FEBRUARY, MARCH, APRIL, JULY = (date(2026, month, 1) for month in (1, 2, 3, 4, 7))
LAST = date(2026, 12, 31)
RUN, OTHER_RUN = "5f0c2c9e-0001-5000-8000-00000000000a", "5f0c2c9e-0001-5000-8000-00000000000b"
AGREEMENT = "5f0c2c9e-0001-5000-8000-0000000000a1"


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def days(first: str, last: str) -> Span:
    return Span.of(date.fromisoformat(first), date.fromisoformat(last))


def opened(**values: Any) -> told.SubscriptionOpened:
    """A subscription to cooling care for 310 euros a month, as a draft."""
    header: dict[str, Any] = {
        "number": "SUB-000001",
        "name": "Cooling care",
        "group": "CARE",
        "project": "P-1",
        "customer": "C-1001",
        "category": "CARE",
        "currency": "EUR",
        "base_price": eur("310.00"),
        "index": Decimal("100.0000"),
    }
    return told.SubscriptionOpened(**header | values)


ACTIVATED = told.SubscriptionActivated()
DEACTIVATED = told.SubscriptionDeactivated(reason="The hall is rebuilt")


def term(starts_on: date | None = None, ends_on: date | None = None) -> told.TermSet:
    return told.TermSet(starts_on=starts_on, ends_on=ends_on)


def scheduled(
    last_day: date, asked_for: date | None = None, mode: told.CancellationMode = "end_of_period"
) -> told.CancellationScheduled:
    return told.CancellationScheduled(
        asked_for=asked_for or last_day, last_day=last_day, mode=mode, reason="The customer moves"
    )


def cancelled(last_day: date, mode: told.CancellationMode = "immediate") -> told.SubscriptionCancelled:
    return told.SubscriptionCancelled(last_day=last_day, mode=mode, reason="The customer moves")


def expired(last_day: date) -> told.SubscriptionExpired:
    return told.SubscriptionExpired(last_day=last_day)


PARKED = told.SubscriptionParked(reason="price_missing", sentence="There is no price", run=RUN)
RELEASED = told.ParkReleased(reason="A price was set")


def base(before: str, after: str, value: str, rule: told.UpdateRule = "percent", **more: Any) -> told.BasePriceUpdated:
    """In euros."""
    return told.BasePriceUpdated(rule=rule, value=Decimal(value), before=eur(before), base_price=eur(after), **more)


def index(before: str, after: str, value: str, rule: told.UpdateRule = "percent", **more: Any) -> told.IndexUpdated:
    return told.IndexUpdated(rule=rule, value=Decimal(value), before=Decimal(before), index=Decimal(after), **more)


def code(key: str = "MONTH", unit: says.PeriodUnit = "month", **values: Any) -> says.PeriodCodeDefined:
    """A code of the calendar, or anchored where an anchor is given."""
    alignment = "anchored" if "anchor" in values else "calendar"
    whole: dict[str, Any] = {"code": key, "name": f"By the {unit}", "unit": unit, "every": 1, "alignment": alignment}
    return says.PeriodCodeDefined(**whole | values)


def generated(*periods: Span, key: str = "MONTH") -> says.PeriodsGenerated:
    return says.PeriodsGenerated(code=key, periods=periods)


def group(**values: Any) -> says.SubscriptionGroupDefined:
    """Billed by the month, and not accrued."""
    whole: dict[str, Any] = {"group": "CARE", "name": "Care", "invoicing_code": "MONTH", "accrue_revenue": False}
    return says.SubscriptionGroupDefined(**whole | values)


def row(**values: Any) -> says.SubscriptionSalesPriceSet:
    """Five hundred euros a month, for all."""
    whole: dict[str, Any] = {"row": "R-1", "code": "MONTH", "effective_on": JANUARY, "price": eur("500.00")}
    return says.SubscriptionSalesPriceSet(**whole | values)
