"""An agreement is activated, suspended, resumed, renewed and terminated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from libs.events import agreement as says
from libs.kernel.decider import Rejected
from services.agreement.domain.guards import insist
from services.agreement.domain.service_agreement import guards
from services.agreement.domain.service_agreement.state import (
    Active,
    Draft,
    Suspended,
    Terminated,
    become,
)


@dataclass(frozen=True)
class Activate:
    """Make the draft a contract. Source: contracts 7."""


@dataclass(frozen=True)
class Suspend:
    """Let no order be created, by hand or by plan. Source: AGR-05."""

    reason: str | None = None


@dataclass(frozen=True)
class Resume:
    """Let orders be created again; lines keep their own flags. Source: AGR-05."""


@dataclass(frozen=True)
class Terminate:
    """End the agreement for good; `on` is its last day."""

    on: date
    reason: str


@dataclass(frozen=True)
class Renew:
    """Let the agreement be valid to a later last day."""

    to: date


def activate(_: Activate, agreement: Draft) -> Sequence[says.AgreementFact]:
    """Somebody must have agreed: an internal project has nobody. Source: contracts 7."""
    if agreement.header.customer is None:
        sentence = f"project {agreement.header.project} names no customer to agree with"
        raise Rejected.state("customer_required", sentence)
    return [says.AgreementActivated()]


def suspend(command: Suspend, _: Active) -> Sequence[says.AgreementFact]:
    """Source: AGR-05."""
    return [says.AgreementSuspended(reason=command.reason)]


def resume(_: Resume, __: Suspended) -> Sequence[says.AgreementFact]:
    """Source: AGR-05."""
    return [says.AgreementResumed()]


def terminate(command: Terminate, agreement: Active | Suspended) -> Sequence[says.AgreementFact]:
    """On a day of the agreement; what is to end earlier than it begins never applies (`untimely`)."""
    if agreement.ends_on is not None and command.on > agreement.ends_on:
        sentence = f"the agreement ends on {agreement.ends_on} by itself"
        raise Rejected.value("outside_agreement", sentence, field="/on")
    return [says.AgreementTerminated(on=command.on, reason=command.reason)]


def untimely(command: object, agreement: object) -> str | None:
    """Why the state machine refuses a command that the state takes at other times. Source: data STM-014."""
    match command, agreement:
        case Terminate(on=on), Active(starts_on=starts_on) | Suspended(starts_on=starts_on) if on < starts_on:
            return f"an agreement that begins on {starts_on} does not end on {on}"
        case _:
            return None


def renew(command: Renew, agreement: Active | Suspended) -> Sequence[says.AgreementFact]:
    """Only what ends can be renewed, and only to a later day. Source: AGR-04, data PER-004."""
    if agreement.ends_on is None:
        raise Rejected.state("open_ended", "the agreement has no last day: there is nothing to renew")
    if command.to <= agreement.ends_on:
        sentence = f"the agreement is valid to {agreement.ends_on} already"
        raise Rejected.value("renewal_not_later", sentence, field="/to")
    insist(guards.period_stands(agreement.starts_on, command.to, "/to"))
    return [says.AgreementRenewed(before=agreement.ends_on, to=command.to)]


def activated(agreement: Draft, _: says.AgreementActivated) -> Active:
    """The draft is a contract."""
    return become(Active, agreement)


def suspended(agreement: Active, _: says.AgreementSuspended) -> Suspended:
    """No orders for now."""
    return become(Suspended, agreement)


def resumed(agreement: Suspended, _: says.AgreementResumed) -> Active:
    """Orders again."""
    return become(Active, agreement)


def terminated(agreement: Active | Suspended, fact: says.AgreementTerminated) -> Terminated:
    """It ends on the day of the fact."""
    return become(Terminated, replace(agreement, ends_on=fact.on))


def renewed(agreement: Active | Suspended, fact: says.AgreementRenewed) -> Active | Suspended:
    """It ends later."""
    return replace(agreement, ends_on=fact.to)
