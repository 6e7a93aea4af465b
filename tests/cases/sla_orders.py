"""A case as the course of an order: commands decided, facts folded, and the clocks that come of it."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from libs.events.agreement import ClockTargets, SlaPolicyDefined
from libs.events.durations import AtRiskPoint, Budget, WorkingDays
from libs.events.order_stages import Stage
from libs.kernel.decider import Rejected
from libs.kernel.worktime import CalendarVersion, WorkCalendar, window
from libs.rules.sla import Clock
from services.order.domain.service_order import service_order
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from services.order.domain.service_order.sla.commands import ChangeSlaPolicy, StartSlaRecording, StopSlaRecording
from services.order.domain.service_order.state import Existing
from services.order.domain.service_order.surroundings import Asked, Policy, Surroundings
from services.order.domain.service_order.visits import ReportArrival
from services.order.domain.stage_graph import StageGraph
from tests.domain.order.records import ANNA, add, create, hours
from tests.support.spec import read_back

Case = dict[str, Any]

CLOCKS = ("response", "resolution")
ENDLESS = timedelta(days=365)
"""The budget of a clock that the case gives none: it measures all the same."""
HOLD = StageGraph({"HOLD": Stage(stage="HOLD", description="Waiting", stops_clock=True)})
"""A first stage that stops the clocks: an order that is created paused."""

COMMANDS: Mapping[str, Any] = {
    "paused": StopSlaRecording(),
    "resumed": StartSlaRecording(),
    "responded": ReportArrival(ANNA.key, ANNA),
    "resolved": SignOff(),
    "reopened": WithdrawSignOff(),
}


def told(case: Case) -> dict[str, Clock]:
    """The clocks of an order to which the events of the case happened, up to its instant."""
    calendar = calendar_of(case["calendar"])
    calendars = {calendar.key: calendar}
    state: Any = service_order.initial
    for event in case["events"]:
        if instant(event) <= as_of(case):
            for asked in commands(case, event, calendars):
                with suppress(Rejected):  # what happens twice is refused the second time, and changes nothing
                    state = service_order.fold(read_back(service_order.decide(asked, state)), state)
    assert isinstance(state, Existing)
    return {name: clock.measured(calendars) for name, clock in state.sla.clocks.items()}


def commands(case: Case, event: Case, calendars: Mapping[str, WorkCalendar]) -> list[Asked]:
    """What is asked of the order when the event happens."""
    kind = event["type"]
    targets: Case = event.get("targets") or case.get("targets") or {}
    around = Surroundings(
        at=instant(event),
        stages=HOLD if kind == "created_paused" else StageGraph(),
        policy=Policy(policy_of(case, targets), "agreement"),
        calendars=calendars,
    )
    if kind.startswith("created"):
        return [Asked(create(), around), Asked(add(hours()), around)]
    if kind == "policy_changed":
        return [Asked(ChangeSlaPolicy(retroactive=event["start"] == "retroactive"), around)]
    return [Asked(COMMANDS[kind], around)]


def policy_of(case: Case, targets: Case) -> SlaPolicyDefined:
    """The targets of the case as a policy."""
    percent = targets.get("warn_pct")
    at_risk = () if percent is None else (AtRiskPoint(percent=Decimal(percent)),)
    clocks = {name: ClockTargets(targets={"normal": budget_of(name, targets)}, at_risk=at_risk) for name in CLOCKS}
    return SlaPolicyDefined(
        policy="CASE",
        version=1,
        name="The policy of the case",
        effective_on=date(2000, 1, 1),
        calendar=case["calendar"]["name"],
        clocks=clocks,
        end_of_day=targets.get("end_of_day", False),
        cut_off=case["calendar"].get("cutoff"),
    )


def budget_of(clock: str, targets: Case) -> Budget:
    """Open seconds, or working days."""
    if f"{clock}_days" in targets:
        return WorkingDays(working_days=targets[f"{clock}_days"])
    return timedelta(seconds=targets[clock]) if clock in targets else ENDLESS


def calendar_of(calendar: Case) -> WorkCalendar:
    """The working calendar of the case, with its versions."""
    holidays = {date.fromisoformat(day): () for day in calendar.get("holidays", ())}
    versions = [{"from": "1990-01-01", "weekly": calendar["weekly"]}, *calendar.get("versions", ())]
    return WorkCalendar(
        calendar["name"],
        tuple(
            CalendarVersion(
                number, date.fromisoformat(version["from"]), calendar["tz"], week_of(version["weekly"]), holidays
            )
            for number, version in enumerate(versions, 1)
        ),
    )


def week_of(weekly: Case) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The windows of seven days, Monday first; those that overlap count once."""
    return tuple(
        tuple(window(*pair) for pair in weekly.get(day, ()))
        for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    )


def instant(event: Case) -> datetime:
    """When the event happens."""
    return datetime.fromisoformat(event["at"])


def as_of(case: Case) -> datetime:
    """When the case is looked at: its instant, or its last event."""
    return datetime.fromisoformat(case["as_of"]) if "as_of" in case else max(map(instant, case["events"]))
