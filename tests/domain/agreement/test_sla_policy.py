"""SLA policies: SLA-01, SLA-03, sla 11 and 12, PER-009, PER-011, PER-012."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from libs.events.agreement import ClockTargets, SlaPolicyDefined, SlaPolicyRevised, SlaPolicyVersion
from libs.events.durations import AtRiskPoint, Budget, WorkingDays
from libs.events.order import Priority
from libs.rules.effective import in_force
from services.agreement.domain.sla_policy import Defined, PutSlaPolicy, sla_policy
from tests.domain.agreement.facts import JANUARY, JULY, MARCH
from tests.support.spec import specification

a_policy = specification(sla_policy)


def hours(count: int) -> timedelta:
    return timedelta(hours=count)


def clock(normal: Budget | None = None, *points: AtRiskPoint, **others: Budget) -> ClockTargets:
    targets: dict[Any, Budget] = others if normal is None else {"normal": normal, **others}
    return ClockTargets(targets=targets, at_risk=points)


def percent(value: str) -> AtRiskPoint:
    return AtRiskPoint(percent=Decimal(value))


def before(value: timedelta) -> AtRiskPoint:
    return AtRiskPoint(before=value)


BOTH = {"response": clock(hours(4), percent("80"), high=hours(1)), "resolution": clock(hours(24), before(hours(2)))}


def values(version: int, clocks: Mapping[str, ClockTargets] = BOTH, **others: Any) -> dict[str, Any]:
    whole = {"policy": "GOLD", "version": version, "name": "Gold", "effective_on": JANUARY, "clocks": clocks}
    return whole | others


def defined(clocks: Mapping[str, ClockTargets] = BOTH, **others: Any) -> SlaPolicyDefined:
    return SlaPolicyDefined(**values(1, clocks, **others))


def revised(version: int, **others: Any) -> SlaPolicyRevised:
    return SlaPolicyRevised(**values(version, **others))


def put(clocks: Mapping[str, ClockTargets] = BOTH, *, calendar_known: bool = True, **others: Any) -> PutSlaPolicy:
    return PutSlaPolicy(defined(clocks, **others), calendar_known)


def test_a_policy_is_defined_as_version_one() -> None:
    a_policy.when(put()).then(defined())


def test_a_policy_is_defined_with_everything_that_it_can_say() -> None:
    everything: dict[str, Any] = {
        "calendar": "BE",
        "calendar_applies_to": "start_only",
        "never_pauses": ("response",),
        "reopens": False,
        "end_of_day": True,
        "cut_off": "16:00",
        "applies_to_generated": True,
        "active": False,
    }
    a_policy.when(put(**everything)).then(defined(**everything))


def test_every_further_put_is_a_version_also_when_nothing_changed() -> None:
    (
        a_policy.given(defined())
        .when(put(effective_on=JULY))
        .then(revised(2, effective_on=JULY))
        .when(put(effective_on=JULY))
        .then(revised(3, effective_on=JULY))
        .when(put(effective_on=MARCH, active=False))
        .then(revised(4, effective_on=MARCH, active=False))
    )


def test_the_version_in_force_is_that_of_the_latest_day_and_the_last_word_decides_on_choice() -> None:
    late, again = revised(2, effective_on=JULY), revised(3, effective_on=JULY, name="Gold plus")
    early = revised(4, effective_on=MARCH, active=False)
    state = a_policy.given(defined(), late, again, early).state
    assert isinstance(state, Defined)
    days = (date(2025, 12, 31), JANUARY, MARCH, JULY)
    assert [in_force(state.versions, day) for day in days] == [None, defined(), early, again]
    assert not state.last.active


def test_the_target_of_an_order_is_that_of_its_priority_or_of_normal() -> None:
    response = BOTH["response"]
    asked: tuple[Priority | None, ...] = ("high", "normal", "low", None)
    assert [response.target(priority) for priority in asked] == [hours(1), hours(4), hours(4), hours(4)]


YEAR, SECOND, DAY = timedelta(days=365), timedelta(seconds=1), WorkingDays(working_days=1)
OFFICE: dict[str, Any] = {"calendar": "BE"}


@pytest.mark.parametrize("budget", [SECOND, YEAR, DAY, WorkingDays(working_days=366)])
def test_a_target_may_be_up_to_a_year(budget: Budget) -> None:
    clocks = {"resolution": clock(budget)}
    a_policy.when(put(clocks, **OFFICE)).then(defined(clocks, **OFFICE))


@pytest.mark.parametrize(
    "budget", [timedelta(0), YEAR + SECOND, WorkingDays(working_days=0), WorkingDays(working_days=367)]
)
def test_a_target_of_nothing_or_of_more_than_a_year_is_refused(budget: Budget) -> None:
    """PER-009, PER-011."""
    for clocks in ({"response": clock(budget)}, {"response": clock(hours(1), high=budget)}):
        priority = "high" if "high" in clocks["response"].targets else "normal"
        refused = a_policy.when(put(clocks, **OFFICE))
        refused.then_refused("value", "sla_target_range", f"/clocks/response/targets/{priority}")


@pytest.mark.parametrize(
    ("response", "resolution"),
    [
        (clock(hours(4)), clock(hours(1))),
        (clock(hours(1), high=hours(2)), clock(hours(4), high=hours(1))),
        (clock(hours(2)), clock(hours(4), high=hours(1))),
        (clock(hours(2), low=hours(8)), clock(hours(4))),
        (clock(WorkingDays(working_days=2)), clock(DAY)),
    ],
    ids=["normal", "high", "high falls back", "low falls back", "days"],
)
def test_nobody_solves_before_he_responds(response: ClockTargets, resolution: ClockTargets) -> None:
    """PER-012."""
    command = put({"resolution": resolution, "response": response}, **OFFICE)
    a_policy.when(command).then_refused("value", "sla_target_order", "/clocks/response/targets")


@pytest.mark.parametrize(
    ("response", "resolution"),
    [
        (clock(hours(4)), clock(hours(4))),
        (clock(DAY), clock(DAY)),
        (clock(hours(400)), clock(DAY)),
        (clock(WorkingDays(working_days=9)), clock(hours(1))),
        (clock(hours(2), high=hours(1)), clock(hours(2), high=hours(1))),
    ],
    ids=["equal hours", "equal days", "hours and a day", "days and an hour", "by priority"],
)
def test_hours_and_working_days_are_not_compared(response: ClockTargets, resolution: ClockTargets) -> None:
    clocks = {"response": response, "resolution": resolution}
    a_policy.when(put(clocks, **OFFICE)).then(defined(clocks, **OFFICE))


def test_other_clocks_are_not_compared() -> None:
    clocks = {"response": clock(hours(4)), "visit": clock(hours(1))}
    a_policy.when(put(clocks)).then(defined(clocks))


def test_a_clock_has_a_target_for_normal() -> None:
    clocks = {"response": clock(hours(1)), "resolution": clock(high=hours(4))}
    a_policy.when(put(clocks)).then_refused("value", "missing", "/clocks/resolution/targets/normal")
    a_policy.when(put({})).then_refused("value", "missing", "/clocks")


@pytest.mark.parametrize(
    ("points", "reason", "place"),
    [
        ((percent("80"), percent("80.0")), "at_risk_repeated", ""),
        ((before(hours(1)), percent("50"), before(timedelta(minutes=60))), "at_risk_repeated", ""),
        ((percent("50"), before(hours(4))), "at_risk_range", "/1"),
        ((before(hours(2)),), "at_risk_range", "/0"),
    ],
    ids=["percents", "befores", "longer than normal", "as long as high"],
)
def test_at_risk_points_differ_and_lie_within_every_target(
    points: tuple[AtRiskPoint, ...], reason: str, place: str
) -> None:
    clocks = {"response": clock(hours(4), *points, high=hours(2))}
    a_policy.when(put(clocks)).then_refused("value", reason, f"/clocks/response/at_risk{place}")


def test_at_risk_points_of_both_kinds_stand_together() -> None:
    clocks = {"response": clock(hours(4), percent("50"), percent("80"), before(hours(4) - SECOND))}
    a_policy.when(put(clocks)).then(defined(clocks))
    clocks = {"resolution": clock(DAY, before(hours(40)))}
    a_policy.when(put(clocks, **OFFICE)).then(defined(clocks, **OFFICE))


def test_what_never_pauses_is_a_clock_of_the_policy() -> None:
    command = put(never_pauses=("response", "repair"))
    a_policy.when(command).then_refused("value", "unknown_clock", "/never_pauses/1")


def test_the_calendar_is_known() -> None:
    a_policy.when(put(**OFFICE, calendar_known=False)).then_refused("value", "unknown_reference", "/calendar")
    a_policy.when(put(calendar_known=False)).then(defined())


def test_working_days_and_a_cut_off_need_a_calendar() -> None:
    """Sla 11, sla 12."""
    in_days = {"resolution": clock(hours(4), low=DAY)}
    a_policy.when(put(in_days)).then_refused("value", "calendar_required", "/calendar")
    a_policy.when(put(cut_off="16:00")).then_refused("value", "calendar_required", "/calendar")
    a_policy.when(put(in_days, cut_off="16:00", **OFFICE)).then(defined(in_days, cut_off="16:00", **OFFICE))


def test_a_calendar_that_moves_only_the_start_counts_no_working_days() -> None:
    """Sla 1 and 11: round the clock, a working day would silently be 24 hours."""
    only = {"calendar_applies_to": "start_only", **OFFICE}
    in_days = {"response": clock(hours(4)), "resolution": clock(hours(4), low=DAY)}
    a_policy.when(put(in_days, **only)).then_refused("value", "working_days_start_only", "/calendar_applies_to")
    a_policy.when(put(**only)).then(defined(**only))


def test_a_revision_is_held_to_the_same_rules() -> None:
    policy: SlaPolicyVersion = defined()
    wrong = put({"response": clock(timedelta(0))})
    a_policy.given(policy).when(wrong).then_refused("value", "sla_target_range", "/clocks/response/targets/normal")
