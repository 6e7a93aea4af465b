"""An order comes into being, and its header changes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from libs.events import order as says
from libs.kernel.decider import Rejected
from services.order.domain.service_order.guards import Refusal, insist, known, something_changes, unknown
from services.order.domain.service_order.references import Project, Worker
from services.order.domain.service_order.state import UNSET, Absent, Header, Open, Unset


@dataclass(frozen=True, kw_only=True)
class CreateOrder:
    """Create the order of one visit. `workers` are the records found of those named.

    `customer_known` says that the project's customer exists and is active; it is not asked of a project without one.
    """

    order_id: str
    number: str
    project_key: str
    project: Project | None
    customer_known: bool
    accounting_currency: str
    service_date: date
    description: str | None = None
    priority: says.Priority | None = None
    responsible: str | None = None
    preferred_technician: str | None = None
    workers: tuple[Worker, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReviseOrder:
    """Change the header where a value is given. `workers` are the records found of those named."""

    service_date: date | Unset = UNSET
    description: str | Unset | None = UNSET
    priority: says.Priority | Unset | None = UNSET
    responsible: str | Unset | None = UNSET
    preferred_technician: str | Unset | None = UNSET
    workers: tuple[Worker, ...] = ()


_WORKERS = ("responsible", "preferred_technician")
_REVISABLE = tuple(each.name for each in fields(ReviseOrder) if each.name != "workers")


def create_order(command: CreateOrder, _: Absent) -> Sequence[says.OrderFact]:
    """An order is always charged to a project. Source: ORD-01, ORD-02, ORD-04."""
    project = command.project
    if project is None:
        raise unknown("project", command.project_key)
    insist(
        known("project", project.key, project),
        _project_takes_orders(project),
        _customer_stands(project, command.customer_known),
        _currency_is_kept(project, command.accounting_currency),
        _worker_stands("responsible", command.responsible, command.workers),
        _worker_stands("preferred_technician", command.preferred_technician, command.workers),
    )
    return [
        says.OrderCreated(
            number=command.number,
            origin="manual",
            project=project.key,
            project_type=project.type,
            customer=project.customer,
            currency=project.currency,
            **_revisable(command),
        )
    ]


def revise_order(command: ReviseOrder, order: Open) -> Sequence[says.OrderFact]:
    """The header as it will be, whole. Lines keep the prices of the day they were added for. Source: ORD-07, 3.4."""
    before = _revisable(order.header)
    given = {name: value for name, value in _revisable(command).items() if value is not UNSET}
    after = before | given
    changed = [name for name in _WORKERS if after[name] != before[name]]
    insist(
        something_changes(before, after),
        *(_worker_stands(name, after[name], command.workers) for name in changed),
    )
    return [says.OrderRevised(**after)]


def _project_takes_orders(project: Project) -> Refusal:
    """Time projects take none. Source: LED-06."""
    if project.type != "time":
        return None
    return Rejected.value("project_type", f"{project.key} is a time project: it takes no orders", field="/project")


def _customer_stands(project: Project, customer_known: bool) -> Refusal:
    if project.customer is None or customer_known:
        return None
    sentence = f"project {project.key} names the customer {project.customer}, who is unknown or not active"
    return Rejected.value("unknown_reference", sentence, field="/project")


def _currency_is_kept(project: Project, accounting_currency: str) -> Refusal:
    """Amounts are in the accounting currency while there are no exchange rates. Source: MAR-02."""
    if project.currency == accounting_currency:
        return None
    sentence = f"project {project.key} is in {project.currency}, the books are in {accounting_currency}"
    return Rejected.value("currency_not_accounting", sentence, field="/project")


def _worker_stands(name: str, key: str | None, workers: tuple[Worker, ...]) -> Refusal:
    return known(name, key, next((worker for worker in workers if worker.key == key), None))


def _revisable(header: CreateOrder | ReviseOrder | Header) -> dict[str, Any]:
    return {name: getattr(header, name) for name in _REVISABLE}


def created(_: Absent, fact: says.OrderCreated) -> Open:
    """The order stands, without lines."""
    return Open(Header(**{each.name: getattr(fact, each.name) for each in fields(Header)}))


def revised(order: Open, fact: says.OrderRevised) -> Open:
    """The header as the fact has it."""
    return replace(order, header=replace(order.header, **{name: getattr(fact, name) for name in _REVISABLE}))
