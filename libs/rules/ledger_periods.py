"""Whether the ledger takes a posting on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from libs.kernel.period import Period


@dataclass(frozen=True)
class LedgerPeriod:
    """Some days of the ledger, and whether they are closed."""

    days: Period
    closed: bool


def closed_by(periods: Iterable[LedgerPeriod], on: date) -> LedgerPeriod | None:
    """The closed period that holds the day, which is why nothing posts on it; None for an open day. A day that no
    period holds is open. Source: ACC-11, CRN-04."""
    return next((period for period in periods if period.closed and on in period.days), None)
