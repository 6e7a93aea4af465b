"""Working time against an oracle that reads the clock on the wall step by step, over zones that change theirs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from libs.kernel.worktime import DAY, CalendarVersion, WorkCalendar

# Zones put forward and back in 2011: by an hour, at midnight, by half an hour, and (Apia) across a whole day.
ZONES = ("UTC", "Europe/Brussels", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia")
CHANGES = (
    datetime(2011, 3, 27, 1, tzinfo=UTC),
    datetime(2011, 10, 30, 1, tzinfo=UTC),
    datetime(2011, 11, 6, 6, tzinfo=UTC),
    datetime(2010, 4, 29, 22, tzinfo=UTC),
    datetime(2011, 4, 2, 15, tzinfo=UTC),
    datetime(2011, 10, 1, 15, 30, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2011, 7, 1, 12, tzinfo=UTC),
)
# Windows and zones change at whole steps.
STEP, SECOND = timedelta(minutes=5), timedelta(seconds=1)

# Days that end or begin at midnight, lie in the hours that are left out or come twice, overlap, touch, or are shut.
DAYS = st.sampled_from(
    tuple(
        tuple((int(opening * 3600), int(closing * 3600)) for opening, closing in day)
        for day in (
            [],
            [(0, 24)],
            [(8, 12), (13, 17)],
            [(22, 24)],
            [(0, 6)],
            [(0, 0.5), (23.5, 24)],
            [(2.25, 2.75)],
            [(1.5, 2.25), (2.5, 9)],
            [(8, 16), (0, 24)],
            [(10, 14), (9, 11), (14, 15)],
        )
    )
)
INSTANTS = st.builds(lambda change, steps: change + steps * STEP, st.sampled_from(CHANGES), st.integers(-1000, 1000))
DATES = INSTANTS.map(datetime.date)
WEEKS = st.tuples(*[DAYS] * 7)


@st.composite
def versions(draw: st.DrawFn, number: int) -> CalendarVersion:
    return CalendarVersion(
        number,
        draw(DATES),
        draw(st.sampled_from(ZONES)),
        draw(WEEKS),
        draw(st.dictionaries(DATES, DAYS, max_size=3)),
    )


CALENDARS = st.builds(lambda *found: WorkCalendar("any", found), versions(1), versions(2), versions(3)) | st.builds(
    lambda only: WorkCalendar("any", (only,)), versions(1)
)


def wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def in_force(calendar: WorkCalendar, at: datetime) -> CalendarVersion:
    """By the words of the rule: a version is reached once the wall has shown its date."""
    begins = {version.number: begin(version) for version in calendar.versions}
    at = max(at, min(begins.values()))
    reached = [version for version in calendar.versions if begins[version.number] <= at]
    return max(reached, key=lambda version: (version.valid_from, version.number))


def begin(version: CalendarVersion) -> datetime:
    midnight = datetime.combine(version.valid_from, datetime.min.time(), ZoneInfo(version.time_zone))
    return midnight.astimezone(UTC)


def kind(calendar: WorkCalendar, at: datetime) -> str:
    version = in_force(calendar, at)
    local = wall(at, version.time_zone)
    day = version.exceptions.get(local.date(), version.weekly[local.weekday()])
    second = local.hour * 3600 + local.minute * 60 + local.second
    if any(opening <= second < closing for opening, closing in day):
        return "open"
    return "holiday" if local.date() in version.exceptions and not day else "closed"


def steps(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += STEP


@given(CALENDARS, INSTANTS, st.integers(0, 600))
def test_every_moment_is_what_the_wall_says(calendar: WorkCalendar, start: datetime, length: int) -> None:
    end = start + length * STEP
    wanted = [kind(calendar, at) for at in steps(start, end)]
    spans = list(calendar.spans(start, end))
    assert [span.kind for span in spans for _ in steps(span.start, span.end)] == wanted
    assert calendar.open_seconds(start, end) == 300 * wanted.count("open")
    assert all(before.end == after.start and before.kind != after.kind for before, after in pairwise(spans))
    assert calendar.is_open(start) == (kind(calendar, start) == "open")
    assert calendar.version_at(start) == in_force(calendar, start)
    assert calendar.local(start).utcoffset() == wall(start, calendar.zone_at(start)).utcoffset()


@given(CALENDARS, st.tuples(INSTANTS, INSTANTS, INSTANTS).map(sorted))
def test_open_time_adds_up_over_any_split(calendar: WorkCalendar, instants: list[datetime]) -> None:
    first, middle, last = instants
    parts = calendar.open_seconds(first, middle) + calendar.open_seconds(middle, last)
    assert calendar.open_seconds(first, last) == parts
    assert calendar.open_seconds(last, first) == 0


@given(CALENDARS, INSTANTS, st.integers(1, 40 * DAY))
def test_added_open_time_ends_at_the_earliest_instant(calendar: WorkCalendar, start: datetime, seconds: int) -> None:
    end = calendar.after(start, seconds)
    if end is None:
        assert calendar.open_seconds(start, start + timedelta(days=3600)) < seconds
    else:
        assert calendar.open_seconds(start, end) == seconds
        assert calendar.is_open(end - SECOND)


@given(CALENDARS, INSTANTS)
def test_the_next_opening_is_the_first_open_second(calendar: WorkCalendar, at: datetime) -> None:
    opening = calendar.next_open(at)
    assert calendar.after(at, 0) == opening
    if opening is not None:
        assert opening >= at
        assert calendar.is_open(opening)
        assert calendar.open_seconds(at, opening) == 0


@given(CALENDARS, INSTANTS, st.integers(0, 9), st.booleans())
def test_working_days_end_on_a_day_so_many_open_days_on(
    calendar: WorkCalendar, start: datetime, days: int, end_of_day: bool
) -> None:
    calendar = WorkCalendar("any", calendar.versions[:1])
    first, end = calendar.next_open(start), calendar.working_days_after(start, days, end_of_day=end_of_day)
    if first is None or end is None:
        assert first is None or calendar.open_seconds(first, first + timedelta(days=3600)) < 10 * 10 * DAY
        return
    moments = [at for span in calendar.spans(first, end) if span.kind == "open" for at in steps(span.start, span.end)]
    if not end_of_day and calendar.is_open(end):
        moments.append(end)
    assert len({wall(at, calendar.versions[0].time_zone).date() for at in moments}) == days + 1


@given(CALENDARS, INSTANTS, st.integers(0, 9), st.booleans())
def test_working_days_end_in_or_at_the_end_of_open_time(
    calendar: WorkCalendar, start: datetime, days: int, end_of_day: bool
) -> None:
    first, end = calendar.next_open(start), calendar.working_days_after(start, days, end_of_day=end_of_day)
    if first is not None and end is not None:
        assert end >= first
        assert (end == first) == (days == 0 and not end_of_day)
        assert calendar.is_open(end) or calendar.is_open(end - SECOND)


@example(WorkCalendar("night", (CalendarVersion(1, date(2011, 1, 1), "Europe/Brussels", (((7200, 10800),),) * 7),)))
@given(CALENDARS)
def test_versions_are_taken_in_any_order(calendar: WorkCalendar) -> None:
    turned = WorkCalendar("any", tuple(reversed(calendar.versions)))
    assert [turned.open_seconds(at, at + 100 * STEP) for at in CHANGES] == [
        calendar.open_seconds(at, at + 100 * STEP) for at in CHANGES
    ]
