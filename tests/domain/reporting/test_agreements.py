"""The views of agreements: numbers, groups from a day on, and what groups and policies are called."""

from datetime import date, timedelta

from libs.events.agreement import (
    AgreementAmended,
    AgreementCreated,
    AgreementGroupRecorded,
    ClockTargets,
    SlaPolicyDefined,
    SlaPolicyRevised,
)
from libs.events.types import FIRST_DAY
from services.reporting.projections.agreement import agreement, agreement_group, agreement_term, sla_policy
from tests.domain.reporting.an_order import folded

MADE = AgreementCreated(number="AG-000008", project="P-77", group="GOLD", starts_on=date(2026, 1, 1))
AGREED = (MADE, AgreementAmended(amendment=1, effective_on=date(2026, 4, 1), group="SILVER"))
TARGETS = {"resolution": ClockTargets(targets={"normal": timedelta(hours=4)})}


def policy(name: str = "Gold service") -> SlaPolicyDefined:
    return SlaPolicyDefined(policy="GOLD", version=1, name=name, effective_on=date(2026, 1, 1), clocks=TARGETS)


def test_an_agreement_has_a_number() -> None:
    assert folded(agreement, AGREED) == {(): {"number": "AG-000008"}}


def test_a_group_stands_from_a_day_on_and_the_first_from_ever() -> None:
    assert folded(agreement_term, AGREED) == {
        (0,): {"effective_on": FIRST_DAY, "agreement_group": "GOLD"},
        (1,): {"effective_on": date(2026, 4, 1), "agreement_group": "SILVER"},
    }


def test_groups_and_policies_are_called_what_they_were_called_last() -> None:
    groups = [AgreementGroupRecorded(group="GOLD", description=name) for name in ("Old", "New")]
    assert folded(agreement_group, groups) == {(): {"key": "GOLD", "name": "New"}}
    revised = SlaPolicyRevised(**policy("New").model_dump())
    assert folded(sla_policy, [policy("Old"), revised]) == {(): {"key": "GOLD", "name": "New"}}
