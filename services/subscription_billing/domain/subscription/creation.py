"""A subscription is opened, renamed, put into another category or another currency."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from libs.events import subscription_billing_subscriptions as says
from libs.kernel.decider import Rejected
from libs.kernel.money import Money
from libs.rules.billing import NEUTRAL, BaseVersion, IndexVersion, Span, base_to, index_to
from services.subscription_billing.domain.guards import insist, known, something_changes
from services.subscription_billing.domain.references import Agreement, Category, Group, Named, PriceFound, Project
from services.subscription_billing.domain.subscription import guards
from services.subscription_billing.domain.subscription.state import (
    ALWAYS,
    Absent,
    Deleted,
    Draft,
    Header,
    Open,
    become,
)


@dataclass(frozen=True, kw_only=True)
class References:
    """The records found of what a subscription names, None where there is none of that key, and the price found."""

    group: Group | None
    project: Project | None
    category: Category | None
    customer: Named | None = None
    agreement: Agreement | None = None
    price: PriceFound | None = None


@dataclass(frozen=True, kw_only=True)
class OpenSubscription:
    """Open a subscription in a group, on a project. Source: SUB-01.

    `number` is the one typed, `drawn` the one drawn from the group's sequence. Without a `base_price` the one found
    counts (SPR-05). `billed_before` and `index` tell of a subscription that has been running elsewhere.
    """

    number: str | None = None
    drawn: str | None = None
    name: str
    group: str
    project: str
    category: str
    currency: str
    base_price: Money | None = None
    index: Decimal = NEUTRAL
    agreement: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    billed_before: Span | None = None
    found: References


@dataclass(frozen=True)
class Rename:
    """Call it something else."""

    name: str


@dataclass(frozen=True)
class ChangeCategory:
    """Let later fees have another category. `found` is its record."""

    category: str
    found: Category | None


@dataclass(frozen=True)
class ChangeCurrency:
    """Bill it in another currency, at the price given or the one found in it. Source: SUB-09."""

    currency: str
    base_price: Money | None = None
    price: PriceFound | None = None


@dataclass(frozen=True)
class Delete:
    """Take back what was opened by mistake. Source: SUB-08."""

    reason: str | None = None


def open_subscription(command: OpenSubscription, _: Absent) -> Sequence[says.SubscriptionFact]:
    """A draft, at the price given or found, else at zero. Source: SUB-01, SUB-02, SUB-10, SPR-05, SPR-06."""
    found, number = command.found, command.number or command.drawn or ""
    customer = found.project.customer if found.project else None
    insist(
        known("group", command.group, found.group),
        guards.number_comes_from(found.group, command.number),
        guards.number_is_short(number),
        known("project", command.project, found.project),
        guards.project_is_time_and_material(found.project),
        known("customer", customer, found.customer),
        known("category", command.category, found.category),
        guards.category_is_a_fee(found.category),
        known("agreement", command.agreement, found.agreement),
        guards.agreement_stands(found.agreement, command.project),
        guards.in_the_currency("base_price", command.base_price, command.currency),
        guards.term_runs(command.starts_on, command.ends_on),
        _billed_within(command),
    )
    price, row = _priced(command.base_price, found.price, command.currency)
    opened = says.SubscriptionOpened(
        number=number,
        name=command.name,
        group=command.group,
        project=command.project,
        customer=customer,
        category=command.category,
        currency=command.currency,
        base_price=price,
        index=index_to(command.index),
        price_row=row,
        agreement=command.agreement,
        billed_before=command.billed_before,
    )
    if command.starts_on is None and command.ends_on is None:
        return [opened]
    return [opened, says.TermSet(starts_on=command.starts_on, ends_on=command.ends_on)]


def _billed_within(command: OpenSubscription) -> Rejected | None:
    """Days billed elsewhere lie within the term. Source: LIF-02."""
    billed = command.billed_before
    if billed is None:
        return None
    early = command.starts_on is not None and billed.first < command.starts_on
    late = command.ends_on is not None and billed.last > command.ends_on
    if not early and not late:
        return None
    return Rejected.value("outside_term", "days outside its term were billed", field="/billed_before")


def _priced(given: Money | None, found: PriceFound | None, currency: str) -> tuple[Money, str | None]:
    """The price given, else the one of the row found, else zero; and the row."""
    if given is not None:
        return base_to(given), None
    return (found.price, found.row) if found else (Money.zero(currency), None)


def rename(command: Rename, subscription: Open) -> Sequence[says.SubscriptionFact]:
    """Source: subscription-billing 8.1."""
    insist(something_changes(subscription.header.name, command.name))
    return [says.SubscriptionRenamed(name=command.name)]


def change_category(command: ChangeCategory, subscription: Open) -> Sequence[says.SubscriptionFact]:
    """Fees there are keep theirs. Source: FEE-11."""
    insist(
        something_changes(subscription.header.category, command.category),
        known("category", command.category, command.found),
        guards.category_is_a_fee(command.found),
    )
    return [says.CategoryChanged(before=subscription.header.category, category=command.category)]


def change_currency(command: ChangeCurrency, subscription: Open) -> Sequence[says.SubscriptionFact]:
    """Only while no fee is open; at a new price, since the old one says nothing in another currency. Source: SUB-09."""
    before = subscription.header.currency
    insist(
        something_changes(before, command.currency),
        guards.nothing_open(subscription),
        guards.in_the_currency("base_price", command.base_price, command.currency),
    )
    price, row = _priced(command.base_price, command.price, command.currency)
    return [says.CurrencyChanged(before=before, currency=command.currency, base_price=price, price_row=row)]


def delete(command: Delete, subscription: Open) -> Sequence[says.SubscriptionFact]:
    """Only while there is no fee, here or elsewhere; a credited one stays one. Source: SUB-08."""
    insist(guards.never_billed(subscription))
    return [says.SubscriptionDeleted(reason=command.reason)]


def opened(_: Absent, fact: says.SubscriptionOpened) -> Draft:
    """A draft, with the prices that it was opened with."""
    header = Header(**{each.name: getattr(fact, each.name) for each in fields(Header)})
    bases, indexes = (BaseVersion(ALWAYS, fact.base_price),), (IndexVersion(ALWAYS, fact.index),)
    return Draft(header, bases, indexes, billed_before=fact.billed_before)


def renamed(subscription: Open, fact: says.SubscriptionRenamed) -> Open:
    """Another name."""
    return replace(subscription, header=replace(subscription.header, name=fact.name))


def category_changed(subscription: Open, fact: says.CategoryChanged) -> Open:
    """Another category."""
    return replace(subscription, header=replace(subscription.header, category=fact.category))


def currency_changed(subscription: Open, fact: says.CurrencyChanged) -> Open:
    """Another currency, and one price in it."""
    header = replace(subscription.header, currency=fact.currency)
    return replace(subscription, header=header, bases=(BaseVersion(ALWAYS, fact.base_price),))


def deleted(subscription: Open, _: says.SubscriptionDeleted) -> Deleted:
    """Nothing of it counts."""
    return become(Deleted, subscription)
