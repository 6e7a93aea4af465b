"""The cases of the SLA clock: what other products answer, and what is right, recomputed by the clocks of orders."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from libs.rules.sla import Clock
from tests.cases.sla_orders import Case, as_of, told

FILE = Path(__file__).with_name("sla-cases.json")

Values = dict[str, Any]
Result = tuple[str, str, Values, Values]


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
    """Each case as (id, "ok" or "failed", wanted, got); values are keyed "<clock>.<field>"."""
    for case in json.loads(file.read_text())["cases"]:
        wanted, got = wanted_of(case), got_of(case)
        yield case["id"], "ok" if wanted == got else "failed", wanted, got


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
    """What the clocks of the order say to each question of the case, at its instant or at its last event."""
    clocks = told(case)
    got: Values = {}
    for question in wanted_of(case):
        clock, field = question.split(".")
        got[question] = ANSWERS[field](clocks[clock], as_of(case))
    return got
