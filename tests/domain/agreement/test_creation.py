"""An agreement comes into being, and its header changes: AGR-01 to AGR-04, AGR-09, SAG-03, IDS-019, PER-004."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from libs.events.agreement import AgreementRevised
from services.agreement.domain.references import Project, Worker
from services.agreement.domain.service_agreement.creation import ReviseAgreement
from services.agreement.domain.service_agreement.state import Draft
from tests.domain.agreement.facts import ACTIVATED, JANUARY, LAST, created, suspended, terminated
from tests.domain.agreement.records import ANNA, BERT, SERVICE, an_agreement, create

HEADER: dict[str, Any] = {
    "description": "Cooling",
    "responsible": "W-2",
    "preferred_technician": "W-1",
    "contact": "Ms Peeters",
}


def test_an_agreement_is_created_as_a_draft() -> None:
    """AGR-01."""
    after = an_agreement.when(create()).then(created())
    assert isinstance(after.state, Draft)
    assert (after.state.starts_on, after.state.ends_on, after.state.lines) == (JANUARY, LAST, {})


def test_an_agreement_is_created_with_everything_that_a_header_holds() -> None:
    """AGR-02."""
    an_agreement.when(create(**HEADER, workers=(ANNA, BERT))).then(created(**HEADER))


def test_an_agreement_without_a_last_day_is_open_ended() -> None:
    """AGR-04."""
    an_agreement.when(create(ends_on=None)).then(created(ends_on=None))


def test_the_sla_policy_is_the_agreements_own_or_a_copy_of_the_groups() -> None:
    """SAG-03, [?4]."""
    own = {"group": "DENMARK", "sla_policy": "GOLD"}
    an_agreement.when(create(**own)).then(created(**own, sla_from="agreement"))
    copied = {"sla_policy": "SILVER", "sla_from": "agreement_group"}
    an_agreement.when(create(group="DENMARK")).then(created(group="DENMARK", **copied))
    an_agreement.when(create(group="BRONZE")).then(created(group="BRONZE", sla_policy=None, sla_from=None))


@pytest.mark.parametrize("kind", ["time_and_material", "fixed_price", "investment", "cost", "internal"])
def test_every_project_but_a_time_project_has_agreements(kind: Any) -> None:
    """AGR-03."""
    an_agreement.when(create(project=replace(SERVICE, type=kind))).then(created())


def test_the_customer_is_the_projects_and_may_be_nobody() -> None:
    """AGR-02."""
    inside = Project("P-7", "internal", None)
    command = create(project_key="P-7", project=inside, customer_known=False)
    an_agreement.when(command).then(created(project="P-7", customer=None))


REFUSALS = [
    (create(project=None), "unknown_reference", "/project"),
    (create(project=replace(SERVICE, active=False)), "inactive_reference", "/project"),
    (create(project=replace(SERVICE, type="time")), "project_type", "/project"),
    (create(customer_known=False), "unknown_reference", "/project"),
    (create(group="NOWHERE"), "unknown_reference", "/group"),
    (create(sla_policy="PLATINUM"), "unknown_reference", "/sla_policy"),
    (create(sla_policy="OLD"), "inactive_reference", "/sla_policy"),
    (create(group="LOST"), "unknown_reference", "/sla_policy"),
    (create(ends_on=date(2025, 12, 31)), "period_reversed", "/ends_on"),
    (create(ends_on=date(2076, 1, 1)), "period_too_long", "/ends_on"),
    (create(starts_on=date(1990, 1, 1), ends_on=date(2100, 1, 1)), "period_too_long", "/ends_on"),
    (create(responsible="W-9"), "unknown_reference", "/responsible"),
    (create(responsible="W-1", workers=(Worker("W-1", active=False),)), "inactive_reference", "/responsible"),
    (create(preferred_technician="W-9", workers=(ANNA,)), "unknown_reference", "/preferred_technician"),
]


@pytest.mark.parametrize(
    ("command", "reason", "field"), REFUSALS, ids=[f"{row[1]} {row[2]} {n}" for n, row in enumerate(REFUSALS)]
)
def test_what_an_agreement_names_must_stand(command: Any, reason: str, field: str) -> None:
    an_agreement.when(command).then_refused("value", reason, field)


@pytest.mark.parametrize("last", [JANUARY, date(2075, 12, 31)])
def test_an_agreement_is_valid_for_a_day_or_for_fifty_years(last: date) -> None:
    an_agreement.when(create(ends_on=last)).then(created(ends_on=last))


def test_fifty_years_from_a_leap_day() -> None:
    leap = date(2028, 2, 29)
    for last, fits in ((date(2078, 2, 28), True), (date(2078, 3, 1), False)):
        asked = an_agreement.when(create(starts_on=leap, ends_on=last))
        if fits:
            asked.then(created(starts_on=leap, ends_on=last))
        else:
            asked.then_refused("value", "period_too_long", "/ends_on")


def test_an_agreement_is_created_once() -> None:
    changes = ("revise-agreement", "amend", "add-line", "revise-line", "remove-line", "stop-line", "restart-line")
    an_agreement.given(created()).when(create()).then_not_allowed("draft", *changes, "activate")


def test_the_header_is_told_whole_and_what_is_not_given_stays() -> None:
    (
        an_agreement.given(created(**HEADER), ACTIVATED)
        .when(ReviseAgreement(contact="Mr Maes"))
        .then(AgreementRevised(**HEADER | {"contact": "Mr Maes"}))
        .when(ReviseAgreement(preferred_technician="W-2", workers=(BERT,)))
        .then(AgreementRevised(**HEADER | {"contact": "Mr Maes", "preferred_technician": "W-2"}))
    )


def test_none_takes_a_value_away() -> None:
    everything = ReviseAgreement(description=None, responsible=None, preferred_technician=None, contact=None)
    an_agreement.given(created(**HEADER)).when(everything).then(AgreementRevised())


def test_a_revision_changes_something_and_names_workers_that_stand() -> None:
    agreement = an_agreement.given(created(**HEADER), ACTIVATED, suspended())
    agreement.when(ReviseAgreement()).then_refused("state", "nothing_to_change")
    agreement.when(ReviseAgreement(contact="Ms Peeters")).then_refused("state", "nothing_to_change")
    agreement.when(ReviseAgreement(responsible="W-9")).then_refused("value", "unknown_reference", "/responsible")
    gone = ReviseAgreement(preferred_technician="W-2", workers=(Worker("W-2", active=False),))
    agreement.when(gone).then_refused("value", "inactive_reference", "/preferred_technician")


def test_a_worker_who_stays_may_have_left() -> None:
    an_agreement.given(created(**HEADER)).when(ReviseAgreement(contact=None)).then(
        AgreementRevised(**HEADER | {"contact": None})
    )


def test_a_terminated_agreement_is_not_revised() -> None:
    ended = an_agreement.given(created(), ACTIVATED, terminated(LAST))
    ended.when(ReviseAgreement(contact="Mr Maes")).then_not_allowed("terminated")
