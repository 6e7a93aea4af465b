"""An agreement comes into being, and its header changes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from libs.events import agreement as says
from libs.kernel.decider import Rejected
from services.agreement.domain.guards import insist, known, something_changes
from services.agreement.domain.references import Project, TermsReferences, Worker
from services.agreement.domain.service_agreement import guards
from services.agreement.domain.service_agreement.amendment import chosen
from services.agreement.domain.service_agreement.state import UNSET, Absent, Draft, Header, Open, Terms, Unset


@dataclass(frozen=True, kw_only=True)
class CreateAgreement:
    """Draft an agreement on a project. `found` and `workers` are the records of what it names; `customer_known` says that
    the project's customer exists and is active, and is not asked of a project without one."""

    number: str
    project_key: str
    project: Project | None
    customer_known: bool
    group: str
    sla_policy: str | None = None
    found: TermsReferences
    starts_on: date
    ends_on: date | None = None
    description: str | None = None
    responsible: str | None = None
    preferred_technician: str | None = None
    contact: str | None = None
    workers: tuple[Worker, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReviseAgreement:
    """Change the header where a value is given. `workers` are the records found of those named."""

    description: str | Unset | None = UNSET
    responsible: str | Unset | None = UNSET
    preferred_technician: str | Unset | None = UNSET
    contact: str | Unset | None = UNSET
    workers: tuple[Worker, ...] = ()


_WORKERS = ("responsible", "preferred_technician")
_REVISABLE = tuple(says.AgreementHeader.model_fields)


def create_agreement(command: CreateAgreement, _: Absent) -> Sequence[says.AgreementFact]:
    """A draft, always on a project and in a group. Source: AGR-01, AGR-02, AGR-03, AGR-04, SAG-03."""
    project = command.project
    if project is None:
        sentence = f"there is no project {command.project_key}"
        raise Rejected.value("unknown_reference", sentence, field="/project")
    terms = chosen(command.group, command.sla_policy, command.found)
    insist(
        known("project", project.key, project),
        guards.project_takes_agreements(project),
        guards.customer_stands(project, command.customer_known),
        guards.terms_stand(terms.group, terms.sla_policy, command.found),
        guards.period_stands(command.starts_on, command.ends_on, "/ends_on"),
        *(guards.worker_stands(name, getattr(command, name), command.workers) for name in _WORKERS),
    )
    return [
        says.AgreementCreated(
            number=command.number,
            project=project.key,
            customer=project.customer,
            group=terms.group,
            starts_on=command.starts_on,
            ends_on=command.ends_on,
            sla_policy=terms.sla_policy,
            sla_from=terms.sla_from,
            **_revisable(command),
        )
    ]


def revise_agreement(command: ReviseAgreement, agreement: Open) -> Sequence[says.AgreementFact]:
    """The header as it will be, whole. Source: AGR-02, AGR-09."""
    before = _revisable(agreement.header)
    after = before | {name: value for name, value in _revisable(command).items() if value is not UNSET}
    changed = [name for name in _WORKERS if after[name] != before[name]]
    insist(
        something_changes(before, after),
        *(guards.worker_stands(name, after[name], command.workers) for name in changed),
    )
    return [says.AgreementRevised(**after)]


def _revisable(header: CreateAgreement | ReviseAgreement | Header) -> dict[str, Any]:
    return {name: getattr(header, name) for name in _REVISABLE}


def created(_: Absent, fact: says.AgreementCreated) -> Draft:
    """A draft, without lines, with the terms of its beginning."""
    header = Header(**{each.name: getattr(fact, each.name) for each in fields(Header)})
    terms = Terms(effective_on=fact.starts_on, group=fact.group, sla_policy=fact.sla_policy, sla_from=fact.sla_from)
    return Draft(header, fact.starts_on, fact.ends_on, (terms,))


def revised(agreement: Open, fact: says.AgreementRevised) -> Open:
    """The header as the fact has it."""
    return replace(agreement, header=replace(agreement.header, **{name: getattr(fact, name) for name in _REVISABLE}))
