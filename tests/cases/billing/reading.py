"""How a case writes dates, spans, money and periods, and how a rule's answer is written back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from libs.kernel.money import Money
from libs.rules.billing import FeeSpan, PeriodCalendar, PeriodCode, Pricing, Span, Unit

Values = dict[str, Any]


class NotSaid(Exception):
    """The case is in a form that lacks what its answer is computed from."""


class Inputs(dict[str, Any]):
    """What a case gives; asked for more, it says so."""

    def __missing__(self, key: str) -> Any:
        raise NotSaid(key)


PERIODS: dict[str, tuple[Unit, int]] = {
    "daily": ("day", 1),
    "weekly": ("week", 1),
    "biweekly": ("week", 2),
    "thirty_days": ("day", 30),
    "thirty_one_days": ("day", 31),
    "sixty_days": ("day", 60),
    "ninety_days": ("day", 90),
    "monthly": ("month", 1),
    "monthlylastday": ("month", 1),
    "bimestrial": ("month", 2),
    "quarterly": ("quarter", 1),
    "semesterly": ("month", 6),
    "biannual": ("month", 6),
    "annual": ("year", 1),
    "yearly": ("year", 1),
    "biennial": ("year", 2),
    "day": ("day", 1),
    "week": ("week", 1),
    "month": ("month", 1),
    "quarter": ("quarter", 1),
    "year": ("year", 1),
}


@dataclass(frozen=True)
class Case:
    """One case of the file; `expected` also says how many values are asked for."""

    id: str
    kind: str
    description: str
    inputs: Mapping[str, Any]
    expected: Values


def day(value: str) -> date:
    """A day as it is written."""
    return date.fromisoformat(value)


def unit_of(period: str) -> tuple[Unit, int]:
    """The unit and how many of it."""
    if period not in PERIODS:
        raise NotSaid(f"how long {period} is")
    return PERIODS[period]


def code_of(period: str, anchor: str, anchor_day: int = 0, times: int = 1) -> PeriodCode:
    """The period code anchored on a day."""
    unit, count = unit_of(period)
    return PeriodCode(unit, count * times, day(anchor), anchor_day)


def half_open(first: str, until: str) -> Span:
    """Days written with an exclusive end."""
    return Span(day(first), day(until))


def closed(days: Sequence[str]) -> Span:
    """Days written as [first, last]."""
    return Span.of(day(days[0]), day(days[1]))


def calendar_until(code: PeriodCode, first: date, until: date) -> PeriodCalendar:
    """More than enough generated periods: from before the first day to one after the last."""
    return PeriodCalendar.generated(code, Span(first, max(until, first) + timedelta(days=1)))


def money(amount: str, currency: str = "EUR") -> Money:
    """An amount in major units; a case that names no currency has one of two decimals."""
    return Money.of(amount, currency)


def charge(price: str, days: Span, period: Span, currency: str = "EUR") -> Money:
    """The price of a whole period for some days."""
    return Pricing(money(price, currency)).amount(FeeSpan(days, period).share)


def exclusive(span: Span) -> list[str]:
    """[first, until]."""
    return [str(span.first), str(span.until)]


def inclusive(span: Span) -> list[str]:
    """[first, last]."""
    return [str(span.first), str(span.last)]


def same(wanted: Any, got: Any) -> bool:
    """Whether two values say the same: "121" and "121.0000" do, "121" and "121.0001" do not."""
    match wanted, got:
        case dict(), dict():
            return set(wanted) == set(got) and all(same(value, got[key]) for key, value in wanted.items())
        case list(), list():
            return len(wanted) == len(got) and all(map(same, wanted, got))
        case (bool(), _) | (_, bool()):
            return wanted is got
        case _:
            return wanted == got or (number(wanted) is not None and number(wanted) == number(got))


def number(value: Any) -> Decimal | None:
    """The number that a value is written as, or None."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
