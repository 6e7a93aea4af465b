"""Groups of agreements: SAG-01, SAG-03, SAG-04, SLA-03."""

from libs.events.agreement import AgreementGroupRecorded
from services.agreement.domain.agreement_group import PutAgreementGroup, agreement_group
from services.agreement.domain.references import Policy
from tests.support.spec import specification

a_group = specification(agreement_group)
PLAIN = AgreementGroupRecorded(group="DENMARK", description="Denmark")
GOLD = AgreementGroupRecorded(group="DENMARK", description="Denmark", sla_policy="GOLD")
RENAMED = AgreementGroupRecorded(group="DENMARK", description="Danmark", sla_policy="GOLD")


def test_a_group_is_recorded_and_renamed() -> None:
    (
        a_group.when(PutAgreementGroup(PLAIN))
        .then(PLAIN)
        .when(PutAgreementGroup(GOLD, Policy("GOLD")))
        .then(GOLD)
        .when(PutAgreementGroup(RENAMED, Policy("GOLD")))
        .then(RENAMED)
        .when(PutAgreementGroup(RENAMED, Policy("GOLD")))
        .then(RENAMED)
    )


def test_the_policy_of_a_group_exists_and_may_be_chosen() -> None:
    a_group.when(PutAgreementGroup(GOLD)).then_refused("value", "unknown_reference", "/sla_policy")
    off = PutAgreementGroup(GOLD, Policy("GOLD", active=False))
    a_group.when(off).then_refused("value", "inactive_reference", "/sla_policy")
    a_group.given(PLAIN).when(off).then_refused("value", "inactive_reference", "/sla_policy")


def test_a_group_keeps_a_policy_that_was_taken_out_of_choice() -> None:
    a_group.given(GOLD).when(PutAgreementGroup(RENAMED, Policy("GOLD", active=False))).then(RENAMED)
