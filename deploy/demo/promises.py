"""What became of the promises: every SLA clock, how many were kept, and the ledger of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.company import Person
from deploy.demo.table import Cells, table

WEEKEND = "SO-000010"
"""The order that waits over a weekend."""

_CLOCK = ("order", "clock", "due", "elapsed", "budget", "%", "verdict", "since")
_PERIOD = ("month", "met", "missed", "running", "canceled", "compliance %")
_SEGMENT = ("from", "to", "was", "reason", "counts")


def promises(manager: Person) -> Sequence[str]:
    """The SLA report by clock and by month, and the ledger of one clock."""
    clocks = manager.asks("reporting", "/v1/reports/sla-orders", limit=1000)["items"]
    months = manager.asks("reporting", "/v1/reports/sla-periods", by="month", limit=1000)["items"]
    title = f"Ledger of the resolution of {WEEKEND}"
    return (
        table("Service levels, local time", _CLOCK, [_clock(clock) for clock in clocks]),
        table("Service levels by month", _PERIOD, [_month(month) for month in months]),
        table(title, _SEGMENT, _ledger(manager, clocks)),
    )


def _clock(clock: Mapping[str, Any]) -> Cells:
    zone = ZoneInfo(clock["time_zone"])
    times = [_local(clock["due_at"], zone), _hours(clock["elapsed_seconds"]), _hours(clock["budget_seconds"])]
    verdict = [str(clock["consumption_percent"]), clock["verdict"], _local(clock["verdict_at"], zone)]
    return [clock["number"], clock["clock"], *times, *verdict]


def _month(month: Mapping[str, Any]) -> Cells:
    counted = [str(month[name]) for name in ("met", "missed", "running", "canceled")]
    return [month["key"], *counted, month["compliance_percent"] or "-"]


def _ledger(manager: Person, clocks: Sequence[Mapping[str, Any]]) -> list[Cells]:
    order = next((clock["order"] for clock in clocks if clock["number"] == WEEKEND), None)
    if order is None:
        return []
    ledger = manager.asks("reporting", f"/v1/reports/sla-orders/{order}/ledger", clock="resolution")
    zone = ZoneInfo(ledger["time_zone"])
    segments: list[Cells] = [
        [
            _local(each["start"], zone),
            _local(each["end"], zone),
            each["kind"],
            each["reason"] or "",
            _hours(each["seconds"]),
        ]
        for each in ledger["segments"]
    ]
    return [*segments, ["", "", "", "elapsed", _hours(ledger["elapsed_seconds"])]]


def _local(at: str | None, zone: ZoneInfo) -> str:
    return "-" if at is None else f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M}"


def _hours(seconds: int) -> str:
    minutes = timedelta(seconds=seconds) // timedelta(minutes=1)
    return f"{minutes // 60}:{minutes % 60:02d}"
