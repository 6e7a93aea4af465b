"""Reasons over the limit, versions of the calendar, and the worked examples X7 to X9: STR-06, CFG-04, CFG-05, sla 9."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from libs.events import order_sla as says
from libs.kernel.decider import Rejected
from libs.kernel.worktime import WorkCalendar
from libs.rules.sla import shown
from services.order.domain.parameters import Parameters
from services.order.domain.service_order import service_order
from services.order.domain.service_order.sign_off import SignOff
from services.order.domain.service_order.sla.commands import (
    CancelSla,
    ChangeSlaPolicy,
    MeasureAnew,
    StartSlaRecording,
    StopSlaRecording,
)
from services.order.domain.service_order.stage import MoveToNextStage
from services.order.domain.service_order.state import State
from services.order.domain.service_order.visits import ReportArrival
from tests.domain.order.measured import (
    AROUND,
    CREATED,
    GOLD,
    WORKDAYS,
    at,
    clock,
    course,
    elapsed,
    local,
    named,
    policy,
    targets,
    version,
)
from tests.domain.order.records import ANNA, add, hours

MONDAY = "2026-05-04"
BEGUN = (at(f"{MONDAY} 08:00", CREATED), at(f"{MONDAY} 08:00", add(hours())))
ARRIVAL = ReportArrival("W-1", ANNA)
STRICT = Parameters(reason_on_exceeding=True, reason_on_cancel=True)


def refused(asked: Any, state: State) -> str:
    with pytest.raises(Rejected) as refusal:
        service_order.decide(asked, state)
    return refusal.value.reason


def test_a_stop_over_the_limit_demands_a_reason_where_the_parameters_say_so() -> None:
    """STR-06, CFG-05, [?2]: only if exceeded."""
    state, _ = course(*BEGUN)
    early, late = f"{MONDAY} 11:00", f"{MONDAY} 13:00"
    for command in (StopSlaRecording(), SignOff(), MoveToNextStage(stage="HOLD", reason="PARTS")):
        course(at(early, command, parameters=STRICT), state=state)
        course(at(late, command), state=state)
        assert refused(at(late, command, parameters=STRICT), state) == "reason_required"
        given = replace(command, sla_reason="LATE")
        after, _ = course(at(late, given, parameters=STRICT), state=state)
        assert [reason.kind for reason in after.reasons.values()][-1] == "close"  # type: ignore[union-attr]
        assert refused(at(late, replace(command, sla_reason="NOBODY"), parameters=STRICT), state) == "unknown_reference"


def test_canceling_the_sla_demands_a_reason_where_the_parameters_say_so() -> None:
    """STR-07, CFG-04."""
    state, _ = course(*BEGUN)
    assert refused(at(f"{MONDAY} 09:00", CancelSla(), parameters=STRICT), state) == "reason_required"
    after, facts = course(at(f"{MONDAY} 09:00", CancelSla("WAIVED"), parameters=STRICT), state=state)
    assert [fact.reason for fact in named(facts, says.OrderSlaCanceled)] == ["WAIVED", "WAIVED"]
    assert clock(after).phase == "canceled"


def test_a_further_version_of_the_calendar_counts_from_its_day() -> None:
    """sla 9 and 6: for open clocks, and never for one that has stopped."""
    short = version(2, local("2026-05-05 12:00").date(), weekly=((),) * 7)
    known = {"WORKDAYS": replace(WORKDAYS, versions=(*WORKDAYS.versions, short))}
    state, _ = course(*BEGUN, at(f"{MONDAY} 09:00", ARRIVAL))
    state, facts = course(at(f"{MONDAY} 10:00", MeasureAnew(), calendars=known), state=state)
    assert [(fact.clock, fact.calendar_versions) for fact in facts] == [("resolution", (1, 2))]
    assert clock(state, "response").versions == (1,)
    assert course(at(f"{MONDAY} 10:00", MeasureAnew(), calendars=known), state=state)[1] == []


@pytest.mark.parametrize("retroactive", [True, False])
def test_another_policy_may_have_another_calendar_or_none(retroactive: bool) -> None:
    """sla 8: what was measured by the calendar that is left stays measured by the versions known then."""
    state, _ = course(*BEGUN)
    always = at(f"{MONDAY} 18:00", ChangeSlaPolicy(retroactive), policy=policy(policy="ALWAYS", calendar=None))
    after, facts = course(always, state=state)
    assert [fact.calendar for fact in named(facts, says.OrderSlaPolicyChanged)] == [None, None]
    assert elapsed(after, f"{MONDAY} 20:00") == timedelta(hours=12 if retroactive else 2)
    other = {**AROUND.calendars, "OTHER": WorkCalendar("OTHER", (version(7, weekly=((),) * 7),))}
    closed = at(f"{MONDAY} 18:00", ChangeSlaPolicy(retroactive), policy=policy(calendar="OTHER"), calendars=other)
    after, _ = course(closed, state=state)
    assert clock(after).measured(other).elapsed(local(f"{MONDAY} 20:00")) == 0


def test_x7_x8_and_x9_hold_with_a_calendar_that_only_moves_the_start() -> None:
    """Created on Saturday at 10:00: the clock begins on Monday at 08:00, and after that every second counts."""
    only = policy(calendar_applies_to="start_only", clocks={"resolution": targets(timedelta(hours=8))})
    state, _ = course(at("2012-03-03 10:00", CREATED, policy=only))
    stopped, started = at("2012-03-05 10:00", StopSlaRecording()), at("2012-03-05 12:00", StartSlaRecording())
    state, _ = course(stopped, started, state=state)
    measured = clock(state).measured(AROUND.calendars)
    assert measured.ledger(local("2012-03-05 18:30"))[-1].end == local("2012-03-05 18:30")
    x8, x9 = local("2012-03-05 17:30"), local("2012-03-05 18:30")
    assert (measured.elapsed(x8), measured.due(x8)) == (27_000, local("2012-03-05 18:00"))
    assert shown(measured.consumption(x8) or Decimal(0)) == Decimal("93.75")
    assert (measured.elapsed(x9), shown(measured.consumption(x9) or Decimal(0))) == (30_600, Decimal("106.25"))
    assert (measured.verdict(x8), measured.verdict(x9)) == ("running", "missed")
    over = at("2012-03-05 18:30", StopSlaRecording(), parameters=STRICT)
    assert refused(over, state) == "reason_required"


def test_the_default_is_open_hours_throughout() -> None:
    """sla 1, 2 and 3."""
    state, _ = course(at("2026-05-08 16:00", CREATED, policy=GOLD))
    assert elapsed(state, "2026-05-11 09:00") == timedelta(hours=2)
