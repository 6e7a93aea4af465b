"""Bounds of billing: what no honest run reaches, so that a mistake is seen before a customer pays for it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

from libs.kernel.money import Money
from libs.rules.billing.days import Span, months_later

MONTHS_PER_RUN = 36
LINES_PER_DAY = 15
TIMES_USUAL = 20
USUAL_OF = 6


def within_bound(spans: Sequence[Span]) -> int:
    """How many of the spans, oldest first, one run may bill for one subscription: those that begin within 36 months of
    the first; the rest waits for the next run. Source: FEE-16."""
    if not spans:
        return 0
    limit = months_later(spans[0].first, MONTHS_PER_RUN, spans[0].first.day)
    return sum(span.first < limit for span in spans)


def crowded_days(lines: Iterable[Span]) -> tuple[date, ...]:
    """The service days that more than 15 fee lines of one subscription bill or adjust, in order. Source: FEE-16."""
    counted = Counter(line.first + timedelta(days=day) for line in lines for day in range(line.days))
    return tuple(sorted(day for day, count in counted.items() if count > LINES_PER_DAY))


def beyond_usual(amount: Money, invoiced: Sequence[Money]) -> bool:
    """Whether an invoice is more than 20 times the median of the last six of its customer, oldest first; never where
    there are not six. A ValueError for amounts of different currencies. Source: FEE-16."""
    recent = [Fraction(each.minor) for each in invoiced[-USUAL_OF:]]
    if any(each.currency != amount.currency for each in invoiced):
        raise ValueError("amounts of several currencies have no median")
    return len(recent) == USUAL_OF and amount.minor > TIMES_USUAL * median(recent)
