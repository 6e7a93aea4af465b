"""Copies of working calendars, every version, kept for ever."""

from sqlalchemy import BigInteger, Column, Index, Text

from libs.events.reference import CalendarRecorded
from libs.kernel.view import Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned
from services.order.projections.copies import TABLES

calendar = versioned(
    "calendar",
    TABLES,
    key=[Column("number", BigInteger)],
    values=[Column("key", Text, nullable=False), Column("content", Text, nullable=False)],
)
"""`number` is the version: the put's place in the calendar's stream. `content` is the fact's JSON."""
Index("calendar_by_key", calendar.c.key)


def _recorded(_: Rows, fact: CalendarRecorded, heard: Heard) -> Rows:
    return {(heard.sequence,): {"key": fact.calendar, "content": fact.to_bytes().decode()}}


calendars = Projection(View("calendar", "reference", {CalendarRecorded: _recorded}), calendar)
