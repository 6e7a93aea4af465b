"""A group of agreements: how they are sorted, and the SLA policy that is the default of agreements put into it."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.events.agreement import AgreementGroupRecorded
from libs.kernel.decider import Decider
from services.agreement.domain.guards import insist, known
from services.agreement.domain.references import Policy


@dataclass(frozen=True)
class PutAgreementGroup:
    """Say the group anew, whole. `policy` is the record found of the SLA policy that it names."""

    record: AgreementGroupRecorded
    policy: Policy | None = None


@dataclass(frozen=True)
class Absent:
    """No group yet."""


@dataclass(frozen=True)
class Recorded:
    """The group as it was put last."""

    record: AgreementGroupRecorded


State = Absent | Recorded


def decide(command: PutAgreementGroup, state: State) -> Sequence[AgreementGroupRecorded]:
    """The group is recorded; agreements keep the policy that they were given. Source: SAG-01, SAG-03, SAG-04, SLA-03."""
    record = command.record
    keeps = isinstance(state, Recorded) and state.record.sla_policy == record.sla_policy
    if not keeps:
        insist(known("sla_policy", record.sla_policy, command.policy))
    return [record]


def evolve(_: State, fact: AgreementGroupRecorded) -> State:
    """The last record stands."""
    return Recorded(fact)


agreement_group: Decider[PutAgreementGroup, State, AgreementGroupRecorded] = Decider(Absent(), decide, evolve)
