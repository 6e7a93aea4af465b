"""An order comes into being, and its header changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from libs.events import order as says
from libs.events.order import OrderFact
from libs.kernel.decider import Rejected
from services.order.domain.service_order.agreement_guards import agreement_allows, day_is_valid, line_yields
from services.order.domain.service_order.guards import Refusal, insist, known, something_changes, unknown
from services.order.domain.service_order.lines import AddLine, add_line, added
from services.order.domain.service_order.references import LineReferences, Project, Worker
from services.order.domain.service_order.stage import begun
from services.order.domain.service_order.state import UNSET, Absent, Header, Open, Unset
from services.order.domain.service_order.surroundings import AgreementLine, Surroundings


@dataclass(frozen=True)
class PlannedLine:
    """A line of the agreement that the order is to begin with, and the records that it names."""

    line: AgreementLine
    found: LineReferences


@dataclass(frozen=True, kw_only=True)
class CreateOrder:
    """Create the order of one visit. `workers` are the records found of those named.

    `agreement` is the agreement that it is created on; the record of it stands around the order.

    `customer_known` says that the project's customer exists and is active; it is not asked of a project without one.
    """

    order_id: str
    number: str
    agreement: str | None = None
    project_key: str | None
    project: Project | None
    customer_known: bool
    accounting_currency: str
    service_date: date
    description: str | None = None
    priority: says.Priority | None = None
    responsible: str | None = None
    preferred_technician: str | None = None
    workers: tuple[Worker, ...] = ()
    lines: tuple[PlannedLine, ...] = ()


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


def create_order(command: CreateOrder, _: Absent, around: Surroundings) -> Sequence[OrderFact]:
    """An order is always charged to a project: its own, or its agreement's. Source: ORD-01 to ORD-04."""
    insist(*agreement_allows(command, around))
    project = command.project
    if command.project_key is None:
        raise Rejected.value("missing", "an order names its project or its agreement", field="/project")
    if project is None:
        raise unknown("project", command.project_key)
    insist(
        known("project", project.key, project),
        _project_takes_orders(project),
        _customer_stands(project, command.customer_known),
        _currency_is_kept(project, command.accounting_currency),
        _worker_stands("responsible", command.responsible, command.workers),
        _worker_stands("preferred_technician", command.preferred_technician, command.workers),
        _named_once(command.lines),
        *(line_yields(planned.line, command.service_date) for planned in command.lines),
    )
    born = says.OrderCreated(
        number=command.number,
        origin="manual",
        agreement=command.agreement,
        project=project.key,
        project_type=project.type,
        customer=project.customer,
        currency=project.currency,
        **_revisable(command),
    )
    return [born, *begun(around), *_planned(command.lines, created(Absent(), born), around)]


def _planned(lines: Sequence[PlannedLine], order: Open, around: Surroundings) -> Iterator[OrderFact]:
    """The lines of the agreement, with prices as they are found. Source: ORD-01 b and c, AGL-04."""
    for planned in lines:
        for fact in add_line(AddLine(planned.line.entry, planned.found, planned.line.number), order, around):
            order = added(order, fact)
            yield fact


def revise_order(command: ReviseOrder, order: Open, around: Surroundings) -> Sequence[says.OrderFact]:
    """The header as it will be, whole. Lines keep the prices of the day they were added for. Source: ORD-07, 3.4."""
    before = _revisable(order.header)
    given = {name: value for name, value in _revisable(command).items() if value is not UNSET}
    after = before | given
    changed = [name for name in _WORKERS if after[name] != before[name]]
    insist(
        something_changes(before, after),
        *(_worker_stands(name, after[name], command.workers) for name in changed),
        day_is_valid(after["service_date"], around) if after["service_date"] != before["service_date"] else None,
    )
    return [says.OrderRevised(**after)]


def _named_once(lines: tuple[PlannedLine, ...]) -> Refusal:
    """A line of the agreement comes into the order once: what is needed twice is a quantity. Source: ORD-01."""
    numbers = [planned.line.number for planned in lines]
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    if twice is None:
        return None
    return Rejected.value("duplicate_line", f"line {twice} of the agreement is named twice", field="/agreement_lines")


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
