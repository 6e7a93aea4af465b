"""What is told of SLA clocks wakes timers for something new only, and fits what is measured, also when it comes late."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from libs.events import order_sla as says
from libs.events.durations import AtRiskPoint
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from services.order.domain.service_order.sla.commands import (
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
from tests.domain.order.test_sla_recording import refused

MONDAY = "2026-05-04"
BEGUN = (at(f"{MONDAY} 08:00", CREATED), at(f"{MONDAY} 08:00", add(hours())))
ARRIVAL = ReportArrival("W-1", ANNA)
PARTS = MoveToNextStage(stage="HOLD", reason="PARTS")


def on_monday(time: str, command: Any) -> Any:
    return at(f"{MONDAY} {time}", command)


def does(state: State, name: str) -> tuple[str, str]:
    """What the clock was told to do, and what it does."""
    return clock(state, name).phase, clock(state, name).measured(AROUND.calendars).phase


def test_a_miss_that_was_told_wakes_no_timer_again() -> None:
    state, _ = course(*BEGUN)
    _, (missed,) = course(on_monday("12:00:01", NoticeSla()), state=state)
    assert (type(missed), missed.clock, missed.next_at) == (says.OrderSlaMissed, "response", None)
    paused, _ = course(on_monday("18:00", StopSlaRecording()), state=state)
    _, again = course(on_monday("18:00", StartSlaRecording()), state=paused)
    assert [fact.next_at for fact in again] == [None, None]


def test_a_timer_is_set_to_the_next_instant_that_was_not_told() -> None:
    risky = {"resolution": targets(timedelta(hours=8), None, AtRiskPoint(percent=Decimal(50)))}
    state, facts = course(at(f"{MONDAY} 08:00", CREATED, policy=policy(clocks=risky)))
    assert named(facts, says.OrderSlaStarted)[0].next_at == local(f"{MONDAY} 12:00")
    _, (warned,) = course(on_monday("12:00", NoticeSla()), state=state)
    assert (type(warned), warned.next_at) == (says.OrderSlaAtRisk, local(f"{MONDAY} 16:00:01"))


def test_a_sign_off_told_after_a_reopening_cannot_have_happened_before_it() -> None:
    state, _ = course(*BEGUN, on_monday("10:00", SignOff()), on_monday("11:00", WithdrawSignOff()))
    assert refused(on_monday("09:45", SignOff()), state) == "time_goes_back"
    after, _ = course(on_monday("11:00", SignOff()), state=state)
    assert does(after, "resolution") == ("stopped", "stopped")


def test_a_sign_off_is_not_withdrawn_before_what_is_known_of_the_clock() -> None:
    """A pause told before would fall into the time after the reopening, and stop the clock again."""
    paused_then_signed = (on_monday("10:00", StopSlaRecording()), on_monday("09:30", SignOff()))
    state, _ = course(*BEGUN, *paused_then_signed)
    assert refused(on_monday("09:40", WithdrawSignOff()), state) == "time_goes_back"
    after, _ = course(on_monday("10:30", WithdrawSignOff()), state=state)
    assert does(after, "resolution") == ("running", "running")


def test_a_response_found_to_be_given_before_its_clock_was_reopened_stays_given() -> None:
    """contracts 7, sla 7: the response clock does not restart."""
    state, _ = course(*BEGUN, on_monday("10:00", SignOff()), on_monday("11:00", WithdrawSignOff()))
    after, _ = course(on_monday("09:00", ARRIVAL), state=state)
    assert does(after, "response") == ("stopped", "stopped")
    assert does(after, "resolution") == ("running", "running")
    assert elapsed(after, f"{MONDAY} 16:00", "response") == timedelta(hours=1)


def test_a_stage_lets_go_on_what_it_has_stopped_whatever_was_told_before() -> None:
    """The clock was switched by hand at 10:00; the stages of 09:00 and 09:30 were told afterwards."""
    by_hand = (on_monday("09:50", StopSlaRecording()), on_monday("10:00", StartSlaRecording()))
    state, _ = course(*BEGUN, *by_hand, on_monday("09:00", PARTS), on_monday("09:30", MoveToPreviousStage()))
    assert does(state, "resolution") == ("running", "running")


def test_another_policy_cannot_have_applied_before_what_is_known_of_the_clocks() -> None:
    state, _ = course(*BEGUN, on_monday("10:00", StopSlaRecording()))
    assert refused(on_monday("09:00", ChangeSlaPolicy()), state) == "time_goes_back"
    course(on_monday("10:00", ChangeSlaPolicy()), state=state)


def test_a_clock_that_another_policy_adds_begins_as_one_of_a_new_order_would() -> None:
    """It stands in a stage that stops clocks; a response was given already."""
    both = policy(policy="SILVER", clocks=HOURS)
    one = policy(clocks={"resolution": HOURS["resolution"]})
    begun, _ = course(at(f"{MONDAY} 08:00", CREATED, policy=one))
    held, _ = course(on_monday("09:00", PARTS), state=begun)
    state, _ = course(at(f"{MONDAY} 10:00", ChangeSlaPolicy(retroactive=False), policy=both), state=held)
    assert does(state, "response") == ("paused", "paused")
    arrived, _ = course(on_monday("09:30", ARRIVAL), state=begun)
    state, facts = course(at(f"{MONDAY} 10:00", ChangeSlaPolicy(), policy=both), state=arrived)
    assert does(state, "response") == ("stopped", "stopped")
    assert [fact.clock for fact in named(facts, says.OrderSlaStopped)] == ["response"]
