"""What a command about a subscription must know: the records it names, prices, periods, and the day where it is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from libs.events.subscription_billing_subscriptions import SubscriptionOpened
from libs.kernel.decider import Rejected
from libs.kernel.ids import natural_id
from libs.rules.billing import PriceWanted
from libs.rules.billing.lifecycle import local_day
from libs.runtime.faults import NotFound
from libs.runtime.store import FactStore
from libs.runtime.streams import Made, Stream
from services.subscription_billing.application import records
from services.subscription_billing.application.around import Around
from services.subscription_billing.domain.subscription import subscription
from services.subscription_billing.domain.subscription.course import Activate, Cancel
from services.subscription_billing.domain.subscription.creation import (
    ChangeCategory,
    ChangeCurrency,
    OpenSubscription,
    References,
)
from services.subscription_billing.domain.subscription.state import Absent, Existing, Opened, State
from services.subscription_billing.projections import lookups

SEQUENCE = "subscription_number"


def subscription_id(number: str) -> str:
    """The stream of the subscription with this number: so a number is taken once. Source: contracts 4, SUB (fields)."""
    return natural_id("subscription", number)


async def existing(store: FactStore, subscription_id: str) -> tuple[int, Opened]:
    """The version and state of a subscription; NotFound when there is none."""
    stream = await store.load(subscription, subscription_id)
    state = cast(State, stream.state)
    if isinstance(state, Absent):
        raise NotFound
    return stream.version, state


async def today(store: FactStore, project: str, at: datetime) -> date:
    """The day of an instant where the project is. Source: PER-07."""
    return local_day(at, await lookups.time_zone(store, project))


async def new_subscription(around: Around, given: Mapping[str, Any], at: datetime) -> OpenSubscription:
    """The command that opens a subscription from what was said: with the project's currency unless another was said, the
    next number of the group's sequence, and the price found on the day of opening. Source: SUB-01, SPR-03, SPR-05."""
    group, project = await around.group(given["group"]), await around.project(given["project"])
    currency = given.get("currency") or (project.currency if project else "EUR")
    found = References(
        group=group,
        project=project,
        category=await around.category(given["category"]),
        customer=await around.customer(project.customer if project else None),
        agreement=await around.agreement(given.get("agreement")),
    )
    said = {name: value for name, value in given.items() if name != "currency"}
    command = OpenSubscription(currency=currency, found=found, **said)
    if command.base_price is None and group is not None and project is not None:
        on = await today(around.store, project.key, at)
        wanted = PriceWanted(group.invoicing_code, currency, on, category=command.category, project=project.key)
        wanted = replace(wanted, price_group=project.price_group)
        command = replace(command, found=replace(found, price=await lookups.price(around.store, wanted)))
    return await _numbered(around.store, command)


async def _numbered(store: FactStore, command: OpenSubscription) -> OpenSubscription:
    """With the next number where it is to be drawn. Gaps are allowed. Source: SGR-01, contracts 4."""
    group = command.found.group
    if group is None or group.number_sequence is None or command.number is not None:
        return command
    return replace(command, drawn=f"{group.number_sequence}-{await store.next_number(SEQUENCE):06d}")


def once(command: OpenSubscription) -> Made:
    """The command, unless the number is taken. Source: SUB (fields)."""

    async def make(stream: Stream) -> OpenSubscription:
        if stream.version:
            raise Rejected.state("number_taken", f"there is a subscription {command.number or command.drawn}")
        return command

    return Made(make)


def number_taken(opened: SubscriptionOpened) -> tuple[str, int]:
    """The sequence that a drawn number came from, and the number; 1 for one that can only have been typed."""
    digits = opened.number.rpartition("-")[2]
    drawn = digits.isascii() and digits.isdigit() and 6 <= len(digits) <= 9
    return SEQUENCE, max(int(digits), 1) if drawn else 1


async def activation(store: FactStore, standing: Existing, at: datetime) -> Activate:
    """The command that activates a subscription, with the agreement that it names. Source: data STM-021."""
    header = standing.header
    agreement = await lookups.agreement(store, header.agreement)
    return Activate(await today(store, header.project, at), agreement)


async def category_change(store: FactStore, category: str) -> ChangeCategory:
    """The command that changes the category, with its record."""
    return ChangeCategory(category, await lookups.category(store, category))


async def cancellation(store: FactStore, standing: Existing, given: Mapping[str, Any], at: datetime) -> Cancel:
    """The command that cancels, with the invoicing period around the day. Source: LIF-04."""
    group = await records.group(store, standing.header.group)
    period = await records.period_with(store, group.invoicing_code, given["on"]) if group else None
    return Cancel(today=await today(store, standing.header.project, at), period=period, **given)


async def currency_change(
    store: FactStore, subscription_id: str, standing: Existing, given: Mapping[str, Any], at: datetime
) -> ChangeCurrency:
    """The command that changes the currency, with the price found in it where none was said. Source: SUB-09, SPR."""
    header = standing.header
    group, project = await records.group(store, header.group), await lookups.project(store, header.project)
    if given.get("base_price") is not None or group is None:
        return ChangeCurrency(**given)
    wanted = PriceWanted(
        period_code=group.invoicing_code,
        currency=given["currency"],
        on=await today(store, header.project, at),
        subscription=subscription_id,
        project=header.project,
        price_group=project.price_group if project else None,
        category=header.category,
    )
    return ChangeCurrency(**given, price=await lookups.price(store, wanted))
