"""The cases of the SLA clock: what other products answer, and what is right, recomputed by folding marks."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from libs.kernel.worktime import CalendarVersion, WorkCalendar, second_of_day, window
from libs.rules.sla import Budget, Clock, Mark, MarkKind, OpenTime, Percent, Terms, WorkingDays, clock_of

FILE = Path(__file__).with_name("sla-cases.json")
CLOCKS = ("response", "resolution")

Case = dict[str, Any]
Values = dict[str, Any]
Result = tuple[str, str, Values, Values]

# What an event of the order is to each of its clocks. Signing off also answers; an answer is given only once.
MARKS: dict[str, dict[str, tuple[MarkKind, ...]]] = {
    "created": dict.fromkeys(CLOCKS, ("started",)),
    "created_paused": dict.fromkeys(CLOCKS, ("started", "paused")),
    "paused": dict.fromkeys(CLOCKS, ("paused",)),
    "resumed": dict.fromkeys(CLOCKS, ("resumed",)),
    "responded": {"response": ("stopped",)},
    "resolved": dict.fromkeys(CLOCKS, ("stopped",)),
    "reopened": dict.fromkeys(CLOCKS, ("reopened",)),
    "policy_changed": dict.fromkeys(CLOCKS, ("retargeted",)),
}


def hold_of(clock: Clock, at: datetime) -> int:
    """Open seconds that the pauses took."""
    held = [segment for segment in clock.ledger(at) if segment.kind == "paused"]
    return sum(clock.terms.calendar.open_seconds(segment.start, segment.end) for segment in held)


ANSWERS: dict[str, Callable[[Clock, datetime], Any]] = {
    "due": Clock.due,
    "warn": lambda clock, at: clock.at_risk_instants(at)[0][1],
    "elapsed_s": Clock.elapsed,
    "breached": lambda clock, at: clock.verdict(at) == "missed",
    "margin_s": lambda clock, at: clock.budget_seconds - clock.elapsed(at),
    "pct": Clock.consumption,
    "hold_s": hold_of,
    "wall_s": lambda clock, at: (at - clock.ledger(at)[0].start) // timedelta(seconds=1),
}


def run(file: Path = FILE) -> Iterator[Result]:
    """Each case as (id, "pass" or "fail", wanted, got); values are keyed "<clock>.<field>"."""
    for case in json.loads(file.read_text())["cases"]:
        wanted, got = wanted_of(case), got_of(case)
        yield case["id"], "pass" if wanted == got else "fail", wanted, got


def wanted_of(case: Case) -> Values:
    """What the case asks for; where a recommended value stands beside the peer's, it is ours."""
    stated = [case["expected"], case.get("recommended", {})]
    return {
        f"{clock}.{field}": datetime.fromisoformat(value) if field in ("due", "warn") else value
        for values in stated
        for clock, fields in values.items()
        for field, value in fields.items()
    }


def got_of(case: Case) -> Values:
    """What our clocks say to each question of the case, at its instant or at its last event."""
    seen = [event for event in case["events"] if instant(event) <= as_of(case)]
    clocks = {
        clock: clock_of(terms_of(case, clock, case.get("targets", {})), marks_of(case, clock, seen)) for clock in CLOCKS
    }
    got: Values = {}
    for question in wanted_of(case):
        clock, field = question.split(".")
        got[question] = ANSWERS[field](clocks[clock], as_of(case))
    return got


def marks_of(case: Case, clock: str, events: Iterable[Case]) -> list[Mark]:
    """The marks that the events of an order leave on one of its clocks, in the order of the events."""
    marks: list[Mark] = []
    answered = False
    for event in events:
        answered = answered or event["type"] == "responded"
        if event["type"] == "reopened" and clock == "response" and answered:
            continue
        terms = terms_of(case, clock, event["targets"]) if event["type"] == "policy_changed" else None
        for kind in MARKS[event["type"]].get(clock, ()):
            retroactive = event.get("start", "retroactive") == "retroactive"
            marks.append(Mark(kind, instant(event), len(marks) + 1, event["type"], terms, retroactive))
    return marks


def terms_of(case: Case, clock: str, targets: Case) -> Terms:
    cut_off = case["calendar"].get("cutoff")
    return Terms(
        budget_of(clock, targets),
        at_risk=(Percent(Decimal(targets["warn_pct"])),) if "warn_pct" in targets else (),
        calendar=calendar_of(case["calendar"]),
        cut_off=second_of_day(cut_off) if cut_off else None,
    )


def budget_of(clock: str, targets: Case) -> Budget:
    """A clock without a target still measures: its budget does not matter."""
    if f"{clock}_days" in targets:
        return WorkingDays(targets[f"{clock}_days"], targets["end_of_day"])
    return OpenTime(targets.get(clock, 0))


def calendar_of(calendar: Case) -> WorkCalendar:
    holidays = {date.fromisoformat(day): () for day in calendar.get("holidays", ())}
    versions = [{"from": "1970-01-01", "weekly": calendar["weekly"]}, *calendar.get("versions", ())]
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
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return tuple(tuple(window(*pair) for pair in weekly.get(day, ())) for day in days)


def instant(event: Case) -> datetime:
    return datetime.fromisoformat(event["at"])


def as_of(case: Case) -> datetime:
    return datetime.fromisoformat(case["as_of"]) if "as_of" in case else max(map(instant, case["events"]))
