"""Working calendars in JSON: weekly windows and exceptions of local time, in a zone of the IANA list."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal, cast
from zoneinfo import available_timezones

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from libs.events.types import FIRST_DAY, LAST_DAY, Day, refuse

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}", re.ASCII)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: Any) -> str:
    if not isinstance(value, str) or value not in _zones():
        raise refuse("unknown_time_zone", "a zone of the IANA list: Europe/Brussels")
    return value


def _local_time(value: Any) -> str:
    if not isinstance(value, str) or not _TIME.fullmatch(value) or value == "24:00":
        raise refuse("invalid_time", "a local time from 00:00 to 23:59")
    return value


def _window(value: Any) -> tuple[str, str]:
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(isinstance(each, str) for each in value):
        raise refuse("invalid_value", 'a window is ["08:00", "12:00"]')
    opens, closes = cast(tuple[str, str], tuple(value))
    if not (_TIME.fullmatch(opens) and _TIME.fullmatch(closes)) or opens == "24:00":
        raise refuse("invalid_time", "a local time from 00:00 to 24:00, in minutes")
    if closes <= opens:
        raise refuse("calendar_wraps", "a window closes after it opens: split it at midnight, at 24:00 and 00:00")
    return opens, closes


def _windows(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list | tuple) or len(value) > 24:
        raise refuse("invalid_value", "a list of at most 24 windows")
    found = tuple(sorted(map(_window, value)))
    for before, after in pairwise(found):
        if after[0] < before[1]:
            raise refuse("calendar_overlap", f"{'-'.join(before)} and {'-'.join(after)} overlap")
    return found


def _zoned(value: Any) -> str:
    if not isinstance(value, str) or not _ZONED.fullmatch(value):
        raise refuse("invalid_instant", "an instant to the second, with its offset")
    try:
        day = datetime.fromisoformat(value).date()
    except ValueError:
        raise refuse("invalid_instant", "no such instant") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise refuse("invalid_instant", f"an instant from {FIRST_DAY} to {LAST_DAY}")
    return value


def _listed(value: tuple[tuple[str, str], ...]) -> list[list[str]]:
    return [list(window) for window in value]


TimeZone = Annotated[str, PlainValidator(_zone), WithJsonSchema({"type": "string", "maxLength": 60})]
"""A zone of the IANA list."""
Windows = Annotated[
    tuple[tuple[str, str], ...],
    PlainValidator(_windows),
    PlainSerializer(_listed),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2},
        }
    ),
]
"""The open windows of a day, in order: [["08:00", "12:00"], ["13:00", "17:00"]]. Empty: closed. "24:00" ends a day."""
Weekly = Mapping[Weekday, Windows]
"""The windows of an ordinary week; a day that is not named is closed."""
Exceptions = Annotated[Mapping[Day, Windows], Field(max_length=2000)]
"""Days that differ from their week: holidays, extra days, part days. Source: sla, definitions."""
LocalTime = Annotated[
    str, PlainValidator(_local_time), WithJsonSchema({"type": "string", "pattern": "^\\d\\d:\\d\\d$"})
]
"""A time of a calendar's day, in minutes: "16:00"."""
ZonedInstant = Annotated[str, PlainValidator(_zoned), WithJsonSchema({"type": "string", "format": "date-time"})]
"""An instant to the second with the offset of its zone: a deadline as its calendar reads it. Source: sla 10."""
