"""What a command must know before it is decided: the records it names, as they stand here, and the streams it asks for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from libs.events.agreement import AgreementCreated, AgreementGroupRecorded, SlaPolicyDefined
from libs.kernel.ids import natural_id
from libs.runtime.faults import NotFound
from libs.runtime.store import FactStore
from services.agreement.domain import agreement_group as groups
from services.agreement.domain import sla_policy as policies
from services.agreement.domain.references import Group, LineReferences, Policy, TermsReferences, Worker
from services.agreement.domain.service_agreement import service_agreement
from services.agreement.domain.service_agreement.amendment import Amend, asked
from services.agreement.domain.service_agreement.creation import CreateAgreement
from services.agreement.domain.service_agreement.state import (
    Absent,
    Existing,
    Header,
    LineEntry,
    Open,
    State,
    Terminated,
)
from services.agreement.projections import lookups

Standing = Open | Terminated

_SEQUENCE = "agreement_number"


def policy_id(key: str) -> str:
    """The stream of the SLA policy with this key. Source: contracts 4."""
    return natural_id("sla_policy", key)


def group_id(key: str) -> str:
    """The stream of the agreement group with this key. Source: contracts 4."""
    return natural_id("agreement_group", key)


async def existing(store: FactStore, agreement_id: str) -> tuple[int, Standing]:
    """The version and state of an agreement; NotFound when there is none."""
    stream = await store.load(service_agreement, agreement_id)
    state = cast(State, stream.state)
    if isinstance(state, Absent):
        raise NotFound
    return stream.version, state


async def policy_versions(store: FactStore, key: str) -> tuple[int, policies.Defined]:
    """The version of the stream and all versions of an SLA policy; NotFound when there is none."""
    stream = await store.load(policies.sla_policy, policy_id(key))
    if not isinstance(stream.state, policies.Defined):
        raise NotFound
    return stream.version, stream.state


async def recorded_group(store: FactStore, key: str) -> tuple[int, AgreementGroupRecorded]:
    """The version and the content of an agreement group; NotFound when there is none."""
    stream = await store.load(groups.agreement_group, group_id(key))
    if not isinstance(stream.state, groups.Recorded):
        raise NotFound
    return stream.version, stream.state.record


async def put_of_policy(store: FactStore, terms: SlaPolicyDefined) -> policies.PutSlaPolicy:
    """The command that puts a version of a policy. Source: SLA-01."""
    return policies.PutSlaPolicy(terms, await lookups.calendar_known(store, terms.calendar))


async def put_of_group(store: FactStore, record: AgreementGroupRecorded) -> groups.PutAgreementGroup:
    """The command that puts a group. Source: SAG-01, SAG-03."""
    return groups.PutAgreementGroup(record, await _policy(store, record.sla_policy))


async def workers(store: FactStore, *keys: str | None) -> tuple[Worker, ...]:
    """The records found of the workers named."""
    found = [await lookups.worker(store, key) for key in dict.fromkeys(keys) if key is not None]
    return tuple(worker for worker in found if worker is not None)


async def references(store: FactStore, header: Header, entry: LineEntry) -> LineReferences:
    """The records that a line names, and the project's default. Source: AGL-06, AGL-08."""
    project = await lookups.project(store, header.project)
    default = project.line_property if project else None
    return LineReferences(
        project=project,
        category=await lookups.category(store, entry.category),
        worker=await lookups.worker(store, entry.worker),
        item=await lookups.item(store, entry.item),
        line_property=await lookups.line_property(store, entry.line_property or default),
    )


async def new_agreement(store: FactStore, given: Mapping[str, Any]) -> CreateAgreement:
    """The command that creates an agreement from what was said, with the next number. Source: AGR-01, contracts 4."""
    key, header = given["project"], {name: value for name, value in given.items() if name != "project"}
    project = await lookups.project(store, key)
    return CreateAgreement(
        number=f"AG-{await store.next_number(_SEQUENCE):06d}",
        project_key=key,
        project=project,
        customer_known=await lookups.customer_known(store, project.customer if project else None),
        found=await _terms(store, given["group"], given.get("sla_policy")),
        workers=await workers(store, given.get("responsible"), given.get("preferred_technician")),
        **header,
    )


def number_taken(created: AgreementCreated) -> tuple[str, int]:
    """The sequence that an agreement's number was drawn from, and the number."""
    return _SEQUENCE, int(created.number.rpartition("-")[2])


async def amendment(store: FactStore, agreement: Existing, given: Mapping[str, Any]) -> Amend:
    """The command that amends an agreement, with the records that its terms come to. Source: AGR-08, SAG-03."""
    command = Amend(found=TermsReferences(None), **given)
    return replace(command, found=await _terms(store, *asked(command, agreement)))


async def _terms(store: FactStore, group_key: str, named: str | None) -> TermsReferences:
    """The group, and the SLA policy named or, when none is, the group's: from their own streams, so never late."""
    stream = await store.load(groups.agreement_group, group_id(group_key))
    record = stream.state.record if isinstance(stream.state, groups.Recorded) else None
    group = Group(record.group, record.sla_policy) if record else None
    return TermsReferences(group, await _policy(store, named or (group.sla_policy if group else None)))


async def _policy(store: FactStore, key: str | None) -> Policy | None:
    if key is None:
        return None
    stream = await store.load(policies.sla_policy, policy_id(key))
    return Policy(key, stream.state.last.active) if isinstance(stream.state, policies.Defined) else None
