"""Marks on a clock: what happened to it and when, the only thing a clock is made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from libs.rules.sla.terms import Terms

MarkKind = Literal["started", "paused", "resumed", "stopped", "reopened", "canceled", "retargeted"]
Phase = Literal["running", "paused", "stopped", "canceled"]


@dataclass(frozen=True)
class Mark:
    """One thing that happened to a clock at `at`, an aware instant; seconds are cut to whole ones.

    `sequence` is the fact's version in its stream: it orders marks of one instant, and a sequence heard twice counts
    once. `cause` is shown in the ledger (the reason of a pause). `retargeted` carries the new `terms`; `retroactive`
    measures them as if they had applied from the beginning, else the clock starts again at `at` (rule 8).
    """

    kind: MarkKind
    at: datetime
    sequence: int
    cause: str | None = None
    terms: Terms | None = None
    retroactive: bool = True
