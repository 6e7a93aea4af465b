"""What the order service tells of the SLA clocks of one order: every mark, and every verdict as it becomes known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from libs.events import order_sla as says
from libs.events.calendars import WEEKDAYS, Weekday, Windows
from libs.events.durations import AtRiskPoint, Budget
from libs.events.fact import Fact
from libs.events.order_sla import SlaClock
from libs.events.reference import CalendarRecorded
from libs.kernel.worktime import CalendarVersion, WorkCalendar, windows
from libs.rules.sla import Clock, Mark, MarkKind, OpenTime, Percent, Terms, clock_of

ZONE = "Europe/Brussels"
OFFICE_HOURS = (("08:00", "12:00"), ("13:00", "17:00"))
WEEK: Mapping[Weekday, Windows] = dict.fromkeys(WEEKDAYS[:5], OFFICE_HOURS)
OFFICE = CalendarRecorded(calendar="OFFICE", time_zone=ZONE, weekly=WEEK, valid_from=date(2026, 1, 1))
CALENDAR = WorkCalendar(
    "OFFICE",
    (CalendarVersion(1, date(2026, 1, 1), ZONE, (*[windows(OFFICE_HOURS)] * 5, (), ())),),
)
FOUR_HOURS = timedelta(hours=4)
A_SECOND = timedelta(seconds=1)

_FACTS: dict[MarkKind, type[says.SlaMark]] = {
    "started": says.OrderSlaStarted,
    "paused": says.OrderSlaPaused,
    "resumed": says.OrderSlaResumed,
    "stopped": says.OrderSlaStopped,
    "reopened": says.OrderSlaReopened,
    "canceled": says.OrderSlaCanceled,
}
_CAUSES = {"paused": "hand", "resumed": "hand", "stopped": "sign_off", "canceled": "hand"}


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant by the clocks of Brussels; day 1 is the first of March 2026, a Sunday, and day 32 the first of April."""
    local = datetime(2026, 3, 1, hour, minute, tzinfo=ZoneInfo(ZONE)) + timedelta(days=day - 1)
    return local.astimezone(UTC)


def attached(*clocks: SlaClock, **other: Any) -> says.OrderSlaAttached:
    """A policy on the order; without clocks, resolution within four hours."""
    about: dict[str, Any] = {
        "policy": "GOLD",
        "policy_version": 1,
        "level": "agreement",
        "priority": "normal",
        "calendar": "OFFICE",
        "calendar_versions": (1,),
        "time_zone": ZONE,
        "clocks": clocks or (clock(),),
    }
    return says.OrderSlaAttached(**about | other)


def clock(name: str = "resolution", budget: Budget = FOUR_HOURS) -> SlaClock:
    return SlaClock(clock=name, budget=budget, at_risk=(AtRiskPoint(percent=Decimal(50)),))


@dataclass
class Teller:
    """Tells of one clock of open time as the order service does. It must be asked in the order of telling."""

    name: str = "resolution"
    budget: timedelta = FOUR_HOURS
    marks: list[Mark] = field(default_factory=list)
    verdict: says.SlaVerdict = "running"
    verdict_at: datetime | None = None
    at_risk: bool = False

    @property
    def clock(self) -> Clock:
        """The clock as it is known by now."""
        point = (Percent(Decimal(50)),)
        return clock_of(Terms(OpenTime(int(self.budget.total_seconds())), point, CALENDAR), self.marks)

    def tells(self, kind: MarkKind, at: datetime, *, now: datetime | None = None, **other: Any) -> list[Fact]:
        """A mark, told at `now` (when it happens, unless it is late), after whatever the timers told before it."""
        before = self.passes(now or at)
        self.marks.append(Mark(kind, at, len(self.marks) + 1))
        caused: dict[str, Any] = {"cause": _CAUSES[kind]} if kind in _CAUSES else {}
        told = _FACTS[kind](**self._shows(at), **caused, **other)
        return [*before, told, *self._judges(kind, now or at)]

    def passes(self, now: datetime) -> list[Fact]:
        """What timers tell up to `now`."""
        if not self.marks or self.verdict != "running":
            return []
        told = list[Fact]()
        for _, since in self.clock.at_risk_instants(now):
            if since <= now and not self.at_risk:
                self.at_risk = True
                told.append(says.OrderSlaAtRisk(**self._shows(since), point=AtRiskPoint(percent=Decimal(50))))
        missed = self.clock.missed_at(now)
        if missed is not None:
            self.verdict, self.verdict_at = "missed", missed
            told.append(says.OrderSlaMissed(**self._shows(missed)))
        return told

    def _judges(self, kind: MarkKind, now: datetime) -> list[Fact]:
        was, verdict = (self.verdict, self.verdict_at), self.clock.verdict(now)
        if kind == "reopened" and was[0] == "met":
            was = "running", None
        became = self._became(verdict, now)
        self.verdict, self.verdict_at = verdict, became
        if (verdict, became) == was or (verdict == "canceled" and was[0] == "running"):
            return []
        if was[0] == "running" and verdict == "met":
            return [says.OrderSlaMet(**self._shows(became or now))]
        if was[0] == "running":
            return [says.OrderSlaMissed(**self._shows(became or now))]
        shows = self._shows(became or now)
        return [says.OrderSlaCorrected(**shows, was=was[0], now=verdict, cause="reported late")]

    def _became(self, verdict: says.SlaVerdict, now: datetime) -> datetime | None:
        if verdict == "missed":
            return self.clock.missed_at(now)
        ends = ("stopped",) if verdict == "met" else ("canceled",)
        last = [mark.at for mark in sorted(self.marks, key=lambda each: each.at) if mark.kind in ends]
        return last[-1] if verdict != "running" and last else None

    def _shows(self, at: datetime) -> dict[str, Any]:
        due = self.clock.due(at)
        return {
            "clock": self.name,
            "at": at,
            "elapsed_seconds": self.clock.elapsed(at),
            "due_at": CALENDAR.local(due).isoformat() if due else None,
            "time_zone": ZONE,
            "next_at": self.clock.next_instant(at),
        }


def story(*marks: tuple[MarkKind, datetime], until: datetime | None = None) -> Sequence[Fact]:
    """A clock attached and everything told of it, each mark when it happened."""
    teller = Teller()
    told = [fact for kind, instant in marks for fact in teller.tells(kind, instant)]
    return [attached(), *told, *(teller.passes(until) if until else [])]
