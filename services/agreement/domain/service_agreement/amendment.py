"""From a day on other terms hold: another group, another SLA policy."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from libs.events import agreement as says
from services.agreement.domain.guards import insist, known, something_changes
from services.agreement.domain.references import TermsReferences
from services.agreement.domain.service_agreement import guards
from services.agreement.domain.service_agreement.state import (
    UNSET,
    Existing,
    Open,
    SlaFrom,
    Terms,
    Unset,
    terms_on,
)


@dataclass(frozen=True)
class Choice:
    """A group with the SLA policy that agreements in it have, and whose word that is."""

    group: str
    sla_policy: str | None
    sla_from: SlaFrom | None


@dataclass(frozen=True, kw_only=True)
class Amend:
    """Let other terms hold from `effective_on` on. `found` are the records of the group and the SLA policy that the terms
    come to; an SLA policy of None is the group's."""

    effective_on: date
    group: str | Unset = UNSET
    sla_policy: str | Unset | None = UNSET
    found: TermsReferences
    reason: str | None = None


def chosen(group: str, sla_policy: str | None, found: TermsReferences) -> Choice:
    """The SLA policy named, or a copy of the group's default where it is blank. Source: SAG-03, [?4]."""
    if sla_policy is not None:
        return Choice(group, sla_policy, "agreement")
    default = found.group.sla_policy if found.group else None
    return Choice(group, default, None if default is None else "agreement_group")


def asked(command: Amend, agreement: Existing) -> tuple[str, str | None]:
    """The group that the terms come to, and the SLA policy that is named for them; None asks for the group's default.

    What is left out stays as it is on that day; a policy that was copied from a group gives way to the default of
    another group that is picked. Source: AGR-08, SAG-03.
    """
    present = terms_on(agreement, command.effective_on)
    group = present.group if isinstance(command.group, Unset) else command.group
    if not isinstance(command.sla_policy, Unset):
        return group, command.sla_policy
    return group, present.sla_policy if present.sla_from == "agreement" else None


def amend_agreement(command: Amend, agreement: Open) -> Sequence[says.AgreementFact]:
    """The terms from that day on, whole. A later amendment keeps its own day. Source: AGR-08.

    A policy that stays may have been taken out of choice meanwhile. Source: SLA-03.
    """
    present = terms_on(agreement, command.effective_on)
    before = Choice(present.group, present.sla_policy, present.sla_from)
    after = _amended(command, agreement, before)
    insist(
        guards.within_the_agreement("effective_on", command.effective_on, agreement),
        something_changes(before, after),
        known("group", after.group, command.found.group),
        known("sla_policy", after.sla_policy, command.found.policy) if after.sla_policy != before.sla_policy else None,
    )
    return [
        says.AgreementAmended(
            amendment=len(agreement.terms),
            effective_on=command.effective_on,
            group=after.group,
            sla_policy=after.sla_policy,
            sla_from=after.sla_from,
            reason=command.reason,
        )
    ]


def _amended(command: Amend, agreement: Existing, before: Choice) -> Choice:
    """The terms as they will be. The same group picked again copies nothing anew."""
    group, policy = asked(command, agreement)
    if group == before.group and isinstance(command.sla_policy, Unset):
        return before
    return chosen(group, policy, command.found)


def amended(agreement: Open, fact: says.AgreementAmended) -> Open:
    """One more set of terms."""
    terms = Terms(**{each.name: getattr(fact, each.name) for each in fields(Terms)})
    return replace(agreement, terms=(*agreement.terms, terms))
