"""Terms by day: AGR-08, SAG-03, SLA-03; and which of them count on a day, whatever was amended."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events import agreement as says
from libs.kernel.decider import Rejected
from services.agreement.domain.service_agreement import service_agreement
from services.agreement.domain.service_agreement.amendment import asked
from services.agreement.domain.service_agreement.state import UNSET, Draft, Existing, terms_on
from tests.domain.agreement.facts import ACTIVATED, JANUARY, JULY, LAST, MARCH, OCTOBER, amended, created, terminated
from tests.domain.agreement.records import amend, an_agreement

plain = an_agreement.given(created(), ACTIVATED)
danish = an_agreement.given(created(group="DENMARK", sla_policy="SILVER", sla_from="agreement_group"), ACTIVATED)
own = an_agreement.given(created(group="DENMARK", sla_policy="GOLD", sla_from="agreement"), ACTIVATED)


def terms(agreement: Any, day: date) -> tuple[str, str | None, str | None]:
    found = terms_on(agreement.state, day)
    return found.group, found.sla_policy, found.sla_from


def test_a_policy_is_named_from_a_day_on() -> None:
    """AGR-08."""
    after = plain.when(amend(JULY, ("BRONZE", "GOLD"), sla_policy="GOLD")).then(
        amended(1, JULY, sla_policy="GOLD", sla_from="agreement")
    )
    assert terms(after, JULY - timedelta(days=1)) == ("BRONZE", None, None)
    assert terms(after, JULY) == ("BRONZE", "GOLD", "agreement")
    assert terms(after, date(2020, 1, 1)) == ("BRONZE", None, None)


def test_another_group_brings_its_policy_where_none_was_named() -> None:
    moved = amend(JULY, ("SWEDEN", None), group="SWEDEN")
    swedish = amended(1, JULY, "SWEDEN", sla_policy="GOLD", sla_from="agreement_group")
    danish.when(moved).then(swedish)
    plain.when(moved).then(swedish)
    back = danish.when(amend(JULY, ("BRONZE", None), group="BRONZE"))
    back.then(amended(1, JULY, "BRONZE", sla_policy=None, sla_from=None))


def test_a_policy_named_on_the_agreement_stays_with_it() -> None:
    moved = amend(JULY, ("SWEDEN", "GOLD"), group="SWEDEN")
    own.when(moved).then(amended(1, JULY, "SWEDEN", sla_policy="GOLD", sla_from="agreement"))


def test_no_policy_asks_for_the_groups() -> None:
    back = amended(1, JULY, "DENMARK", sla_policy="SILVER", sla_from="agreement_group")
    own.when(amend(JULY, ("DENMARK", None), sla_policy=None)).then(back)


def test_what_counts_on_the_day_is_what_is_amended() -> None:
    """In July the agreement is Swedish: naming a policy for August leaves it there."""
    swedish = danish.given(amended(1, JULY, "SWEDEN", sla_policy="GOLD", sla_from="agreement_group"))
    later = amend(OCTOBER, ("SWEDEN", "SILVER"), sla_policy="SILVER")
    after = swedish.when(later).then(amended(2, OCTOBER, "SWEDEN", sla_policy="SILVER", sla_from="agreement"))
    before = amend(MARCH, ("DENMARK", "GOLD"), sla_policy="GOLD")
    after = after.when(before).then(amended(3, MARCH, "DENMARK", sla_policy="GOLD", sla_from="agreement"))
    assert [terms(after, day)[:2] for day in (JANUARY, MARCH, JULY, LAST)] == [
        ("DENMARK", "SILVER"),
        ("DENMARK", "GOLD"),
        ("SWEDEN", "GOLD"),
        ("SWEDEN", "SILVER"),
    ]


def test_the_last_word_for_a_day_counts() -> None:
    once = plain.given(amended(1, JULY, sla_policy="GOLD", sla_from="agreement"))
    again = once.when(amend(JULY, ("BRONZE", "SILVER"), sla_policy="SILVER"))
    after = again.then(amended(2, JULY, sla_policy="SILVER", sla_from="agreement"))
    assert terms(after, LAST) == ("BRONZE", "SILVER", "agreement")
    first = after.when(amend(JANUARY, ("BRONZE", "GOLD"), sla_policy="GOLD"))
    after = first.then(amended(3, JANUARY, sla_policy="GOLD", sla_from="agreement"))
    assert [terms(after, day)[1] for day in (JANUARY - timedelta(days=1), JANUARY, JULY)] == ["GOLD", "GOLD", "SILVER"]


def test_a_draft_is_amended_and_a_terminated_agreement_is_not() -> None:
    draft = an_agreement.given(created())
    after = draft.when(amend(JULY, ("DENMARK", None), group="DENMARK")).then_accepted()
    assert isinstance(after.state, Draft)
    ended = plain.given(terminated(LAST))
    ended.when(amend(JULY, ("DENMARK", None), group="DENMARK")).then_not_allowed("terminated")


def test_an_amendment_changes_something() -> None:
    nothing: tuple[dict[str, Any], ...] = ({}, {"group": "DENMARK"}, {"sla_policy": None})
    for values in nothing:
        danish.when(amend(JULY, ("DENMARK", None), **values)).then_refused("state", "nothing_to_change")
    own.when(amend(JULY, ("DENMARK", "GOLD"), sla_policy="GOLD")).then_refused("state", "nothing_to_change")


def test_the_groups_policy_named_on_the_agreement_is_its_own_from_now_on() -> None:
    named = amend(JULY, ("DENMARK", "SILVER"), sla_policy="SILVER")
    danish.when(named).then(amended(1, JULY, "DENMARK", sla_policy="SILVER", sla_from="agreement"))


@pytest.mark.parametrize("day", [JANUARY - timedelta(days=1), LAST + timedelta(days=1)])
def test_an_amendment_begins_on_a_day_of_the_agreement(day: date) -> None:
    command = amend(day, ("DENMARK", None), group="DENMARK")
    plain.when(command).then_refused("value", "outside_agreement", "/effective_on")


@pytest.mark.parametrize(
    ("values", "reads", "reason", "field"),
    [
        ({"group": "NOWHERE"}, ("NOWHERE", None), "unknown_reference", "/group"),
        ({"group": "LOST"}, ("LOST", None), "unknown_reference", "/sla_policy"),
        ({"sla_policy": "PLATINUM"}, ("BRONZE", "PLATINUM"), "unknown_reference", "/sla_policy"),
        ({"sla_policy": "OLD"}, ("BRONZE", "OLD"), "inactive_reference", "/sla_policy"),
    ],
)
def test_what_an_amendment_chooses_must_stand(
    values: dict[str, Any], reads: tuple[str, str | None], reason: str, field: str
) -> None:
    plain.when(amend(JULY, reads, **values)).then_refused("value", reason, field)


def test_a_policy_that_stays_may_be_out_of_choice() -> None:
    """SLA-03."""
    old = an_agreement.given(created(group="DENMARK", sla_policy="OLD", sla_from="agreement"))
    moved = amend(JULY, ("SWEDEN", "OLD"), group="SWEDEN")
    old.when(moved).then(amended(1, JULY, "SWEDEN", sla_policy="OLD", sla_from="agreement"))


def test_the_records_asked_for_are_those_that_the_terms_come_to() -> None:
    def reads(agreement: Any, **values: Any) -> tuple[str, str | None]:
        return asked(amend(JULY, **values), agreement.state)

    assert reads(danish) == ("DENMARK", None)
    assert reads(danish, group="SWEDEN") == ("SWEDEN", None)
    assert reads(own, group="SWEDEN") == ("SWEDEN", "GOLD")
    assert reads(own, sla_policy=None) == ("DENMARK", None)
    assert reads(plain, sla_policy="OLD") == ("BRONZE", "OLD")


DAYS = st.dates(JANUARY, LAST)
AMENDMENTS = st.lists(
    st.tuples(
        DAYS,
        st.sampled_from([UNSET, "BRONZE", "DENMARK", "SWEDEN"]),
        st.sampled_from([UNSET, None, "SILVER", "GOLD"]),
    ),
    max_size=8,
)


def recorded(amendments: list[tuple[date, Any, Any]]) -> list[says.AgreementFact]:
    """What is recorded of an agreement and its amendments; those that change nothing leave nothing."""
    history: list[says.AgreementFact] = [created(), ACTIVATED]
    for day, group, policy in amendments:
        state = service_agreement.fold(history)
        assert isinstance(state, Existing)
        reads = asked(amend(day, group=group, sla_policy=policy), state)
        with suppress(Rejected):
            history += service_agreement.decide(amend(day, reads, group=group, sla_policy=policy), state)
    return history


@given(AMENDMENTS, DAYS)
def test_on_a_day_count_the_terms_of_the_latest_day_and_of_those_the_last(
    amendments: list[tuple[date, Any, Any]], day: date
) -> None:
    """AGR-08, read from the facts by comparison, not by the search that the agreement uses."""
    history = recorded(amendments)
    first = created()
    told: list[tuple[date, int, str, str | None]] = [(first.starts_on, 0, first.group, first.sla_policy)]
    told += [
        (fact.effective_on, fact.amendment, fact.group, fact.sla_policy)
        for fact in history
        if isinstance(fact, says.AgreementAmended)
    ]
    expected = max(one for one in told if one[0] <= day)
    state = service_agreement.fold(history)
    assert isinstance(state, Existing)
    found = terms_on(state, day)
    assert (found.effective_on, found.amendment, found.group, found.sla_policy) == expected


@given(AMENDMENTS)
def test_an_amendment_changes_no_day_before_it_and_none_from_the_next_on(
    amendments: list[tuple[date, Any, Any]],
) -> None:
    history = recorded(amendments)
    for count, fact in enumerate(history):
        if isinstance(fact, says.AgreementAmended):
            before, after = service_agreement.fold(history[:count]), service_agreement.fold(history[: count + 1])
            assert isinstance(before, Existing)
            assert isinstance(after, Existing)
            later = [one.effective_on for one in before.terms if one.effective_on > fact.effective_on]
            until = min(later, default=LAST + timedelta(days=1))
            days = [JANUARY + timedelta(days=n) for n in range(365)]
            changed = [day for day in days if terms_on(before, day) != terms_on(after, day)]
            assert changed == [day for day in days if fact.effective_on <= day < until]
