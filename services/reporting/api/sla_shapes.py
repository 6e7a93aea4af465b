"""How rows of the reports about SLA clocks look from outside, as JSON and as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from libs.events.durations import OpenTime
from libs.rules.sla import compliance, shown
from services.reporting.projections.measuring import Figures, Ledger

Row = dict[str, Any]

_OPEN_TIME: TypeAdapter[timedelta] = TypeAdapter(OpenTime)

_CLOCK = (
    *("number", "service_date", "stage", "agreement", "agreement_number", "group", "group_name"),
    *("customer", "customer_name", "clock", "policy", "policy_name", "policy_version", "level", "priority"),
    *("state", "paused", "verdict", "verdict_at", "started_at", "stopped_at", "due_at", "due_if_resumed_at"),
    *("time_zone", "at_risk_since", "budget", "budget_seconds", "elapsed_seconds", "measured_at"),
    *("consumption_percent", "reasons"),
)

CLOCK_COLUMNS = ("order", *_CLOCK)
"""The columns of clocks as CSV. Source: RPT-04."""

PERIOD_COLUMNS = ("key", "name", "met", "missed", "running", "canceled", "compliance_percent")
"""The columns of periods as CSV."""

SEGMENT_COLUMNS = ("start", "end", "kind", "reason", "seconds")
"""The columns of a ledger as CSV."""


def clock(row: Row, figures: Figures) -> Row:
    """A clock as JSON: what was told of it, and what it shows at the instant asked about."""
    told = {name: row.get(name) for name in _CLOCK}
    named = {"order": row["order_id"], "group": row["agreement_group"], "at_risk_since": row["at_risk_at"]}
    shows = {each.name: getattr(figures, each.name) for each in fields(Figures)}
    also = {"paused": row["state"] == "paused", "budget": _budget(row), "reasons": row["reasons"] or []}
    shape = {**told, **named, **shows, **also}
    return {name: shape[name] for name in CLOCK_COLUMNS}


def _budget(row: Row) -> Any:
    """In its own unit. Source: contracts 3."""
    if row["budget_days"] is not None:
        return {"working_days": row["budget_days"]}
    return _OPEN_TIME.dump_python(timedelta(seconds=row["budget_seconds"]), mode="json")


def clock_cells(shape: Row) -> Sequence[Any]:
    """A clock as CSV."""
    budget = shape["budget"]
    days = f"{budget['working_days']} working days" if isinstance(budget, Mapping) else budget
    told = {**shape, "budget": days, "reasons": ", ".join(shape["reasons"])}
    return [told[name] for name in CLOCK_COLUMNS]


def counts(row: Row) -> Row:
    """Verdicts counted, and how many of those decided were met. Source: sla 14."""
    percent = compliance(row["met"], row["missed"])
    numbers = {name: row[name] for name in ("met", "missed", "running", "canceled")}
    return {**numbers, "compliance_percent": None if percent is None else shown(percent)}


def period(row: Row) -> Row:
    """A group of clocks as JSON; its key is null where clocks have none."""
    return {"key": row["key"] or None, "name": row["name"], **counts(row)}


def period_cells(row: Row) -> Sequence[Any]:
    """A group of clocks as CSV."""
    told = period(row)
    return [told[name] for name in PERIOD_COLUMNS]


def segments(found: Ledger) -> list[Row]:
    """The segments of a ledger, their ends local with offset."""
    local = found.calendar.local
    return [
        {
            "start": local(each.start).isoformat(),
            "end": local(each.end).isoformat(),
            "kind": each.kind,
            "reason": each.cause,
            "seconds": each.running_seconds,
        }
        for each in found.segments
    ]
