"""Base price and index of a subscription change: by a percentage or to a value, from now on or from a day on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from libs.events import subscription_billing_subscriptions as says
from libs.kernel.decider import Rejected
from libs.kernel.money import Money
from libs.rules.billing import BaseVersion, IndexVersion, base_by, base_to, index_by, index_to
from services.subscription_billing.domain.guards import insist, something_changes
from services.subscription_billing.domain.subscription import guards
from services.subscription_billing.domain.subscription.state import ALWAYS, Active, Open, State


@dataclass(frozen=True, kw_only=True)
class UpdateBasePrice:
    """Change the price of a full period: by `percent`, or `to` a price; one of the two. Source: IDX-01.

    Without `effective_on` every fee created later has the new price, with it those from that day on (IDX-07). `run` is
    shared by what one command updates (IDX-03). `today` is the project's day.
    """

    today: date
    percent: Decimal | None = None
    to: Money | None = None
    effective_on: date | None = None
    run: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class UpdateIndex:
    """Change the index: by `percent` of itself, or `to` a value; one of the two. Otherwise as `UpdateBasePrice`."""

    today: date
    percent: Decimal | None = None
    to: Decimal | None = None
    effective_on: date | None = None
    run: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class UpdateInGroup:
    """The same for one of many: what is not active is passed by. Source: IDX-03."""

    update: UpdateBasePrice | UpdateIndex


def update_base_price(command: UpdateBasePrice, subscription: Open) -> Sequence[says.SubscriptionFact]:
    """The price before is the one that counts on the day from which the new one does. Source: IDX-01, IDX-04, IDX-06."""
    updated = _new_base(command, subscription)
    insist(something_changes(updated.before, updated.base_price))
    return [updated]


def update_index(command: UpdateIndex, subscription: Open) -> Sequence[says.SubscriptionFact]:
    """The index before is the one that counts on the day from which the new one does. Source: IDX-01, IDX-02, IDX-04,
    IDX-06."""
    updated = _new_index(command, subscription)
    insist(something_changes(updated.before, updated.index))
    return [updated]


def update_in_group(command: UpdateInGroup, subscription: State) -> Sequence[says.SubscriptionFact]:
    """What stays as it is says nothing. Source: IDX-03."""
    if not isinstance(subscription, Active):
        return []
    update = command.update
    if isinstance(update, UpdateIndex):
        index = _new_index(update, subscription)
        return [] if index.before == index.index else [index]
    base = _new_base(update, subscription)
    return [] if base.before == base.base_price else [base]


def _new_base(command: UpdateBasePrice, subscription: Open) -> says.BasePriceUpdated:
    before, percent = subscription.base_on(command.effective_on or command.today), command.percent
    insist(
        _one_of_two(percent, command.to),
        guards.in_the_currency("to", command.to, subscription.header.currency),
        _nothing_to_come(command, subscription.bases),
    )
    after = base_to(command.to or before) if percent is None else base_by(before, percent)
    return says.BasePriceUpdated(
        rule="to" if percent is None else "percent",
        value=after.decimal if percent is None else percent,
        before=before,
        base_price=after,
        effective_on=command.effective_on,
        run=command.run,
        reason=command.reason,
    )


def _new_index(command: UpdateIndex, subscription: Open) -> says.IndexUpdated:
    before, percent = subscription.index_on(command.effective_on or command.today), command.percent
    insist(_one_of_two(percent, command.to), _nothing_to_come(command, subscription.indexes))
    after = index_to(before if command.to is None else command.to) if percent is None else index_by(before, percent)
    return says.IndexUpdated(
        rule="to" if percent is None else "percent",
        value=after if percent is None else percent,
        before=before,
        index=after,
        effective_on=command.effective_on,
        run=command.run,
        reason=command.reason,
    )


def _one_of_two(percent: Decimal | None, to: object) -> Rejected | None:
    if (percent is None) != (to is None):
        return None
    return Rejected.value("one_of_two", "a percentage or a new value, and not both", field="/percent")


def _nothing_to_come(
    command: UpdateBasePrice | UpdateIndex, versions: Sequence[BaseVersion] | Sequence[IndexVersion]
) -> Rejected | None:
    """What holds for every later fee would take the place of what was said for a later day. Source: IDX-05, IDX-07."""
    coming = max((each.effective_on for each in versions), default=ALWAYS)
    if command.effective_on is not None or coming <= command.today:
        return None
    return Rejected.state("future_update", f"there is an update from {coming} on: say from which day this one counts")


def base_price_updated(subscription: Open, fact: says.BasePriceUpdated) -> Open:
    """One more price; without a day it is the only one."""
    version = BaseVersion(fact.effective_on or ALWAYS, fact.base_price)
    return replace(subscription, bases=(*subscription.bases, version) if fact.effective_on else (version,))


def index_updated(subscription: Open, fact: says.IndexUpdated) -> Open:
    """One more index; without a day it is the only one."""
    version = IndexVersion(fact.effective_on or ALWAYS, fact.index)
    return replace(subscription, indexes=(*subscription.indexes, version) if fact.effective_on else (version,))
