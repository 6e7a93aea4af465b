"""When invoiced revenue is earned: the schedule of an invoiced fee or adjustment over accrual periods."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from libs.kernel.money import Money
from libs.rules.billing.calendar import PeriodCalendar
from libs.rules.billing.days import Span
from libs.rules.billing.shares import Residual, shares

Split = Literal["equal", "by_days"]


@dataclass(frozen=True)
class Slice:
    """The days of one accrual period for which revenue is earned: from the first to the last, and how many of them."""

    days: Span
    count: int


@dataclass(frozen=True)
class AccrualLine:
    """What is earned in one accrual period; a line is due from its last day on (ACC-08)."""

    days: Span
    amount: Money


def slices(calendar: PeriodCalendar, days: Sequence[Span]) -> tuple[Slice, ...]:
    """The days by accrual period; refuses (`periods_not_generated`) days without one. Source: ACC-02, PER-05."""
    for span in days:
        calendar.demand(span)
    found: dict[Span, list[Span]] = {}
    for span in sorted(days, key=lambda it: it.first):
        for piece, period in calendar.cut(span):
            found.setdefault(period, []).append(piece)
    return tuple(
        Slice(Span(pieces[0].first, pieces[-1].until), sum(piece.days for piece in pieces)) for pieces in found.values()
    )


def fee_schedule(
    amount: Money, days: Span, calendar: PeriodCalendar, split: Split = "equal", residual: Residual = "last"
) -> tuple[AccrualLine, ...]:
    """The lines of a fee: in equal parts per accrual period that it touches, or by days. They sum to `amount`.

    Source: ACC-03, ACC-04, ACC-10, 5.4, [?B22], [?B34].
    """
    return _lines(amount, slices(calendar, [days]), split, residual)


def reduction_schedule(
    amount: Money, days: Sequence[Span], calendar: PeriodCalendar, residual: Residual = "last"
) -> tuple[AccrualLine, ...]:
    """The lines of a reduction over its own days, always by days. Source: RED-10, 5.6."""
    return _lines(amount, slices(calendar, days), "by_days", residual)


def _lines(amount: Money, parts: Sequence[Slice], split: Split, residual: Residual) -> tuple[AccrualLine, ...]:
    weights = [part.count if split == "by_days" else 1 for part in parts]
    split_amounts = shares(amount, weights, residual)
    return tuple(AccrualLine(part.days, share) for part, share in zip(parts, split_amounts, strict=True))
