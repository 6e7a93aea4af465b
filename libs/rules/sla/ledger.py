"""The ledger of a clock: what every second since its start was, so that its elapsed time explains itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

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
