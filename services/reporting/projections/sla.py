"""SLA clocks, folded from what the order service tells of them: the last word counts, marks stand in order of time."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from libs.events import order_sla as told
from libs.events.durations import WorkingDays
from libs.kernel.view import Heard, Row, Rows, View
from services.reporting.projections.then import Change

Mark = Mapping[str, Any]
"""One entry of a clock's marks: kind, at, sequence; and, where there is one, cause, terms, retroactive."""

_KINDS: Mapping[type, str] = {
    told.OrderSlaStarted: "started",
    told.OrderSlaPaused: "paused",
    told.OrderSlaResumed: "resumed",
    told.OrderSlaStopped: "stopped",
    told.OrderSlaReopened: "reopened",
    told.OrderSlaCanceled: "canceled",
}
_NEXT = {
    ("attached", "started"): "running",
    ("running", "paused"): "paused",
    ("paused", "resumed"): "running",
    ("running", "stopped"): "stopped",
    ("paused", "stopped"): "stopped",
    ("stopped", "reopened"): "running",
    ("attached", "canceled"): "canceled",
    ("running", "canceled"): "canceled",
    ("paused", "canceled"): "canceled",
}
"""What a mark makes of a state; one that is not named here changes nothing."""
_OVER = ("stopped", "canceled")


def _attached(rows: Rows, fact: told.OrderSlaAttached, heard: Heard) -> Rows:
    return {(clock.clock,): _begun(fact, clock, heard) for clock in fact.clocks if (clock.clock,) not in rows}


def _begun(fact: told.SlaTerms, clock: told.SlaClock, heard: Heard) -> Row:
    attached = {"kind": "attached", **_when(heard.occurred_at, heard), "terms": _terms(fact, clock)}
    return {
        **_held_to(fact, clock),
        "marks": json.dumps([attached]),
        "attached_at": heard.occurred_at,
        **dict.fromkeys(("started_at", "stopped_at", "verdict_at", "at_risk_at", "measured_at", "due_at", "next_at")),
        "state": "attached",
        "verdict": "running",
        "elapsed_seconds": 0,
    }


def _retargeted(rows: Rows, fact: told.OrderSlaPolicyChanged, heard: Heard) -> Rows:
    """A clock that is over keeps its terms. Source: sla 6 and 8."""
    row = rows.get((fact.clock,))
    if row is None or row["state"] in _OVER:
        return {}
    clock = next(each for each in fact.clocks if each.clock == fact.clock)
    mark = {"kind": "retargeted", **_when(fact.at, heard), "terms": _terms(fact, clock)}
    marks = _with(row, {**mark, "cause": "policy", "retroactive": fact.retroactive})
    return {(fact.clock,): _measured({**row, **_held_to(fact, clock), **marks}, fact)}


def _remeasured(rows: Rows, fact: told.OrderSlaCalendarChanged, heard: Heard) -> Rows:
    """From now on the clock is measured with these versions of the calendar. Source: sla 9."""
    row = rows.get((fact.clock,))
    if row is None:
        return {}
    versions = {"calendar": fact.calendar, "versions": list(fact.calendar_versions)}
    marks = _with(row, {"kind": "calendar", **_when(fact.at, heard), **versions})
    return {(fact.clock,): _measured({**row, **marks}, fact)}


def _marked(rows: Rows, fact: told.SlaMark, heard: Heard) -> Rows:
    row = rows.get((fact.clock,))
    if row is None:
        return {}
    mark = {"kind": _KINDS[type(fact)], **_when(fact.at, heard), "cause": _cause(fact)}
    marked = {**row, **_with(row, mark)}
    return {(fact.clock,): _measured({**marked, **_judged(marked, fact)}, fact)}


def _judged(row: Row, fact: told.SlaMark) -> Row:
    """What a mark by itself says of the verdict: going on is no longer met, and what was missed stays so (sla 13)."""
    match fact, row["verdict"]:
        case told.OrderSlaReopened(), "met":
            return {"verdict": "running", "verdict_at": None}
        case told.OrderSlaCanceled(), "running":
            return {"verdict": "canceled", "verdict_at": fact.at}
        case told.OrderSlaStopped(), _ if row["at_risk_at"] and fact.at < row["at_risk_at"]:
            return {"at_risk_at": None}
        case _:
            return {}


def _at_risk(rows: Rows, fact: told.OrderSlaAtRisk, _: Heard) -> Rows:
    """At risk since the first of its points."""
    row = rows.get((fact.clock,))
    if row is None:
        return {}
    since = min(fact.at, row["at_risk_at"] or fact.at)
    return {(fact.clock,): _measured({**row, "at_risk_at": since}, fact)}


def _word(rows: Rows, fact: told.SlaMark, verdict: told.SlaVerdict) -> Rows:
    row = rows.get((fact.clock,))
    if row is None:
        return {}
    word = {"verdict": verdict, "verdict_at": None if verdict == "running" else fact.at}
    return {(fact.clock,): _measured({**row, **word}, fact)}


def _missed(rows: Rows, fact: told.OrderSlaMissed, _: Heard) -> Rows:
    return _word(rows, fact, "missed")


def _met(rows: Rows, fact: told.OrderSlaMet, _: Heard) -> Rows:
    return _word(rows, fact, "met")


def _corrected(rows: Rows, fact: told.OrderSlaCorrected, _: Heard) -> Rows:
    """The last word. Source: contracts 7."""
    return _word(rows, fact, fact.now)


sla_clock = View(
    "sla_clock",
    "order",
    {
        told.OrderSlaAttached: _attached,
        told.OrderSlaPolicyChanged: _retargeted,
        told.OrderSlaCalendarChanged: _remeasured,
        **dict.fromkeys(_KINDS, _marked),
        told.OrderSlaAtRisk: _at_risk,
        told.OrderSlaMissed: _missed,
        told.OrderSlaMet: _met,
        told.OrderSlaCorrected: _corrected,
    },
)


def effects(rows: Rows, fact: Any, heard: Heard) -> Sequence[tuple[datetime, Change]]:
    """From when on a fact counts as it is known now: from the instant that it names. A verdict that is corrected has
    never been so, and is taken back from when it was thought to be."""
    at = heard.occurred_at if isinstance(fact, told.OrderSlaAttached) else fact.at
    told_now: tuple[datetime, Change] = (at, lambda state: sla_clock.fold(state, fact, heard))
    if not isinstance(fact, told.OrderSlaCorrected):
        return [told_now]
    clocks = [row for key, row in sorted(rows.items(), key=lambda each: each[0][-1]) if key[0] == fact.clock]
    before = clocks[-1]["verdict_at"] if clocks else None
    return [(before, lambda state: _unsaid(state, fact.clock)), told_now] if before else [told_now]


def _unsaid(rows: Rows, clock: str) -> Rows:
    key = (clock,)
    return {key: {**rows[key], "verdict": "running", "verdict_at": None}} if key in rows else {}


def _held_to(fact: told.SlaTerms, clock: told.SlaClock) -> Row:
    return {
        "policy": fact.policy,
        "policy_version": fact.policy_version,
        "level": fact.level,
        "priority": fact.priority,
        "calendar": fact.calendar,
        "time_zone": fact.time_zone,
        "budget_seconds": None if isinstance(clock.budget, WorkingDays) else int(clock.budget.total_seconds()),
        "budget_days": clock.budget.working_days if isinstance(clock.budget, WorkingDays) else None,
    }


def _terms(fact: told.SlaTerms, clock: told.SlaClock) -> Mapping[str, Any]:
    """The terms as measuring.py reads them."""
    named = {"calendar", "calendar_versions", "calendar_applies_to", "time_zone", "end_of_day", "cut_off"}
    return fact.model_dump(mode="json", include=named) | clock.model_dump(mode="json", include={"budget", "at_risk"})


def _when(at: datetime, heard: Heard) -> Mapping[str, Any]:
    return {"at": at.astimezone(UTC).isoformat(), "sequence": heard.sequence}


def _cause(fact: told.SlaMark) -> str | None:
    """Why, as the ledger shows it: the reason given, else the stage, else what brought it about."""
    said = (getattr(fact, name, None) for name in ("reason", "stage", "cause"))
    return next((each for each in said if each), None)


def _with(row: Row, mark: Mark) -> Row:
    """The row's marks with one more, and what they come to in the order of their instants. Source: contracts 7."""
    marks = sorted([*json.loads(row["marks"]), mark], key=lambda each: (each["at"], each["sequence"]))
    return {"marks": json.dumps(marks), **_come_to(marks)}


def _come_to(marks: Sequence[Mark]) -> Row:
    state, started, stopped = "attached", None, None
    for mark in marks:
        before, state = state, _NEXT.get((state, mark["kind"]), state)
        if state != before:
            at = datetime.fromisoformat(mark["at"])
            started, stopped = started or at, at if state in _OVER else None
    return {"state": state, "started_at": started, "stopped_at": stopped}


def _measured(row: Row, fact: told.SlaMark) -> Row:
    """What was told last counts, and of a clock that is over what was told of its end."""
    over, before = row["stopped_at"], row["measured_at"]
    if fact.at != over if over else before and fact.at < before:
        return row
    return {
        **row,
        "elapsed_seconds": fact.elapsed_seconds,
        "measured_at": fact.at,
        "due_at": fact.due_at,
        "next_at": fact.next_at,
        "time_zone": fact.time_zone,
    }
