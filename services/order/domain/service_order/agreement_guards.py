"""What an agreement allows of its orders. Source: ORD-03, AGR-04, AGR-05, AGL-04, AGL-05, CFG-03."""

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from libs.kernel.decider import Rejected
from services.order.domain.service_order.guards import Refusal, unknown
from services.order.domain.service_order.surroundings import Agreement, AgreementLine, Surroundings


class OnAgreement(Protocol):
    """What an order to be says of its agreement."""

    @property
    def agreement(self) -> str | None: ...

    @property
    def project_key(self) -> str | None: ...

    @property
    def service_date(self) -> date: ...


def agreement_allows(wanted: OnAgreement, around: Surroundings) -> Iterator[Refusal]:
    """The agreement exists, is in force and is the project's; without one the parameters decide. Source: CFG-03, [?1]."""
    agreement = around.agreement
    if wanted.agreement is None:
        yield _without_agreement(around)
    elif agreement is None:
        yield unknown("agreement", wanted.agreement)
    else:
        yield _is_the_projects(agreement, wanted.project_key)
        yield _takes_orders(agreement)
        yield day_is_valid(wanted.service_date, around)
        yield _not_over(agreement, around)


def day_is_valid(day: date, around: Surroundings) -> Refusal:
    """The service date lies within the agreement, up to its last day. Source: AGR-04."""
    agreement = around.agreement
    if agreement is None:
        return None
    if agreement.terminated_on is not None and day > agreement.terminated_on:
        sentence = f"the agreement was terminated: its last day is {agreement.terminated_on}"
        return Rejected.value("agreement_terminated", sentence, field="/service_date")
    if day in agreement.validity:
        return None
    until = f" to {agreement.validity.last}" if agreement.validity.last else " on"
    sentence = f"the agreement is valid from {agreement.validity.first}{until}"
    return Rejected.value("outside_validity", sentence, field="/service_date")


def line_yields(line: AgreementLine, day: date) -> Refusal:
    """A stopped line yields no order, and one that is not valid on the day neither. Source: AGL-04, AGL-05."""
    if line.stopped:
        return Rejected.state("agreement_line_stopped", f"line {line.number} of the agreement is stopped")
    if day in line.validity:
        return None
    sentence = f"line {line.number} of the agreement is not valid on {day}"
    return Rejected.value("outside_validity", sentence, field="/service_date")


def _without_agreement(around: Surroundings) -> Refusal:
    if around.parameters.allow_without_agreement:
        return None
    return Rejected.value("agreement_required", "orders are created on agreements only", field="/agreement")


def _is_the_projects(agreement: Agreement, project: str | None) -> Refusal:
    if project == agreement.project:
        return None
    sentence = f"the agreement is on project {agreement.project}"
    return Rejected.value("unknown_reference", sentence, field="/agreement")


def _takes_orders(agreement: Agreement) -> Refusal:
    """A draft and a suspended agreement take none. Source: AGR-05, contracts 7."""
    if agreement.state in ("active", "terminated"):
        return None
    return Rejected.state(f"agreement_{agreement.state}", f"the agreement is {agreement.state}: it takes no orders")


def _not_over(agreement: Agreement, around: Surroundings) -> Refusal:
    """No new order after the last day, whatever the day of the visit; days are local. Source: contracts 7."""
    if agreement.terminated_on is None or around.at is None or around.today <= agreement.terminated_on:
        return None
    sentence = f"the agreement was terminated: its last day was {agreement.terminated_on}"
    return Rejected.state("agreement_terminated", sentence)
