"""The surroundings in which SLA clocks of orders are specified: Mon to Fri 08-17 in Brussels, a response of 4 h, a
resolution of 8 h."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from libs.events.agreement import ClockTargets, SlaPolicyDefined
from libs.events.durations import AtRiskPoint, Budget
from libs.events.order_stages import Stage
from libs.kernel.worktime import CalendarVersion, WorkCalendar, window
from services.order.domain.parameters import Parameters
from services.order.domain.service_order import service_order
from services.order.domain.service_order.sla.clocks import ClockState
from services.order.domain.service_order.state import Existing, State
from services.order.domain.service_order.surroundings import Asked, Policy, Surroundings
from services.order.domain.stage_graph import StageGraph
from tests.domain.order.records import create
from tests.support.spec import read_back

BRUSSELS = ZoneInfo("Europe/Brussels")
DAY = (window("08:00", "17:00"),)
WEEK = (DAY, DAY, DAY, DAY, DAY, (), ())

STAGES = StageGraph(
    {
        stage.stage: stage
        for stage in (
            Stage(stage="PLANNED", description="Planned"),
            Stage(stage="ON-SITE", description="On site", parent="PLANNED", responds=True),
            Stage(stage="WAITING", description="Waiting for parts", parent="ON-SITE", stops_clock=True),
            Stage(stage="HOLD", description="On hold", parent="PLANNED", stops_clock=True, requires_reason=True),
            Stage(
                stage="DONE",
                description="Done",
                parent="ON-SITE",
                allows_modify=False,
                allows_cancel=False,
                allows_post=True,
            ),
        )
    }
)
REASONS = frozenset({"PARTS", "LATE", "WAIVED"})


def version(number: int = 1, valid_from: date = date(2012, 1, 1), **values: Any) -> CalendarVersion:
    given: dict[str, Any] = {"weekly": WEEK, "exceptions": {}, "time_zone": "Europe/Brussels", **values}
    return CalendarVersion(number=number, valid_from=valid_from, **given)


WORKDAYS = WorkCalendar("WORKDAYS", (version(),))


def targets(normal: Budget, high: Budget | None = None, *at_risk: AtRiskPoint) -> ClockTargets:
    by_priority: Mapping[Any, Budget] = {"normal": normal} | ({"high": high} if high else {})
    return ClockTargets(targets=by_priority, at_risk=at_risk)


HOURS = {
    "response": targets(timedelta(hours=4), timedelta(hours=2)),
    "resolution": targets(timedelta(hours=8), timedelta(hours=4)),
}


def policy(**values: Any) -> Policy:
    """A policy of the agreement; `values` say otherwise."""
    given: dict[str, Any] = {
        "policy": "GOLD",
        "version": 1,
        "name": "Gold",
        "effective_on": date(2012, 1, 1),
        "calendar": "WORKDAYS",
        "clocks": HOURS,
    }
    return Policy(SlaPolicyDefined(**{**given, **values}), "agreement")


GOLD = policy()


def local(text: str) -> datetime:
    """A time in Brussels: "2026-05-04 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


AROUND = Surroundings(
    stages=STAGES, reasons=REASONS, policy=GOLD, calendars={"WORKDAYS": WORKDAYS}, parameters=Parameters()
)


def at(when: str, command: Any, **around: Any) -> Asked:
    """The command, asked when it was so late in Brussels."""
    return Asked(command, replace(AROUND, at=local(when), **around))


def course(*asked: Asked, state: State | None = None) -> tuple[State, list[Any]]:
    """The order after the commands, and every fact told."""
    present: State = service_order.initial if state is None else state
    told: list[Any] = []
    for each in asked:
        facts = read_back(service_order.decide(each, present))
        present = service_order.fold(facts, present)
        told += facts
    return present, told


def clock(state: State, name: str = "resolution") -> ClockState:
    """The clock as facts made it."""
    assert isinstance(state, Existing)
    return state.sla.clocks[name]


def elapsed(state: State, when: str, name: str = "resolution") -> timedelta:
    """What the clock has measured by then."""
    return timedelta(seconds=clock(state, name).measured(AROUND.calendars).elapsed(local(when)))


def named(facts: Sequence[Any], *kinds: type) -> list[Any]:
    """The facts of these kinds."""
    return [fact for fact in facts if isinstance(fact, kinds)]


CREATED = create()
