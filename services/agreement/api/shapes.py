"""How the outside sees policies, groups and agreements."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from libs.events.fact import Fact
from libs.runtime.auth.caller import Owner
from libs.runtime.http.call import Resource
from services.agreement.domain import agreement_group as groups
from services.agreement.domain import sla_policy as policies
from services.agreement.domain.agreement_group import agreement_group
from services.agreement.domain.service_agreement import service_agreement, state_name
from services.agreement.domain.service_agreement.state import Existing, Line, State, Terms, terms_on, told
from services.agreement.domain.sla_policy import sla_policy


def _policy_answered(state: policies.State) -> Mapping[str, Any]:
    key = state.last.policy if isinstance(state, policies.Defined) else None
    return {"number": key, "state": type(state).__name__.lower()}


def _group_answered(state: groups.State) -> Mapping[str, Any]:
    key = state.record.group if isinstance(state, groups.Recorded) else None
    return {"number": key, "state": type(state).__name__.lower()}


def _agreement_answered(state: State) -> Mapping[str, Any]:
    number = state.header.number if isinstance(state, Existing) else None
    return {"number": number, "state": state_name(state)}


def owner(state: State) -> Owner:
    """Whose the agreement is: its customer's, and that of those who answer for it or work on its visits."""
    if not isinstance(state, Existing):
        return Owner()
    named = [state.header.responsible, state.header.preferred_technician]
    workers = [*named, *(line.entry.worker for line in state.lines.values())]
    return Owner(state.header.customer, frozenset(worker for worker in workers if worker is not None))


POLICIES = Resource("/v1/sla-policies", sla_policy, _policy_answered)
GROUPS = Resource("/v1/agreement-groups", agreement_group, _group_answered)
AGREEMENTS = Resource("/v1/agreements", service_agreement, _agreement_answered, owner)


def content(fact: Fact) -> Mapping[str, Any]:
    """A record as it was put."""
    return fact.model_dump(mode="json", exclude_none=True)


def shown(agreement: Existing, on: date) -> Mapping[str, Any]:
    """The agreement with its lines and all its terms; group and SLA policy as on a day."""
    header, present = agreement.header, terms_on(agreement, on)
    return {
        "number": header.number,
        "state": type(agreement).__name__.lower(),
        "project": header.project,
        "customer": header.customer,
        "starts_on": agreement.starts_on,
        "ends_on": agreement.ends_on,
        "description": header.description,
        "responsible": header.responsible,
        "preferred_technician": header.preferred_technician,
        "contact": header.contact,
        "group": present.group,
        "sla_policy": present.sla_policy,
        "sla_from": present.sla_from,
        "terms": [_terms(terms) for terms in agreement.terms],
        "lines": [_line(number, line) for number, line in sorted(agreement.lines.items())],
    }


def _terms(terms: Terms) -> Mapping[str, Any]:
    names = ("amendment", "effective_on", "group", "sla_policy", "sla_from", "reason")
    return {name: getattr(terms, name) for name in names}


def _line(number: int, line: Line) -> Mapping[str, Any]:
    return {"line": number, "stopped": line.stopped, **told(line.entry)}
