"""Named rules of a subscription: each answers its refusal or None."""

from datetime import date

from libs.kernel.decider import Rejected
from libs.kernel.money import Money
from services.subscription_billing.domain.guards import Refusal
from services.subscription_billing.domain.references import Agreement, Category, Group, Project
from services.subscription_billing.domain.subscription.state import Active, Existing

LONGEST_NUMBER = 20
"""Characters of a subscription's number. Source: SUB (fields)."""


def may_receive_fees(subscription: Existing) -> Refusal:
    """Only an active subscription that is not parked. Source: FEE-10, SUB-07."""
    if not isinstance(subscription, Active):
        sentence = f"a subscription that is {type(subscription).__name__.lower()} receives no fees"
        return Rejected.state("subscription_inactive", sentence)
    if subscription.parked is not None:
        return Rejected.state("subscription_parked", f"it is parked: {subscription.parked.reason}")
    return None


def project_is_time_and_material(project: Project | None) -> Refusal:
    """Source: SUB-02."""
    if project is None or project.type == "time_and_material":
        return None
    sentence = f"{project.key} is no time-and-material project: it has no subscriptions"
    return Rejected.value("not_time_and_material", sentence, field="/project")


def category_is_a_fee(category: Category | None) -> Refusal:
    """Source: SUB (fields), data PRJ-04."""
    if category is None or category.type == "fee":
        return None
    sentence = f"category {category.key} is for lines of type {category.type}"
    return Rejected.value("not_fee_category", sentence, field="/category")


def number_comes_from(group: Group | None, typed: str | None) -> Refusal:
    """Numbers are drawn where the group has a sequence, and typed where it has none. Source: SGR (fields), SUB (fields)."""
    if group is None:
        return None
    if group.number_sequence is not None and typed is not None:
        sentence = f"numbers of group {group.key} are drawn from {group.number_sequence}"
        return Rejected.value("number_generated", sentence, field="/number")
    if group.number_sequence is None and typed is None:
        return Rejected.value("missing", f"a subscription of group {group.key} is given a number", field="/number")
    return None


def number_is_short(number: str) -> Refusal:
    """Source: SUB (fields)."""
    if len(number) <= LONGEST_NUMBER:
        return None
    sentence = f"a number has at most {LONGEST_NUMBER} characters"
    return Rejected.value("too_long", sentence, field="/number")


def agreement_stands(agreement: Agreement | None, project: str) -> Refusal:
    """The agreement is the project's, and not over. Source: SUB-10, data STM-021."""
    if agreement is None:
        return None
    if agreement.state == "terminated":
        sentence = "the agreement is terminated: no subscription starts on it"
        return Rejected.transition(agreement.state, (), sentence)
    if agreement.project != project:
        sentence = f"the agreement is on project {agreement.project}, not on {project}"
        return Rejected.value("other_project", sentence, field="/agreement")
    return None


def in_the_currency(name: str, price: Money | None, currency: str) -> Refusal:
    """A price is in the currency of the subscription. Source: SUB (fields)."""
    if price is None or price.currency == currency:
        return None
    return Rejected.value("currency_mismatch", f"the subscription is in {currency}", field=f"/{name}")


def term_runs(starts_on: date | None, ends_on: date | None) -> Refusal:
    """The last day is not before the first. Source: LIF-02."""
    if starts_on is None or ends_on is None or starts_on <= ends_on:
        return None
    return Rejected.value("period_reversed", f"{ends_on} is before {starts_on}", field="/ends_on")


def nothing_billed_outside(subscription: Existing, starts_on: date | None, ends_on: date | None) -> Refusal:
    """A term has every day that was billed: what is to end earlier is cancelled, so that it is credited. Source: LIF-02,
    LIF-04."""
    first, last = subscription.start_date, subscription.latest_end
    if first is not None and starts_on is not None and starts_on > first:
        return Rejected.state("already_billed", f"it was billed from {first} on")
    if last is not None and ends_on is not None and ends_on < last:
        return Rejected.state("already_billed", f"it was billed up to {last}: cancel it, or credit what is later")
    return None


def nothing_open(subscription: Existing) -> Refusal:
    """Every fee is credited, or there is none. Source: SUB-09."""
    if all(fee.credited for fee in subscription.fees.values()):
        return None
    return Rejected.state("currency_frozen", "there are fees in its currency that are not credited")


def never_billed(subscription: Existing) -> Refusal:
    """There is no fee, and no day was billed elsewhere. Source: SUB-08."""
    if not subscription.fees and subscription.billed_before is None:
        return None
    return Rejected.state("has_fees", "days of it were billed: cancel it")


def term_is_not_over(subscription: Existing, today: date) -> Refusal:
    """What is over does not begin again. Source: LIF-02, LIF-07."""
    if subscription.ends_on is None or today <= subscription.ends_on:
        return None
    return Rejected.state("term_over", f"its last day was {subscription.ends_on}")
