"""Activation, suspension, renewal and termination: AGR-04, AGR-05, contracts 7, STM-014 to STM-019."""

from datetime import date, timedelta

import pytest

from services.agreement.domain.service_agreement import Command
from services.agreement.domain.service_agreement.course import Activate, Renew, Resume, Suspend, Terminate
from services.agreement.domain.service_agreement.state import Active, Existing, Suspended, Terminated
from tests.domain.agreement.facts import (
    ACTIVATED,
    JANUARY,
    JULY,
    LAST,
    RESUMED,
    added,
    amended,
    created,
    renewed,
    stopped,
    suspended,
    terminated,
)
from tests.domain.agreement.records import an_agreement, terminate

CHANGES = ("revise-agreement", "amend", "add-line", "revise-line", "remove-line", "stop-line", "restart-line")
DRAFT, ACTIVE, SUSPENDED = (
    (*CHANGES, "activate"),
    (*CHANGES, "suspend", "terminate", "renew"),
    (*CHANGES, "resume", "terminate", "renew"),
)
BEFORE, NEXT_YEAR = JANUARY - timedelta(days=1), date(2027, 12, 31)

draft = an_agreement.given(created(), added(1), stopped(1))
active = draft.given(ACTIVATED)
on_hold = active.given(suspended())
ended = active.given(terminated(JULY))


def test_a_draft_becomes_a_contract() -> None:
    after = draft.when(Activate()).then(ACTIVATED)
    assert isinstance(after.state, Active)
    active.when(Activate()).then_not_allowed("active", *ACTIVE)


def test_without_a_customer_there_is_nobody_to_agree_with() -> None:
    an_agreement.given(created(customer=None)).when(Activate()).then_refused("state", "customer_required")


def test_suspending_and_resuming_leaves_terms_and_flags_of_lines_alone() -> None:
    """AGR-05."""
    before = active.given(amended(1, JULY, "SWEDEN"))
    during = before.when(Suspend("Unpaid")).then(suspended("Unpaid"))
    assert isinstance(during.state, Suspended)
    after = during.when(Resume()).then(RESUMED)
    assert after.state == before.state


def test_only_an_active_agreement_is_suspended_and_only_a_suspended_one_resumed() -> None:
    """STM-019."""
    active.when(Resume()).then_not_allowed("active", *ACTIVE)
    on_hold.when(Suspend()).then_not_allowed("suspended", *SUSPENDED)
    draft.when(Suspend()).then_not_allowed("draft", *DRAFT)
    draft.when(Resume()).then_not_allowed("draft", *DRAFT)


@pytest.mark.parametrize("day", [JANUARY, JULY, LAST])
def test_an_agreement_ends_on_a_day_of_it(day: date) -> None:
    for agreement in (active, on_hold):
        after = agreement.when(terminate(day)).then(terminated(day))
        assert isinstance(after.state, Terminated)
        assert (after.state.ends_on, set(after.state.lines)) == (day, {1})


def test_an_open_ended_agreement_ends_on_any_day() -> None:
    late = date(2100, 12, 31)
    an_agreement.given(created(ends_on=None), ACTIVATED).when(terminate(late)).then(terminated(late))


def test_nothing_ends_before_it_begins() -> None:
    """STM-014."""
    active.when(terminate(BEFORE)).then_not_allowed("active", *ACTIVE)
    on_hold.when(terminate(BEFORE)).then_not_allowed("suspended", *SUSPENDED)
    draft.when(terminate(JULY)).then_not_allowed("draft", *DRAFT)


def test_nothing_ends_after_its_last_day() -> None:
    active.when(terminate(LAST + timedelta(days=1))).then_refused("value", "outside_agreement", "/on")


@pytest.mark.parametrize(
    "command",
    [terminate(JULY), Terminate(BEFORE, "Again"), Renew(NEXT_YEAR), Resume(), Suspend(), Activate()],
    ids=["terminate", "terminate-before", "renew", "resume", "suspend", "activate"],
)
def test_a_terminated_agreement_accepts_nothing(command: Command) -> None:
    """STM-015, STM-016."""
    ended.when(command).then_not_allowed("terminated")


def test_an_agreement_is_renewed_to_a_later_day() -> None:
    after = active.when(Renew(NEXT_YEAR)).then(renewed(LAST, NEXT_YEAR))
    assert isinstance(after.state, Active)
    assert after.state.ends_on == NEXT_YEAR
    after.when(Renew(NEXT_YEAR + timedelta(days=1))).then(renewed(NEXT_YEAR, NEXT_YEAR + timedelta(days=1)))
    again = on_hold.when(Renew(NEXT_YEAR)).then(renewed(LAST, NEXT_YEAR))
    assert isinstance(again.state, Suspended)


def test_a_renewal_adds_days_and_not_too_many() -> None:
    for day in (JULY, LAST):
        active.when(Renew(day)).then_refused("value", "renewal_not_later", "/to")
    active.when(Renew(date(2076, 1, 1))).then_refused("value", "period_too_long", "/to")
    active.when(Renew(date(2075, 12, 31))).then(renewed(LAST, date(2075, 12, 31)))


def test_what_never_ends_is_not_renewed() -> None:
    endless = an_agreement.given(created(ends_on=None), ACTIVATED)
    endless.when(Renew(NEXT_YEAR)).then_refused("state", "open_ended")


def test_a_draft_is_not_renewed() -> None:
    draft.when(Renew(NEXT_YEAR)).then_not_allowed("draft", *DRAFT)


def test_the_days_of_an_agreement() -> None:
    assert isinstance(active.state, Existing)
    assert [day in active.state.validity for day in (BEFORE, JANUARY, LAST, LAST + timedelta(days=1))] == [
        *(False, True, True, False),
    ]
