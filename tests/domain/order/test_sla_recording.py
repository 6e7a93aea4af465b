"""The SLA clocks of an order: STR-01 to STR-12, contracts 7."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from libs.events import order_sla as says
from libs.kernel.decider import Rejected
from services.order.domain.parameters import Parameters
from services.order.domain.service_order import service_order
from services.order.domain.service_order.cancellation import CancelLine, CancelOrder
from services.order.domain.service_order.creation import ReviseOrder
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from services.order.domain.service_order.sla.commands import (
    CancelSla,
    ChangeSlaPolicy,
    NoticeSla,
    StartSlaRecording,
    StopSlaRecording,
)
from services.order.domain.service_order.stage import MoveToNextStage, MoveToPreviousStage
from services.order.domain.service_order.state import State
from services.order.domain.service_order.visits import ReportArrival
from tests.domain.order.measured import (
    AROUND,
    CREATED,
    HOURS,
    at,
    clock,
    course,
    elapsed,
    local,
    named,
    policy,
    targets,
)
from tests.domain.order.records import ANNA, add, hours

MONDAY = "2026-05-04"
BEGUN = (at(f"{MONDAY} 08:00", CREATED), at(f"{MONDAY} 08:00", add(hours())))
ARRIVAL = ReportArrival("W-1", ANNA)
STRICT = Parameters(reason_on_exceeding=True, reason_on_cancel=True)


def told(*asked: Any) -> list[tuple[str, str, str]]:
    """Name, clock and local time of every SLA mark after the first two commands."""
    before, _ = course(*BEGUN)
    _, facts = course(*asked, state=before)
    return [
        (type(fact).__name__.removeprefix("OrderSla"), fact.clock, fact.at.astimezone(local(MONDAY).tzinfo).isoformat())
        for fact in named(facts, says.SlaMark)
    ]


def utc(when: str) -> str:
    return local(when).isoformat()


def refused(asked: Any, state: State) -> str:
    with pytest.raises(Rejected) as refusal:
        service_order.decide(asked, state)
    return refusal.value.reason


def test_creating_an_order_attaches_and_starts_its_clocks_at_once() -> None:
    """STR-01, sla 16: the fact says which policy and why; the marks say what the clock has come to."""
    _, facts = course(BEGUN[0])
    attached, response, resolution = named(facts, says.OrderSlaAttached, says.OrderSlaStarted)
    assert (attached.policy, attached.policy_version, attached.level, attached.priority) == (
        "GOLD",
        1,
        "agreement",
        "normal",
    )
    assert (attached.calendar, attached.calendar_versions, attached.time_zone) == ("WORKDAYS", (1,), "Europe/Brussels")
    assert (response.clock, response.elapsed_seconds, response.due_at) == ("response", 0, "2026-05-04T12:00:00+02:00")
    assert (resolution.clock, resolution.due_at) == ("resolution", "2026-05-04T16:00:00+02:00")
    assert response.next_at == local(f"{MONDAY} 12:00") + timedelta(seconds=1)


def test_an_order_without_a_policy_is_not_measured() -> None:
    """STR-03: none."""
    state, facts = course(at(f"{MONDAY} 08:00", CREATED, policy=None))
    assert named(facts, says.SlaMark, says.OrderSlaAttached) == []
    assert refused(at(f"{MONDAY} 09:00", StopSlaRecording()), state) == "no_sla"


def test_the_first_arrival_stops_the_response_and_sign_off_the_resolution() -> None:
    assert told(at(f"{MONDAY} 09:30", ARRIVAL), at(f"{MONDAY} 11:00", SignOff())) == [
        ("Stopped", "response", utc(f"{MONDAY} 09:30")),
        ("Met", "response", utc(f"{MONDAY} 09:30")),
        ("Stopped", "resolution", utc(f"{MONDAY} 11:00")),
        ("Met", "resolution", utc(f"{MONDAY} 11:00")),
    ]


def test_sign_off_stops_a_response_that_still_runs_and_a_line_left_open_keeps_both_running() -> None:
    two = at(f"{MONDAY} 08:10", add(hours("1")))
    assert told(two, at(f"{MONDAY} 09:00", SignOff((1,)))) == []
    ended = [(name, of) for name, of, _ in told(two, at(f"{MONDAY} 09:00", SignOff((1, 2))))]
    assert ended == [("Stopped", "response"), ("Stopped", "resolution"), ("Met", "resolution"), ("Met", "response")]
    canceled = told(two, at(f"{MONDAY} 09:00", SignOff((1,))), at(f"{MONDAY} 09:30", CancelLine(2)))
    assert ("Stopped", "resolution", utc(f"{MONDAY} 09:30")) in canceled


def test_a_stage_flagged_responds_is_a_response() -> None:
    assert told(at(f"{MONDAY} 10:00", MoveToNextStage(stage="ON-SITE"))) == [
        ("Stopped", "response", utc(f"{MONDAY} 10:00")),
        ("Met", "response", utc(f"{MONDAY} 10:00")),
    ]


def test_a_stop_stage_pauses_and_leaving_it_either_way_resumes() -> None:
    """STR-05, STG-09, [?39]."""
    hold = at(f"{MONDAY} 10:00", MoveToNextStage(stage="HOLD", reason="PARTS"))
    back = at(f"{MONDAY} 11:00", MoveToPreviousStage())
    assert told(hold, back) == [
        ("Paused", "response", utc(f"{MONDAY} 10:00")),
        ("Paused", "resolution", utc(f"{MONDAY} 10:00")),
        ("Resumed", "response", utc(f"{MONDAY} 11:00")),
        ("Resumed", "resolution", utc(f"{MONDAY} 11:00")),
    ]


def test_a_stage_resumes_only_what_a_stage_has_paused() -> None:
    """Section 6.4 (6)."""
    by_hand = at(f"{MONDAY} 09:00", StopSlaRecording(clock="resolution"))
    hold = at(f"{MONDAY} 10:00", MoveToNextStage(stage="HOLD", reason="PARTS"))
    back = at(f"{MONDAY} 11:00", MoveToPreviousStage())
    assert told(by_hand, hold, back) == [
        ("Paused", "resolution", utc(f"{MONDAY} 09:00")),
        ("Paused", "response", utc(f"{MONDAY} 10:00")),
        ("Resumed", "response", utc(f"{MONDAY} 11:00")),
    ]


def test_an_order_created_in_a_stop_stage_is_paused_at_once() -> None:
    stages = replace(AROUND.stages, stages={"HOLD": AROUND.stages.stages["HOLD"].model_copy(update={"parent": None})})
    state, facts = course(at(f"{MONDAY} 08:00", CREATED, stages=stages))
    assert [type(fact) for fact in named(facts, says.SlaMark)] == [says.OrderSlaStarted] * 2 + [says.OrderSlaPaused] * 2
    assert elapsed(state, f"{MONDAY} 16:00") == timedelta(0)


def test_what_the_policy_lets_nothing_pause_goes_on() -> None:
    never = policy(never_pauses=("response",))
    state, _ = course(at(f"{MONDAY} 08:00", CREATED, policy=never))
    state, facts = course(at(f"{MONDAY} 09:00", StopSlaRecording(), policy=never), state=state)
    assert [fact.clock for fact in facts] == ["resolution"]
    assert refused(at(f"{MONDAY} 09:30", StopSlaRecording(clock="response")), state) == "sla_never_pauses"


def test_recording_is_stopped_and_started_by_hand_at_the_times_given() -> None:
    """STR-02, STR-04, STR-08, STR-09: each pause stands in the ledger and moves the latest completion on."""
    held = (
        at(f"{MONDAY} 09:00", StopSlaRecording(clock="resolution")),
        at(f"{MONDAY} 10:30", StartSlaRecording(clock="resolution")),
    )
    state, facts = course(*BEGUN, *held)
    paused, resumed = named(facts, says.OrderSlaPaused, says.OrderSlaResumed)
    assert (paused.at, paused.elapsed_seconds, paused.due_at) == (local(f"{MONDAY} 09:00"), 3600, None)
    assert (resumed.at, resumed.due_at) == (local(f"{MONDAY} 10:30"), "2026-05-05T08:30:00+02:00")
    segments = clock(state).measured(AROUND.calendars).ledger(local(f"{MONDAY} 11:00"))
    assert [(segment.kind, segment.start) for segment in segments] == [
        ("open", local(f"{MONDAY} 08:00")),
        ("paused", local(f"{MONDAY} 09:00")),
        ("open", local(f"{MONDAY} 10:30")),
    ]


def test_recording_by_hand_is_neither_stopped_nor_started_twice() -> None:
    """STR-11; PER-015, PER-016."""
    state, _ = course(*BEGUN)
    assert refused(at(f"{MONDAY} 09:00", StartSlaRecording()), state) == "sla_not_paused"
    paused, _ = course(at(f"{MONDAY} 09:00", StopSlaRecording()), state=state)
    assert refused(at(f"{MONDAY} 09:30", StopSlaRecording()), paused) == "sla_already_paused"
    assert refused(at(f"{MONDAY} 08:30", StartSlaRecording()), paused) == "sla_pause_reversed"
    assert refused(at(f"{MONDAY} 09:30", StartSlaRecording(clock="travel")), paused) == "unknown_clock"
    ended, _ = course(at(f"{MONDAY} 09:30", CancelSla()), state=paused)
    assert refused(at(f"{MONDAY} 10:00", StartSlaRecording()), ended) == "sla_ended"


def test_a_miss_is_told_at_the_first_open_instant_at_or_after_due() -> None:
    """sla 4, 5 and 13: used up exactly at closing time is missed at the next opening."""
    budget = {"resolution": targets(timedelta(hours=9))}
    state, _ = course(at(f"{MONDAY} 08:00", CREATED, policy=policy(clocks=budget)))
    assert course(at(f"{MONDAY} 17:00", NoticeSla()), state=state)[1] == []
    assert course(at("2026-05-05 08:00", NoticeSla()), state=state)[1] == []
    _, (missed,) = course(at("2026-05-05 08:00:01", NoticeSla()), state=state)
    assert (type(missed), missed.at) == (says.OrderSlaMissed, local("2026-05-05 08:00"))


def test_a_command_that_passes_an_instant_tells_it_first() -> None:
    late = at(f"{MONDAY} 13:00", MoveToNextStage(stage="HOLD", reason="PARTS"))
    assert told(late)[0] == ("Missed", "response", utc(f"{MONDAY} 12:00"))


def test_a_timer_that_fires_late_or_twice_tells_each_fact_once() -> None:
    """sla 13."""
    later = f"{MONDAY} 18:00"
    once = told(at(later, NoticeSla()))
    assert once == [
        ("Missed", "response", utc(f"{MONDAY} 12:00")),
        ("Missed", "resolution", utc(f"{MONDAY} 16:00")),
    ]
    assert told(at(later, NoticeSla()), at(later, NoticeSla())) == once
    assert told(at(f"{MONDAY} 12:00:01", NoticeSla()), at(later, NoticeSla())) == once


def test_an_arrival_reported_late_corrects_the_miss() -> None:
    """contracts 7: verdict before, verdict now, cause; views count the last word."""
    before, _ = course(*BEGUN, at(f"{MONDAY} 12:00:01", NoticeSla()))
    after, facts = course(at(f"{MONDAY} 10:15", ARRIVAL), state=before)
    stopped, corrected = named(facts, says.SlaMark)
    assert (stopped.at, stopped.elapsed_seconds) == (local(f"{MONDAY} 10:15"), 8100)
    assert (type(corrected), corrected.was, corrected.now) == (says.OrderSlaCorrected, "missed", "met")
    assert clock(after, "response").verdict == "met"


def test_an_arrival_before_the_stop_by_sign_off_counts_also_afterwards() -> None:
    before, _ = course(*BEGUN, at(f"{MONDAY} 13:00", SignOff()))
    assert clock(before, "response").verdict == "missed"
    after, _ = course(at(f"{MONDAY} 09:00", ARRIVAL), state=before)
    assert clock(after, "response").verdict == "met"
    assert elapsed(after, f"{MONDAY} 16:00", "response") == timedelta(hours=1)


def test_a_later_arrival_changes_nothing() -> None:
    second = ReportArrival("W-2", replace(ANNA, key="W-2"))
    assert told(at(f"{MONDAY} 09:00", ARRIVAL), at(f"{MONDAY} 10:00", second))[2:] == []


def test_withdrawing_the_sign_off_reopens_what_it_stopped() -> None:
    """sla 7: the time between is a gap."""
    signed = at(f"{MONDAY} 10:00", SignOff())
    state, _ = course(*BEGUN, at(f"{MONDAY} 09:00", ARRIVAL), signed, at(f"{MONDAY} 11:00", WithdrawSignOff()))
    assert elapsed(state, f"{MONDAY} 12:00") == timedelta(hours=3)
    assert (clock(state).phase, clock(state).verdict) == ("running", "running")
    assert clock(state, "response").phase == "stopped"
    kept = policy(reopens=False)
    begun, _ = course(at(f"{MONDAY} 08:00", CREATED, policy=kept), at(f"{MONDAY} 08:00", add(hours()), policy=kept))
    state, _ = course(signed, at(f"{MONDAY} 11:00", WithdrawSignOff()), state=begun)
    assert clock(state).phase == "stopped"


def test_a_recorded_miss_survives_cancelling_the_order() -> None:
    """STR-07, sla 6."""
    state, _ = course(*BEGUN, at(f"{MONDAY} 13:00", CancelOrder()))
    assert (clock(state, "response").verdict, clock(state).verdict) == ("missed", "canceled")
    assert (clock(state, "response").phase, clock(state).phase) == ("canceled", "canceled")


def test_another_priority_is_measured_as_if_it_had_been_there_from_the_beginning() -> None:
    """sla 8."""
    state, facts = course(*BEGUN, at(f"{MONDAY} 11:00", ReviseOrder(priority="high")))
    (changed, _) = named(facts, says.OrderSlaPolicyChanged)
    assert (changed.clock, changed.retroactive, changed.priority) == ("response", True, "high")
    assert [(fact.clock, fact.at) for fact in named(facts, says.OrderSlaMissed)] == [
        ("response", local(f"{MONDAY} 10:00"))
    ]
    assert clock(state).measured(AROUND.calendars).due(local(f"{MONDAY} 11:00")) == local(f"{MONDAY} 12:00")


def test_another_policy_may_begin_anew_and_drops_and_adds_clocks() -> None:
    only = policy(policy="SILVER", clocks={"resolution": HOURS["resolution"], "repair": targets(timedelta(hours=1))})
    anew = at(f"{MONDAY} 10:00", ChangeSlaPolicy(retroactive=False), policy=only)
    state, facts = course(*BEGUN, anew)
    assert [fact.clock for fact in named(facts, says.OrderSlaCanceled)] == ["response"]
    assert elapsed(state, f"{MONDAY} 11:00") == timedelta(hours=1)
    assert elapsed(state, f"{MONDAY} 11:00", "repair") == timedelta(hours=1)
    closed = at(f"{MONDAY} 11:00", ChangeSlaPolicy(), policy=RETIRED)
    assert refused(closed, state) == "inactive_reference"
    assert refused(at(f"{MONDAY} 11:00", ChangeSlaPolicy(), policy=None), state) == "unknown_reference"


RETIRED = policy(active=False)


def test_attaching_later_starts_the_clocks_at_that_moment() -> None:
    """[?34]."""
    state, _ = course(at(f"{MONDAY} 08:00", CREATED, policy=None), at(f"{MONDAY} 10:00", ChangeSlaPolicy()))
    assert elapsed(state, f"{MONDAY} 11:00") == timedelta(hours=1)
