"""The ledger of a clock: what every second since its start was, so that its elapsed time explains itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from libs.rules.sla.course import Course, Stint

_SECOND = timedelta(seconds=1)

SegmentKind = Literal["open", "closed", "holiday", "paused", "gap"]


@dataclass(frozen=True)
class Segment:
    """The time from `start` up to `end` and what it was; `running_seconds` is its length when open, else 0.

    `cause` is the mark's: of the pause, of the stop before a reopening, of the change that started the clock again.
    Source: sla rule 17.
    """

    start: datetime
    end: datetime
    kind: SegmentKind
    cause: str | None
    running_seconds: int


def segments(course: Course, until: datetime) -> tuple[Segment, ...]:
    """The ledger of a course up to `until`, which no later mark comes before."""
    stints = course.stints
    if course.phase in ("running", "paused"):
        stints = (*stints, Stint(course.since, until, course.phase, course.cause))
    return tuple(segment for stint in stints if stint.start < stint.end for segment in _parts(course, stint))


def _parts(course: Course, stint: Stint) -> Iterator[Segment]:
    if stint.kind != "running":
        yield Segment(stint.start, stint.end, stint.kind, stint.cause, 0)
        return
    counted_from = min(max(course.counted_from or stint.end, stint.start), stint.end)
    for span in course.terms.calendar.spans(stint.start, counted_from):
        # Open already, but not for a request made after the cut-off.
        yield Segment(span.start, span.end, "closed" if span.kind == "open" else span.kind, None, 0)
    for span in course.calendar.spans(counted_from, stint.end):
        running = (span.end - span.start) // _SECOND if span.kind == "open" else 0
        yield Segment(span.start, span.end, span.kind, None, running)
