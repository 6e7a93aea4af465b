"""The command that creates an order, from what was said and what its agreement says. Source: ORD-01, contracts 4."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from libs.events.order import OrderCreated
from libs.kernel.decider import Rejected
from libs.runtime.store import FactStore
from services.order.application.references import references, workers
from services.order.application.surroundings import asked_to_create
from services.order.domain.service_order.creation import CreateOrder, PlannedLine
from services.order.domain.service_order.references import Project
from services.order.domain.service_order.state import Header
from services.order.domain.service_order.surroundings import Agreement, Asked
from services.order.projections import around, lookups

PREFILLED = ("description", "responsible", "preferred_technician")
"""What an order takes from its agreement where nothing else was said. Source: ORD-01, ORD-02."""

_SEQUENCE = "order_number"


async def new_order(
    store: FactStore, order_id: str, accounting_currency: str, given: Mapping[str, Any], at: datetime
) -> Asked:
    """The command with the next number. An order on an agreement takes its project, and what it prefills, from it."""
    found = await around.agreement(store, given.get("agreement"))
    agreement = found[0] if found else None
    key = given.get("project") or (agreement.project if agreement else None)
    project = await lookups.project(store, key)
    said = _prefilled(given, agreement)
    lines = await _lines(store, given, project, accounting_currency) if agreement else ()
    if given.get("agreement_lines") and agreement is None:
        raise Rejected.value("missing", "lines of an agreement need the agreement", field="/agreement")
    command = CreateOrder(
        order_id=order_id,
        number=f"SO-{await store.next_number(_SEQUENCE):06d}",
        agreement=given.get("agreement"),
        project_key=key,
        project=project,
        customer_known=await lookups.customer_known(store, project.customer if project else None),
        accounting_currency=accounting_currency,
        workers=await workers(store, said.get("responsible"), said.get("preferred_technician")),
        lines=lines,
        **said,
    )
    policy = given.get("sla_policy")
    created = await asked_to_create(store, command, at, policy)
    if policy is not None and (created.around.policy is None or not created.around.policy.version.active):
        raise Rejected.value("unknown_reference", f"there is no SLA policy {policy} to choose", field="/sla_policy")
    return created


def number_taken(created: OrderCreated) -> tuple[str, int]:
    """The sequence that an order's number was drawn from, and the number."""
    return _SEQUENCE, int(created.number.rpartition("-")[2])


def _prefilled(given: Mapping[str, Any], agreement: Agreement | None) -> dict[str, Any]:
    elsewhere = ("project", "agreement", "agreement_lines", "sla_policy")
    said = {name: value for name, value in given.items() if name not in elsewhere}
    if agreement is None:
        return said
    return {name: getattr(agreement, name) for name in PREFILLED} | said


async def _lines(
    store: FactStore, given: Mapping[str, Any], project: Project | None, currency: str
) -> tuple[PlannedLine, ...]:
    """The agreement's lines that are named, each with the records that it names."""
    numbers: Sequence[int] = given.get("agreement_lines") or ()
    known = await around.agreement_lines(store, given["agreement"]) if numbers else {}
    if unknown := [number for number in numbers if number not in known]:
        raise Rejected.value("unknown_line", f"the agreement has no line {unknown[0]}", field="/agreement_lines")
    if project is None:
        return ()
    header = _header(project, given["service_date"], currency)
    return tuple(
        [PlannedLine(known[number], await references(store, header, known[number].entry)) for number in numbers]
    )


def _header(project: Project, day: date, currency: str) -> Header:
    """As much of the header as the price search asks for."""
    return Header(
        number="",
        project=project.key,
        project_type=project.type,
        customer=project.customer,
        currency=currency,
        service_date=day,
    )
