"""Clocks for the tests: calendars with their traps, and any course of marks on them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import cast

from hypothesis import strategies as st

from libs.kernel.worktime import ALWAYS_OPEN, CalendarVersion, WorkCalendar, windows
from libs.rules.sla import AtRisk, Before, Clock, Mark, MarkKind, OpenTime, Percent, Terms, WorkingDays, clock_of

STEP, SECOND, DAY = timedelta(minutes=15), timedelta(seconds=1), timedelta(days=1)
# The Wednesday before clocks in Brussels are put forward.
BEGIN = datetime(2026, 3, 25, 7, tzinfo=UTC)

OFFICE_DAY = windows([("08:00", "12:00"), ("13:00", "17:00")])
SHORT_DAY = windows([("09:00", "13:00")])
NIGHT = windows([("22:00", "24:00"), ("00:00", "06:00")])
ALL_DAY = windows([("00:00", "24:00")])


def week(*days: tuple[tuple[int, int], ...]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """A week that begins with `days`; what is left of it is closed."""
    return (*days, *[()] * (7 - len(days)))


def calendar(*versions: CalendarVersion) -> WorkCalendar:
    return WorkCalendar(f"calendar of {len(versions)}", versions)


OFFICE_VERSION = CalendarVersion(
    1,
    date(2026, 1, 1),
    "Europe/Brussels",
    week(*[OFFICE_DAY] * 5),
    {date(2026, 3, 27): (), date(2026, 3, 28): SHORT_DAY},
)
SHORTENED = CalendarVersion(2, date(2026, 3, 30), "America/New_York", week(*[SHORT_DAY] * 5))
OFFICE = calendar(OFFICE_VERSION)
CALENDARS = (
    OFFICE,
    calendar(OFFICE_VERSION, SHORTENED),
    calendar(CalendarVersion(1, date(2026, 1, 1), "Europe/Brussels", (NIGHT,) * 7)),
    calendar(CalendarVersion(1, date(2026, 1, 1), "Europe/Brussels", week(*[ALL_DAY] * 5))),
    calendar(CalendarVersion(1, date(2026, 1, 1), "Europe/Brussels", week())),
    ALWAYS_OPEN,
)
# Monday to Friday 08:00 to 17:00, in UTC; the 2nd of March 2026 and the 5th of March 2012 are Mondays.
NINE_HOURS = calendar(CalendarVersion(1, date(2012, 1, 1), "UTC", week(*[windows([("08:00", "17:00")])] * 5)))


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """An instant of March 2026, in UTC."""
    return datetime(2026, 3, day, hour, minute, second, tzinfo=UTC)


def marked(terms: Terms, *marks: tuple[str, datetime]) -> Clock:
    """The clock that these marks leave, in the order written."""
    return clock_of(terms, [Mark(cast(MarkKind, kind), at, number) for number, (kind, at) in enumerate(marks, 1)])


INSTANTS = st.integers(0, 900).map(lambda steps: BEGIN + steps * STEP)
RISKS: st.SearchStrategy[AtRisk] = st.builds(
    Percent, st.sampled_from([Decimal(50), Decimal("33.3"), Decimal(100)])
) | st.builds(Before, st.sampled_from([1, 1800, 10**7]))
TERMS = st.builds(
    Terms,
    st.builds(OpenTime, st.sampled_from([0, 1, 900, 4 * 3600, 8 * 3600, 10**6]))
    | st.builds(WorkingDays, st.integers(0, 3), st.booleans()),
    st.lists(RISKS, max_size=3).map(tuple),
    st.sampled_from(CALENDARS),
    st.booleans(),
    st.sampled_from([None, None, 9 * 3600, 16 * 3600]),
)
KINDS: st.SearchStrategy[MarkKind] = st.sampled_from(
    ["started", "paused", "resumed", "paused", "resumed", "stopped", "reopened", "canceled", "retargeted"]
)


@st.composite
def courses(draw: st.DrawFn) -> list[Mark]:
    """Marks in any order of kinds, possible or not, of which the first is a start."""
    instants = sorted(draw(st.lists(INSTANTS, min_size=1, max_size=9)))
    kinds: list[MarkKind] = ["started", *draw(st.lists(KINDS, min_size=len(instants) - 1, max_size=len(instants) - 1))]
    return [
        Mark(
            kind,
            instant,
            number,
            f"{kind} {number}",
            draw(TERMS) if kind == "retargeted" else None,
            draw(st.booleans()),
        )
        for number, (kind, instant) in enumerate(zip(kinds, instants, strict=True), 1)
    ]
