"""The worked examples of the SLA clock, with their numbers: service-management X7 to X9."""

from datetime import UTC, datetime
from decimal import Decimal

from libs.rules.sla import OpenTime, Terms
from tests.domain.rules.clocks import NINE_HOURS, OFFICE, at, marked

HOUR = 3600
FOUR_HOURS = Terms(OpenTime(4 * HOUR), calendar=NINE_HOURS)
EIGHT_HOURS_FROM_OPENING = Terms(OpenTime(8 * HOUR), calendar=NINE_HOURS, start_only=True)


def march(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2012, 3, day, hour, minute, tzinfo=UTC)


def test_x7_more_than_all_of_the_limit_is_missed() -> None:
    """X7; STR-10, STR-12."""
    clock = marked(FOUR_HOURS, ("started", at(2, 8)), ("stopped", at(2, 12, 0, 1)))
    assert clock.consumption(at(2, 13)) == Decimal(14401 * 100) / 14400
    assert clock.verdict(at(2, 13)) == "missed"


def test_x8_a_calendar_that_moves_only_the_start() -> None:
    """X8, sla 1; STR-08, STR-09."""
    clock = marked(
        EIGHT_HOURS_FROM_OPENING,
        ("started", march(3, 10)),
        ("paused", march(5, 10)),
        ("resumed", march(5, 12)),
        ("stopped", march(5, 17, 30)),
    )
    stop = march(5, 17, 30)
    assert clock.courses[-1].counted_from == march(5, 8)
    assert clock.elapsed(stop) == 7 * HOUR + 1800
    assert clock.consumption(stop) == Decimal("93.75")
    assert clock.due(stop) == march(5, 18)
    assert clock.verdict(stop) == "met"
    assert [segment.kind for segment in clock.ledger(stop)] == ["closed", "open", "paused", "open"]
    # Before the start the calendar says what the time was: a holiday until midnight in Brussels, then the night.
    early = marked(Terms(OpenTime(HOUR), calendar=OFFICE, start_only=True), ("started", at(27, 10)))
    assert [segment.kind for segment in early.ledger(at(28, 9))] == ["holiday", "closed", "open"]


def test_x9_left_running_past_its_latest_time() -> None:
    """X9."""
    marks = ("started", march(3, 10)), ("paused", march(5, 10)), ("resumed", march(5, 12))
    clock = marked(EIGHT_HOURS_FROM_OPENING, *marks)
    now = march(5, 18, 30)
    assert clock.elapsed(now) == 8 * HOUR + 1800
    assert clock.consumption(now) == Decimal("106.25")
    assert (clock.verdict(now), clock.missed_at(now)) == ("missed", march(5, 18))
    assert clock.verdict(march(5, 18)) == "running"


def test_stopped_time_before_the_start_does_not_move_the_deadline() -> None:
    held = ("started", march(3, 10)), ("paused", march(3, 11)), ("resumed", march(3, 20))
    assert marked(EIGHT_HOURS_FROM_OPENING, *held).due(march(3, 21)) == march(5, 16)
