"""A clock as a value: folded from its marks, answering for any instant and changed by none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from libs.rules.sla.ledger import Segment
from libs.rules.sla.marks import Mark, Phase
from libs.rules.sla.terms import AtRisk, Terms

Verdict = Literal["running", "met", "missed", "canceled"]


def clock_of(terms: Terms, marks: Iterable[Mark]) -> "Clock":
    """The clock that began with `terms`, folded from `marks` in the order of (at, sequence), in whatever order given.

    A mark that does not apply (a pause while paused, anything after cancelling, a second stop) changes nothing: recorded
    history is never refused. ValueError when no mark starts the clock. Source: sla rules 1 to 8, contracts 7.
    """
    raise NotImplementedError


@dataclass(frozen=True)
class Clock:
    """One measurement. Every question is asked at an instant and answered from the marks up to it.

    All seconds are the clock's own time: open seconds of the calendar, or wall-clock seconds where the calendar moves
    only the start.
    """

    @property
    def phase(self) -> Phase:
        """What the clock is doing after its last mark."""
        raise NotImplementedError

    @property
    def terms(self) -> Terms:
        """The terms in force after the last mark: they own the calendar and the zone of the clock's deadlines."""
        raise NotImplementedError

    @property
    def budget_seconds(self) -> int:
        """The budget in force in seconds; working days are measured from where the clock began to count."""
        raise NotImplementedError

    def elapsed(self, at: datetime) -> int:
        """Seconds the clock ran up to `at` (rule 2)."""
        raise NotImplementedError

    def due(self, at: datetime) -> datetime | None:
        """The earliest instant at which elapsed equals the budget if nothing pauses it (again).

        None while paused, unless the budget was used up before. Of a stopped clock: as if it had run on from there.
        """
        raise NotImplementedError

    def due_if_resumed(self, at: datetime) -> datetime | None:
        """Due if a paused clock were resumed at `at`; the same as `due` otherwise (rule 2)."""
        raise NotImplementedError

    def at_risk_instants(self, at: datetime) -> tuple[tuple[AtRisk, datetime], ...]:
        """Each at-risk point with the instant at which it was or will be reached, in the order of the terms.

        Those not reached yet are left out while the clock does not run. A point is true from its instant on.
        """
        raise NotImplementedError

    def missed_at(self, at: datetime) -> datetime | None:
        """The first instant at or after due at which the clock ran on, once `at` is later than it.

        At that very instant elapsed still equals the budget, and a stop there is met (rules 5 and 13).
        """
        raise NotImplementedError

    def verdict(self, at: datetime) -> Verdict:
        """Met or missed once stopped; missed as soon as elapsed is more than the budget, cancelled later or not."""
        raise NotImplementedError

    def next_instant(self, at: datetime) -> datetime | None:
        """The first instant after `at` at which something new is true if nothing else happens: for a timer.

        That is an at-risk point, or one second past `missed_at`. None when nothing is to come or it does not run.
        """
        raise NotImplementedError

    def ledger(self, until: datetime) -> tuple[Segment, ...]:
        """Every second from the first start to `until`, or to the stop before it, without hole or overlap.

        The running seconds sum to `elapsed(until)` exactly (rule 17).
        """
        raise NotImplementedError

    def consumption(self, at: datetime) -> Decimal | None:
        """Elapsed in percent of the budget, unrounded; may pass 100; None for a budget of zero (rule 14)."""
        raise NotImplementedError
