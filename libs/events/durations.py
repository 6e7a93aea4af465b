"""Spans of working time in JSON: "PT4H" is open time, {"working_days": 2} are working days; a bare number is neither."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from libs.events.types import Count, Number, refuse

LONGEST = timedelta(minutes=525_600)
"""A target is at most a year of open time. Source: data PER-011."""
MOST_DAYS = 366

_DURATION = re.compile(r"PT(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?", re.ASCII)


def _open_time(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise refuse("invalid_duration", 'open time is written "PT4H", "PT30M" or "PT1H30M"')
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _written(value: timedelta) -> str:
    """Hours, minutes and seconds, of which those that are zero are left out."""
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count)
    return f"PT{parts or '0S'}"


OpenTime = Annotated[
    timedelta,
    PlainValidator(_open_time),
    PlainSerializer(_written),
    WithJsonSchema({"type": "string", "pattern": "^PT(\\d+H)?(\\d+M)?(\\d+S)?$"}),
]
"""Hours, minutes and seconds of time in which the calendar is open: "PT1H30M"."""


class WorkingDays(BaseModel):
    """A number of working days: another unit than open time, and never 24 hours by itself. Source: sla 11."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    working_days: Count


Budget = OpenTime | WorkingDays
"""What a clock may take. Source: contracts 3."""


class AtRiskPoint(BaseModel):
    """When a clock counts as at risk: at a percentage of its budget, or some open time before it is due.

    `percent` is above 0 and below 100. Exactly one of both is given.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    percent: Number | None = None
    before: OpenTime | None = None

    @model_validator(mode="after")
    def _one(self) -> "AtRiskPoint":
        if (self.percent is None) == (self.before is None):
            raise refuse("invalid_value", "an at-risk point has either a percent or a before")
        if self.percent is not None and not Decimal(0) < self.percent < Decimal(100):
            raise refuse("percent_range", "above 0 and below 100 percent")
        if self.before is not None and self.before <= timedelta(0):
            raise refuse("sla_target_range", "at least a second before")
        return self
