"""The records and commands in which subscriptions are specified."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.subscription_billing.domain.references import (
    Agreement,
    Category,
    Code,
    Group,
    Named,
    PriceFound,
    Project,
)
from services.subscription_billing.domain.subscription import subscription
from services.subscription_billing.domain.subscription.course import Cancel
from services.subscription_billing.domain.subscription.creation import OpenSubscription, References
from tests.domain.subscription_billing.facts import AGREEMENT, MARCH, eur
from tests.support.spec import specification

a_subscription = specification(subscription)

PROJECT = Project("P-1", "time_and_material", "C-1001", "EUR")
CARE, LABOUR = Category("CARE", "fee"), Category("LABOUR", "hour")
TYPED, DRAWN = Group("CARE", "MONTH"), Group("CARE", "MONTH", "SUB")
BY_MONTH, BY_WEEK, BY_YEAR = Code("MONTH", "month"), Code("WEEK", "week"), Code("YEAR", "year")
CONTRACT = Agreement(AGREEMENT, "P-1", "active")

FOUND = References(
    group=DRAWN, project=PROJECT, category=CARE, customer=Named("C-1001"), price=PriceFound("R-1", eur("500.00"))
)


def open_it(found: dict[str, Any] | None = None, **values: Any) -> OpenSubscription:
    """Open the subscription of `facts.opened` with a drawn number; `found` puts other records in place."""
    command = OpenSubscription(
        drawn="SUB-000001",
        name="Cooling care",
        group="CARE",
        project="P-1",
        category="CARE",
        currency="EUR",
        base_price=eur("310.00"),
        found=replace(FOUND, **found or {}),
    )
    return replace(command, **values)


def cancel(on: date, today: date = MARCH, **values: Any) -> Cancel:
    return Cancel(on=on, today=today, reason="The customer moves", **{"mode": "immediate"} | values)
