"""Short names for the tests of billing: days, amounts, months, and what hypothesis draws of them."""

from datetime import date, timedelta

from hypothesis import strategies as st

from libs.kernel.money import Money
from libs.rules.billing import PeriodCalendar, PeriodCode, Span

MONTH, QUARTER, YEAR = PeriodCode("month"), PeriodCode("quarter"), PeriodCode("year")
CURRENCIES = ("JPY", "EUR", "KWD")


def day(text: str) -> date:
    """A day as ISO 8601 writes it."""
    return date.fromisoformat(text)


def span(first: str, last: str) -> Span:
    """Both ends included."""
    return Span.of(day(first), day(last))


def eur(amount: str) -> Money:
    """Euros."""
    return Money.of(amount, "EUR")


def months(first: str, last: str) -> PeriodCalendar:
    """The calendar months that have these days."""
    return PeriodCalendar.generated(MONTH, span(first, last))


def written(spans: object) -> list[tuple[str, str]]:
    """Spans as pairs of ISO days, both ends included."""
    assert isinstance(spans, list | tuple)
    return [(str(each.first), str(each.last)) for each in spans]


DAYS = st.dates(date(2019, 1, 1), date(2032, 12, 31))
"""Three leap years among them."""

MONTH_ENDS = st.builds(
    lambda year, month, back: date(year + month // 12, month % 12 + 1, 1) - timedelta(days=back),
    st.integers(2019, 2031),
    st.integers(1, 12),
    st.integers(1, 3),
)
SPANS = st.builds(lambda first, days: Span(first, first + timedelta(days=days)), DAYS | MONTH_ENDS, st.integers(1, 500))
CODES = st.builds(
    PeriodCode,
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
    st.integers(1, 4),
    st.just(date.min) | DAYS | MONTH_ENDS,
    st.integers(0, 31),
)
MONEY = st.builds(Money, st.integers(0, 10**9), st.sampled_from(CURRENCIES))
SIGNED = st.builds(Money, st.integers(-(10**9), 10**9) | st.integers(-40, 40), st.sampled_from(CURRENCIES))
