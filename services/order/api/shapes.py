"""How the outside sees an order: whole for managers, without cost for those who do the work or pay for it."""

from collections.abc import Mapping
from typing import Any

from libs.runtime.auth.caller import Caller, Owner
from libs.runtime.http.call import Resource
from services.order.domain.service_order import service_order, state_name
from services.order.domain.service_order.progress import progress, totals
from services.order.domain.service_order.state import CreatedLine, Existing, Line, PostedLine, State

SEE_COST = frozenset({"service_manager", "analyst", "service"})
"""Cost and margin are for these roles. Source: security 6.3."""


def answered(state: State) -> Mapping[str, Any]:
    """What a command answers beside id and version."""
    number = state.header.number if isinstance(state, Existing) else None
    return {"number": number, "state": state_name(state)}


def owner(state: State) -> Owner:
    """Whose the order is: its customer's, and that of those who work on it or answer for it."""
    if not isinstance(state, Existing):
        return Owner()
    named = [state.header.responsible, state.header.preferred_technician]
    visitors = [visit.worker for visit in state.visits.values()]
    workers = [*named, *visitors, *(line.values.worker for line in state.lines.values())]
    return Owner(state.header.customer, frozenset(worker for worker in workers if worker is not None))


ORDERS = Resource("/v1/orders", service_order, answered, owner)


def shown(order: State, caller: Caller) -> Mapping[str, Any]:
    """The order as this caller may see it."""
    if not isinstance(order, Existing):
        return {}
    header, with_cost = order.header, bool(caller.granted & SEE_COST)
    amounts = totals(order)
    money = {"sales": amounts.sales} | ({"cost": amounts.cost, "margin": amounts.margin} if with_cost else {})
    return {
        "number": header.number,
        "state": state_name(order),
        "progress": progress(order),
        "agreement": header.agreement,
        "project": header.project,
        "customer": header.customer,
        "currency": header.currency,
        "service_date": header.service_date,
        "description": header.description,
        "priority": header.priority,
        "responsible": header.responsible,
        "preferred_technician": header.preferred_technician,
        "stage": order.stage,
        "totals": money,
        "lines": [_line(number, line, with_cost) for number, line in sorted(order.lines.items())],
        "visits": [
            {"visit": number, "worker": visit.worker, "step": visit.step, "at": visit.at}
            for number, visit in sorted(order.visits.items())
        ],
        "reasons": [
            {"entry": number, "kind": reason.kind, "code": reason.code, "stage": reason.stage, "note": reason.note}
            for number, reason in sorted(order.reasons.items())
        ],
    }


def _line(number: int, line: Line, with_cost: bool) -> Mapping[str, Any]:
    values = line.values
    cost = {"unit_cost": values.unit_cost, "cost": values.cost} if with_cost else {}
    return {
        "line": number,
        "state": type(line).__name__.removesuffix("Line").lower(),
        "type": values.type,
        "category": values.category,
        "worker": values.worker,
        "item": values.item,
        "line_property": values.line_property,
        "description": values.description,
        "quantity": values.quantity,
        "unit": values.unit,
        **cost,
        "unit_price": values.unit_price,
        "sales": values.sales,
        "chargeable": values.chargeable,
        "tax_groups": values.tax_groups,
        **_progress(line),
    }


def _progress(line: Line) -> Mapping[str, Any]:
    match line:
        case CreatedLine(_, price_source, signed_off, failure):
            failed = {"reason": failure.reason, "sentence": failure.sentence} if failure else None
            return {"signed_off": signed_off, "price_source": price_source, "posting_failure": failed}
        case PostedLine(_, posting, transaction):
            return {"posting_number": posting, "transaction": transaction}
        case _:
            return {}
