"""Subscriptions from beginning to end, as commands, and what is recorded of them."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from libs.events.subscription_billing_subscriptions import SubscriptionFact
from services.subscription_billing.domain.references import Category
from services.subscription_billing.domain.subscription import Command, subscription
from services.subscription_billing.domain.subscription.course import (
    Activate,
    Deactivate,
    EndIfOver,
    Park,
    ReleaseParked,
    SetTerm,
    UndoCancellation,
)
from services.subscription_billing.domain.subscription.creation import ChangeCategory, ChangeCurrency, Delete, Rename
from services.subscription_billing.domain.subscription.prices import UpdateBasePrice, UpdateIndex, UpdateInGroup
from tests.domain.subscription_billing.facts import APRIL, JANUARY, JULY, LAST, MARCH, RUN, days, usd
from tests.domain.subscription_billing.records import cancel, open_it
from tests.support.spec import read_back

NEXT_YEAR = date(2027, 1, 1)
PARK, RELEASE = Park("price_missing", "There is no price", RUN), ReleaseParked("A price was set")

STORIES: dict[str, tuple[Command, ...]] = {
    "a year": (open_it(ends_on=LAST), Activate(JANUARY), EndIfOver(NEXT_YEAR)),
    "much happens": (
        open_it(billed_before=days("2025-01-01", "2025-12-31")),
        Rename("Cooling"),
        ChangeCategory("PLUS", Category("PLUS", "fee")),
        ChangeCurrency("USD", usd("340.00")),
        Activate(MARCH),
        PARK,
        UpdateIndex(today=MARCH, percent=Decimal(10)),
        Deactivate("The hall is rebuilt"),
        RELEASE,
        UpdateBasePrice(today=MARCH, percent=Decimal(10), effective_on=JULY, run=RUN),
        Activate(MARCH),
        UpdateInGroup(UpdateIndex(today=MARCH, to=Decimal(105), run=RUN)),
        SetTerm(None, LAST),
        cancel(MARCH, mode="end_of_period", period=days("2026-03-01", "2026-03-31")),
        UndoCancellation(MARCH),
        cancel(APRIL),
        EndIfOver(JULY),
    ),
    "opened twice": (open_it(), Activate(JANUARY), Delete("Entered twice")),
    "called off": (open_it(), cancel(APRIL), UndoCancellation(MARCH), cancel(MARCH)),
    "ended while it rests": (
        open_it(),
        Activate(JANUARY),
        PARK,
        RELEASE,
        Deactivate(),
        cancel(JULY),
        UndoCancellation(MARCH),
        SetTerm(None, MARCH),
        EndIfOver(APRIL),
    ),
}


def recorded(commands: Sequence[Command]) -> list[SubscriptionFact]:
    """The facts of a story, as they come back from the store; a story is told without refusals."""
    history: list[SubscriptionFact] = []
    for command in commands:
        history += read_back(subscription.decide(command, subscription.fold(history)))
    return history


def moments() -> Iterator[list[SubscriptionFact]]:
    """The history of every story after each of its commands, and before the first."""
    for commands in STORIES.values():
        for told in range(len(commands) + 1):
            yield recorded(commands[:told])
