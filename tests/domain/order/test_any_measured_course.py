"""Orders that are measured on any course at all, with timers at any moment or never: what holds of their clocks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from libs.events import order_sla as says
from libs.kernel.decider import Rejected
from libs.rules.sla import Clock
from services.order.domain.service_order import service_order
from services.order.domain.service_order.cancellation import CancelLine, CancelOrder
from services.order.domain.service_order.creation import ReviseOrder
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from services.order.domain.service_order.sla.clocks import ClockState
from services.order.domain.service_order.sla.commands import (
    CancelSla,
    ChangeSlaPolicy,
    MeasureAnew,
    NoticeSla,
    StartSlaRecording,
    StopSlaRecording,
)
from services.order.domain.service_order.stage import MoveToNextStage, MoveToPreviousStage
from services.order.domain.service_order.state import Existing, State
from services.order.domain.service_order.surroundings import Asked
from services.order.domain.service_order.visits import ReportArrival, ReportTravel, ReportWork
from tests.domain.order.measured import AROUND, GOLD, WORKDAYS, local, policy, targets, version
from tests.domain.order.records import ANNA, BERT, add, create, hours
from tests.domain.order.stories import RISKY
from tests.support.spec import read_back

MONDAY = local("2026-05-04 08:00")
SILVER = policy(
    policy="SILVER",
    clocks={**RISKY.version.clocks, "repair": targets(timedelta(hours=3))},
    never_pauses=("repair",),
)
SHUT = replace(WORKDAYS, versions=(*WORKDAYS.versions, version(2, MONDAY.date() + timedelta(days=1), weekly=((),) * 7)))
SOME_CLOCK = st.sampled_from([None, None, "response", "resolution"])
LATE = st.sampled_from([0, 0, 0, 1, 17, 90, 300])
"""How many minutes ago it happened: mostly just now."""
WORKERS = st.sampled_from([ANNA, BERT])
VERDICTS = (says.OrderSlaMet, says.OrderSlaMissed, says.OrderSlaCorrected)


class AnyMeasuredCourse(RuleBasedStateMachine):
    """One order, played twice: `seen` with timers at arbitrary moments, `unseen` without any."""

    def __init__(self) -> None:
        super().__init__()
        self.now = MONDAY
        self.calendars = AROUND.calendars
        self.policy = GOLD
        self.history: list[Any] = []
        self.seen: State = service_order.initial
        self.unseen: State = service_order.initial

    @initialize(measured=st.sampled_from([GOLD, RISKY, SILVER]))
    def create(self, measured: Any) -> None:
        self.policy = measured
        self.ask(create())
        self.ask(add(hours()))

    def asked(self, command: Any, at: datetime) -> Asked:
        return Asked(command, replace(AROUND, at=at, policy=self.policy, calendars=self.calendars))

    def ask(self, command: Any, late: int = 0) -> bool:
        """Both orders take it, or both refuse."""
        at = max(self.now - timedelta(minutes=late), MONDAY)
        seen, unseen = self.decided(command, at, self.seen), self.decided(command, at, self.unseen)
        assert (seen is None) == (unseen is None)
        if seen is None or unseen is None:
            return False
        self.tells(seen)
        self.unseen = service_order.fold(unseen, self.unseen)
        return True

    def decided(self, command: Any, at: datetime, state: State) -> list[Any] | None:
        try:
            return read_back(service_order.decide(self.asked(command, at), state))
        except Rejected:
            return None

    def tells(self, facts: list[Any]) -> None:
        before = self.clocks
        self.history += facts
        self.seen = service_order.fold(facts, self.seen)
        told = {fact.clock for fact in facts if isinstance(fact, says.SlaMark)}
        for name, clock in before.items():
            assert name in told or self.clocks[name] == clock

    @property
    def clocks(self) -> dict[str, ClockState]:
        return dict(self.seen.sla.clocks) if isinstance(self.seen, Existing) else {}

    def measured(self, clock: ClockState) -> Clock:
        return clock.measured(self.calendars)

    def fire(self, at: datetime, state: State) -> list[Any]:
        return read_back(service_order.decide(self.asked(NoticeSla(), at), state))

    @rule(minutes=st.sampled_from([0, 1, 20, 60, 125, 240, 600, 2000]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def a_timer_fires(self) -> None:
        self.tells(self.fire(self.now, self.seen))

    @rule()
    def a_timer_fires_for_the_instant_that_it_was_set_to(self) -> None:
        wanted = [fact.next_at for fact in self.last_marks().values() if fact.next_at is not None]
        if wanted and min(wanted) <= self.now:
            told = self.fire(min(wanted), self.seen)
            assert told
            self.tells(told)

    @rule(stage=st.sampled_from([None, "ON-SITE", "HOLD", "WAITING", "DONE"]), late=LATE)
    def move_on(self, stage: str | None, late: int) -> None:
        self.ask(MoveToNextStage(stage=stage, reason="PARTS"), late)

    @rule(late=LATE)
    def move_back(self, late: int) -> None:
        self.ask(MoveToPreviousStage(), late)

    @rule(worker=WORKERS, late=LATE)
    def travel(self, worker: Any, late: int) -> None:
        self.ask(ReportTravel(worker.key, worker), late)

    @rule(worker=WORKERS, late=LATE)
    def arrive(self, worker: Any, late: int) -> None:
        self.ask(ReportArrival(worker.key, worker), late)

    @rule(worker=WORKERS, step=st.sampled_from(["started", "interrupted", "continued", "ended"]), late=LATE)
    def work(self, worker: Any, step: Any, late: int) -> None:
        self.ask(ReportWork(worker.key, worker, step), late)

    @rule(clock=SOME_CLOCK, late=LATE)
    def stop(self, clock: str | None, late: int) -> None:
        self.ask(StopSlaRecording(clock), late)

    @rule(clock=SOME_CLOCK, late=LATE)
    def start(self, clock: str | None, late: int) -> None:
        self.ask(StartSlaRecording(clock), late)

    @rule(late=LATE)
    def sign_off(self, late: int) -> None:
        self.ask(SignOff(), late)

    @rule(late=LATE)
    def withdraw(self, late: int) -> None:
        self.ask(WithdrawSignOff(), late)

    @rule(late=LATE)
    def one_line_more_or_less(self, late: int) -> None:
        if not self.ask(add(hours("1")), late):
            self.ask(CancelLine(2), late)

    @rule(priority=st.sampled_from([None, "normal", "high"]), late=LATE)
    def another_priority(self, priority: Any, late: int) -> None:
        self.ask(ReviseOrder(priority=priority), late)

    @rule(other=st.sampled_from([GOLD, RISKY, SILVER]), retroactive=st.booleans(), late=LATE)
    def another_policy(self, other: Any, retroactive: bool, late: int) -> None:
        before, self.policy = self.policy, other
        if not self.ask(ChangeSlaPolicy(retroactive), late):
            self.policy = before

    @rule(sure=st.integers(0, 9))
    def a_calendar_shuts(self, sure: int) -> None:
        if sure == 0:
            self.calendars = {"WORKDAYS": SHUT}
            self.ask(MeasureAnew())

    @rule(sure=st.integers(0, 19), late=LATE)
    def cancel(self, sure: int, late: int) -> None:
        if sure < 2:
            self.ask(CancelSla() if sure else CancelOrder(), late)

    def marks(self, name: str) -> list[Any]:
        return [fact for fact in self.history if isinstance(fact, says.SlaMark) and fact.clock == name]

    def last_marks(self) -> dict[str, Any]:
        return {fact.clock: fact for fact in self.history if isinstance(fact, says.SlaMark)}

    @invariant()
    def a_clock_is_told_to_do_what_it_does(self) -> None:
        for clock in self.clocks.values():
            assert clock.phase == self.measured(clock).phase

    @invariant()
    def once_everything_due_is_noticed_the_verdict_told_is_the_one_measured(self) -> None:
        """sla 13; a recorded miss survives whatever cancels the clock (contracts 7)."""
        state = service_order.fold(self.fire(self.now, self.seen), self.seen)
        if not isinstance(state, Existing):
            return
        assert self.fire(self.now, state) == []
        for clock in state.sla.clocks.values():
            if clock.phase != "canceled":
                assert clock.verdict == self.measured(clock).verdict(max(self.now, clock.latest_at))

    @invariant()
    def it_does_not_matter_when_timers_ran(self) -> None:
        ends = []
        for state in (self.seen, self.unseen):
            settled = service_order.fold(self.fire(self.now, state), state)
            clocks = settled.sla.clocks.values() if isinstance(settled, Existing) else ()
            at = max([self.now, *(clock.latest_at for clock in clocks)])
            ends.append(
                [
                    (clock.name, clock.phase, self.measured(clock).elapsed(at), self.measured(clock).due(at))
                    + ((clock.verdict,) if clock.phase != "canceled" else ())
                    for clock in clocks
                ]
            )
        assert ends[0] == ends[1]

    @invariant()
    def elapsed_is_never_negative_nor_falls_while_time_passes(self) -> None:
        for clock in self.clocks.values():
            measured = self.measured(clock)
            instants = [max(self.now, clock.latest_at) + timedelta(minutes=minutes) for minutes in (0, 1, 60, 3000)]
            spent = [measured.elapsed(at) for at in instants]
            assert spent[0] >= 0
            assert spent == sorted(spent)
            if not clock.open:
                assert len(set(spent)) == 1

    @invariant()
    def what_was_told_last_of_a_clock_is_what_is_measured(self) -> None:
        for name, fact in self.last_marks().items():
            clock = self.clocks[name]
            latest = max(fact.at, clock.latest_at)
            due = self.measured(clock).due(latest) if clock.phase == "running" else None
            assert (None if fact.due_at is None else datetime.fromisoformat(fact.due_at).astimezone(UTC)) == due
            assert fact.elapsed_seconds == self.measured(clock).elapsed(fact.at)

    @invariant()
    def no_verdict_is_told_twice_in_a_row(self) -> None:
        """Reopening takes back that a clock was met, and never a miss. Source: sla 7."""
        for name in self.clocks:
            words: list[str] = []
            for fact in self.marks(name):
                if isinstance(fact, says.OrderSlaReopened):
                    words += ["reopened"] if words[-1:] == ["met"] else []
                elif isinstance(fact, VERDICTS):
                    words.append(getattr(fact, "now", type(fact).__name__.removeprefix("OrderSla").lower()))
            assert all(one != other for one, other in pairwise(words)), words

    @invariant()
    def a_timer_wakes_only_for_what_was_not_told(self) -> None:
        for name, fact in self.last_marks().items():
            if fact.next_at is not None:
                told = self.fire(max(fact.next_at, self.now), self.seen)
                assert name in {each.clock for each in told if isinstance(each, says.SlaMark)}


TestAnyMeasuredCourse = AnyMeasuredCourse.TestCase
TestAnyMeasuredCourse.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
