"""A subscription is activated and deactivated, gets a term, is cancelled, expires; runs park it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from libs.events import subscription_billing_subscriptions as says
from libs.events.subscription_billing_subscriptions import CancellationMode
from libs.kernel.decider import Rejected
from libs.rules.billing import Span, has_expired
from services.subscription_billing.domain.guards import insist, something_changes
from services.subscription_billing.domain.references import Agreement
from services.subscription_billing.domain.subscription import guards
from services.subscription_billing.domain.subscription.state import (
    Active,
    Cancellation,
    Cancelled,
    Draft,
    Expired,
    Inactive,
    Open,
    Parked,
    become,
)


@dataclass(frozen=True)
class Activate:
    """Let it receive fees. `agreement` is the record of the one that it names; `today` is the project's day."""

    today: date
    agreement: Agreement | None = None


@dataclass(frozen=True)
class Deactivate:
    """Let it receive no new fees. Source: SUB-07."""

    reason: str | None = None


@dataclass(frozen=True)
class SetTerm:
    """Say from which to which day it may be billed, both included; None is open. Source: LIF-02."""

    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """End it for good. Source: LIF-04.

    `on` counts as used. At the end of a period nothing is credited: `period` is the invoicing period that has `on`, None
    where none is generated. Immediate, later days that were billed are to be credited. `today` is the project's day.
    """

    on: date
    mode: CancellationMode
    today: date
    period: Span | None = None
    reason: str | None = None


@dataclass(frozen=True)
class UndoCancellation:
    """Let it go on after all, until its last day is over. Source: LIF-06."""

    today: date
    reason: str | None = None


@dataclass(frozen=True)
class EndIfOver:
    """Cancel or expire what is over; asked every day, by nobody. Source: LIF-07."""

    today: date


@dataclass(frozen=True)
class Park:
    """Let runs pass it by: it could not be billed. `reason` is the rule's code."""

    reason: str
    sentence: str
    run: str


@dataclass(frozen=True)
class ReleaseParked:
    """Let runs bill it again."""

    reason: str


def activate(command: Activate, subscription: Draft | Inactive) -> Sequence[says.SubscriptionFact]:
    """Not on an agreement that is over, and not when its own term is. Source: FEE-10, data STM-021."""
    insist(
        guards.agreement_stands(command.agreement, subscription.header.project),
        guards.term_is_not_over(subscription, command.today),
    )
    return [says.SubscriptionActivated()]


def deactivate(command: Deactivate, _: Active) -> Sequence[says.SubscriptionFact]:
    """Source: SUB-07."""
    return [says.SubscriptionDeactivated(reason=command.reason)]


def set_term(command: SetTerm, subscription: Open) -> Sequence[says.SubscriptionFact]:
    """Source: LIF-02."""
    before, after = (subscription.starts_on, subscription.ends_on), (command.starts_on, command.ends_on)
    insist(
        something_changes(before, after),
        guards.term_runs(*after),
        guards.nothing_billed_outside(subscription, *after),
    )
    return [says.TermSet(starts_on=command.starts_on, ends_on=command.ends_on)]


def cancel(command: Cancel, subscription: Open) -> Sequence[says.SubscriptionFact]:
    """At once, when its last day is today or was before; else when it is over. Source: LIF-04, LG-CN-01."""
    last_day = _last_day(command, subscription)
    if command.mode == "immediate" and last_day <= command.today:
        return [says.SubscriptionCancelled(last_day=last_day, mode="immediate", reason=command.reason)]
    return [
        says.CancellationScheduled(asked_for=command.on, last_day=last_day, mode=command.mode, reason=command.reason)
    ]


def _last_day(command: Cancel, subscription: Open) -> date:
    if subscription.ends_on is not None and command.on > subscription.ends_on:
        sentence = f"its term ends on {subscription.ends_on} by itself"
        raise Rejected.value("outside_term", sentence, field="/on")
    if command.mode == "immediate":
        return command.on
    if command.on < command.today:
        raise Rejected.value("day_is_past", "a period that is over has been used", field="/on")
    if command.period is None:
        raise Rejected.state("periods_not_generated", f"no period is generated for {command.on}")
    return min(command.period.last, subscription.ends_on or command.period.last)


def undo_cancellation(command: UndoCancellation, subscription: Open) -> Sequence[says.SubscriptionFact]:
    """Source: LIF-06."""
    return [says.CancellationUndone(reason=command.reason)]


def untimely(command: object, subscription: object) -> str | None:
    """Why the state machine refuses a command that the state takes at other times. Source: LIF-06, data STM-025."""
    match command, subscription:
        case Cancel(), Draft() | Active() | Inactive() if subscription.cancellation is not None:
            return f"its cancellation is scheduled: its last day is {subscription.cancellation.last_day}"
        case UndoCancellation(), Draft() | Active() | Inactive() if subscription.cancellation is None:
            return "no cancellation is scheduled"
        case UndoCancellation(today=today), Draft(cancellation=it) | Active(cancellation=it) | Inactive(
            cancellation=it
        ):
            return f"its last day, {it.last_day}, is over" if it is not None and today > it.last_day else None
        case ReleaseParked(), Active(parked=None) | Inactive(parked=None):
            return "it is not parked"
        case _:
            return None


def end_if_over(command: EndIfOver, subscription: Open) -> Sequence[says.SubscriptionFact]:
    """What is not over, and what is over already, is left alone: asked twice, answered once. Source: LIF-07."""
    if not has_expired(subscription.term, command.today):
        return []
    cancellation, ends_on = subscription.cancellation, subscription.ends_on
    if cancellation is not None and (ends_on is None or cancellation.last_day <= ends_on):
        return [
            says.SubscriptionCancelled(
                last_day=cancellation.last_day, mode=cancellation.mode, reason=cancellation.reason
            )
        ]
    return [] if ends_on is None else [says.SubscriptionExpired(last_day=ends_on)]


def over_already(_: EndIfOver, __: object) -> Sequence[says.SubscriptionFact]:
    """What has ended does not end again. Source: LIF-07."""
    return []


def park(command: Park, subscription: Active) -> Sequence[says.SubscriptionFact]:
    """A run that meets it parked says nothing again."""
    if subscription.parked is not None:
        return []
    return [says.SubscriptionParked(reason=command.reason, sentence=command.sentence, run=command.run)]


def release_parked(command: ReleaseParked, _: Active | Inactive) -> Sequence[says.SubscriptionFact]:
    """Source: reliability F9."""
    return [says.ParkReleased(reason=command.reason)]


def activated(subscription: Draft | Inactive, _: says.SubscriptionActivated) -> Active:
    """It receives fees."""
    return become(Active, subscription)


def deactivated(subscription: Active, _: says.SubscriptionDeactivated) -> Inactive:
    """It receives none."""
    return become(Inactive, subscription)


def term_set(subscription: Open, fact: says.TermSet) -> Open:
    """Another term."""
    return replace(subscription, starts_on=fact.starts_on, ends_on=fact.ends_on)


def cancellation_scheduled(subscription: Open, fact: says.CancellationScheduled) -> Open:
    """It waits for its last day to be over."""
    return replace(subscription, cancellation=Cancellation(fact.last_day, fact.mode, fact.reason))


def cancellation_undone(subscription: Open, _: says.CancellationUndone) -> Open:
    """It goes on."""
    return replace(subscription, cancellation=None)


def cancelled(subscription: Open, fact: says.SubscriptionCancelled) -> Cancelled:
    """It ended on the day of the fact."""
    return replace(become(Cancelled, subscription), ends_on=fact.last_day, cancellation=None)


def expired(subscription: Open, fact: says.SubscriptionExpired) -> Expired:
    """It ended with its term."""
    return replace(become(Expired, subscription), ends_on=fact.last_day, cancellation=None)


def parked(subscription: Active, fact: says.SubscriptionParked) -> Active:
    """Runs pass it by."""
    return replace(subscription, parked=Parked(fact.reason, fact.run))


def park_released(subscription: Active | Inactive, _: says.ParkReleased) -> Active | Inactive:
    """Runs bill it."""
    return replace(subscription, parked=None)
