"""Which days a run bills and what they cost: FEE-01 to FEE-08, FEE-16, W1 to W6."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.decider import Rejected
from libs.kernel.money import Money, total
from libs.kernel.period import Period
from libs.rules.billing import (
    FeePlan,
    FeeRange,
    PeriodCalendar,
    PeriodCode,
    Pricing,
    Span,
    change_to,
    demand_periods,
    fees_due,
    fees_of_range,
)
from tests.domain.rules.billing.sums import CODES, MONEY, QUARTER, SPANS, YEAR, day, eur, months, span, written


def asked(first: str, last: str, kind: Any = "non_regular", continuous: bool = False) -> FeeRange:
    return FeeRange(span(first, last), kind, continuous)


def kinds(plan: FeePlan) -> list[tuple[str, str, str]]:
    return [(str(fee.days.first), str(fee.days.last), fee.kind) for fee in plan.fees]


def amounts(plan: FeePlan, pricing: Pricing) -> list[str]:
    return [pricing.amount(fee.share).amount for fee in plan.fees]


def left_out(plan: FeePlan) -> list[tuple[str, str, str]]:
    return [(skip.reason, str(skip.days.first), str(skip.days.last)) for skip in plan.skipped]


def test_a_range_is_cut_at_borders_and_priced_by_days() -> None:
    """W1, FEE-02, FEE-03, AX-FEE-01, AX-FEE-04."""
    plan = fees_of_range(months("2014-01-01", "2014-12-31"), asked("2014-02-17", "2014-05-16"))
    assert kinds(plan) == [
        ("2014-02-17", "2014-02-28", "non_regular"),
        ("2014-03-01", "2014-03-31", "regular"),
        ("2014-04-01", "2014-04-30", "regular"),
        ("2014-05-01", "2014-05-16", "non_regular"),
    ]
    pricing = Pricing(eur("310.00"))
    assert amounts(plan, pricing) == ["132.86", "310.00", "310.00", "160.00"]
    assert total((pricing.amount(fee.share) for fee in plan.fees), "EUR") == eur("912.86")


def test_quarters_at_an_index() -> None:
    """W2, FEE-07, AX-IDX-01."""
    quarters = PeriodCalendar.generated(QUARTER, span("2026-01-01", "2026-12-31"))
    plan = fees_of_range(quarters, asked("2026-01-01", "2026-12-31", "regular"))
    assert amounts(plan, Pricing(eur("1000"), Decimal(110))) == ["1100.00"] * 4
    assert amounts(plan, Pricing(eur("1000"), Decimal(121)))[2:] == ["1210.00"] * 2
    assert amounts(plan, Pricing(eur("1000"), Decimal(110), "base_price")) == ["1000.00"] * 4


COVERED = [span("2011-11-01", "2011-11-30"), span("2011-12-01", "2011-12-15"), span("2012-01-01", "2012-01-31")]
WINTER = months("2011-11-01", "2012-03-31")


def test_gaps_are_filled() -> None:
    """W3, FEE-04, FEE-06, AX-FEE-02: February 2012 has 29 days."""
    plan = fees_of_range(WINTER, asked("2011-11-01", "2012-02-28"), COVERED)
    assert kinds(plan) == [("2011-12-16", "2011-12-31", "non_regular"), ("2012-02-01", "2012-02-28", "non_regular")]
    assert amounts(plan, Pricing(eur("310"))) == ["160.00", "299.31"]


@pytest.mark.parametrize(("last", "amount"), [("2024-02-29", "60.00"), ("2023-02-28", "59.16")])
def test_a_stub_of_a_leap_year_is_of_366_days(last: str, amount: str) -> None:
    """W4, FEE-03: 366 x 60/366, and 366 x 59/365."""
    first = f"{last[:4]}-01-01"
    plan = fees_of_range(PeriodCalendar.generated(YEAR, span(first, last)), asked(first, last))
    assert amounts(plan, Pricing(eur("366"))) == [amount]


def test_catching_up_bills_every_period_that_has_begun_and_then_nothing() -> None:
    """W5, FEE-15, FEE-16, 5.9 (7)."""
    calendar, covered = months("2026-01-01", "2026-12-31"), [span("2026-01-01", "2026-01-31")]
    plan = fees_due(calendar, day("2026-02-01"), day("2026-05-15"), covered)
    assert [str(fee.days.last) for fee in plan.fees] == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    again = [*covered, *(fee.days for fee in plan.fees)]
    assert fees_due(calendar, day("2026-06-01"), day("2026-05-15"), again) == FeePlan()
    assert fees_due(calendar, day("2026-01-01"), day("2026-05-31"), again) == FeePlan()
    assert written([fee.days for fee in fees_due(calendar, day("2026-01-01"), day("2026-06-01"), again).fees]) == [
        ("2026-06-01", "2026-06-30")
    ]


def test_days_that_have_not_begun_are_not_due() -> None:
    """FEE-16: a stub after the target waits, whether days before it are billed or are before the term."""
    calendar, target = months("2026-05-01", "2026-05-31"), day("2026-05-15")
    assert fees_due(calendar, day("2026-05-01"), target, [span("2026-05-01", "2026-05-20")]) == FeePlan()
    assert fees_due(calendar, day("2026-05-01"), target, (), Period(day("2026-05-16"), None)) == FeePlan()
    late = fees_due(calendar, day("2026-05-01"), day("2026-05-21"), [span("2026-05-01", "2026-05-20")])
    assert kinds(late) == [("2026-05-21", "2026-05-31", "non_regular")]


def test_catching_up_needs_the_periods() -> None:
    """FEE-16, PER-05."""
    with pytest.raises(Rejected) as refusal:
        fees_due(months("2026-01-01", "2026-03-31"), day("2026-01-01"), day("2026-04-01"))
    assert refusal.value.reason == "periods_not_generated"


@pytest.mark.parametrize(
    ("first", "outcome"),
    [
        ("2012-01-31", ("skipped_not_continuous", "2012-01-31", "2012-02-29")),
        ("2011-11-01", ("skipped_not_continuous", "2011-11-01", "2012-02-29")),
        ("2012-02-02", ("hole", "2012-02-01", "2012-02-01")),
    ],
)
def test_a_continuous_run_appends_or_does_nothing(first: str, outcome: tuple[str, str, str]) -> None:
    """W6, FEE-05, AX-FEE-03, [?B7]."""
    plan = fees_of_range(WINTER, asked(first, "2012-02-29", continuous=True), COVERED)
    assert (kinds(plan), left_out(plan)) == ([], [outcome])


def test_a_continuous_run_goes_on_the_day_after_or_begins_anywhere() -> None:
    """FEE-05."""
    on = asked("2012-02-01", "2012-02-29", continuous=True)
    assert kinds(fees_of_range(WINTER, on, COVERED)) == kinds(fees_of_range(WINTER, on))
    assert kinds(fees_of_range(WINTER, on)) == [("2012-02-01", "2012-02-29", "regular")]


def test_a_regular_run_bills_wholly_free_periods_only() -> None:
    """FEE-01, 5.2."""
    plan = fees_of_range(WINTER, asked("2011-11-01", "2012-02-29", "regular"), COVERED)
    assert kinds(plan) == [("2012-02-01", "2012-02-29", "regular")]
    assert left_out(plan) == [("partly_covered", "2011-12-16", "2011-12-31")]


def test_no_fee_goes_past_the_term() -> None:
    """LIF-02: the last period is a stub; a regular run leaves it out."""
    term = Period.closed(day("2011-12-10"), day("2012-01-15"))
    whole = asked("2011-11-01", "2012-02-29")
    assert kinds(fees_of_range(WINTER, whole, (), term)) == [
        ("2011-12-10", "2011-12-31", "non_regular"),
        ("2012-01-01", "2012-01-15", "non_regular"),
    ]
    assert kinds(fees_of_range(WINTER, asked("2011-11-01", "2012-02-29", "regular"), (), term)) == []
    assert left_out(fees_of_range(WINTER, asked("2012-02-01", "2012-02-29"), (), term)) == [
        ("outside_term", "2012-02-01", "2012-02-29")
    ]
    assert kinds(fees_of_range(WINTER, asked("2012-02-01", "2012-02-29"), (), Period(day("2012-02-20"), None))) == [
        ("2012-02-20", "2012-02-29", "non_regular")
    ]
    assert written([fee.days for fee in fees_due(WINTER, day("2012-01-01"), day("2012-02-10"), (), term).fees]) == [
        ("2012-01-01", "2012-01-15")
    ]
    assert fees_due(WINTER, day("2012-02-01"), day("2012-02-10"), (), term) == FeePlan()


@pytest.mark.parametrize(
    ("range_", "reason"),
    [
        (asked("2011-11-01", "2012-04-01"), "periods_not_generated"),
        (asked("2011-10-31", "2011-11-30"), "periods_not_generated"),
        (asked("2011-11-02", "2011-11-30", "regular"), "period_mismatch"),
    ],
)
def test_a_range_is_refused_as_a_whole(range_: FeeRange, reason: str) -> None:
    """PER-04, PER-05, FEE-01."""
    with pytest.raises(Rejected) as refusal:
        demand_periods(WINTER, range_)
    assert refusal.value.reason == reason
    demand_periods(WINTER, asked("2011-11-02", "2011-12-30"))
    demand_periods(WINTER, asked("2011-11-01", "2011-12-31", "regular"))


@pytest.mark.parametrize(
    ("percent", "amount"), [("0", "110.00"), ("-20", "88.00"), ("20", "132.00"), ("-100", "0.00"), ("12.5", "123.75")]
)
def test_a_percentage_comes_on_top_of_the_index(percent: str, amount: str) -> None:
    """FEE-07, FEE-08, [?B9]."""
    assert Pricing(eur("100"), Decimal(110), percent=Decimal(percent)).amount(1) == eur(amount)


def test_the_target_of_a_price_as_a_change() -> None:
    """FEE-07, AX-PCH-02."""
    assert (change_to(Decimal(80)), change_to(Decimal(120))) == (Decimal(-20), Decimal(20))


def test_an_amount_is_rounded_once_and_ties_go_away_from_zero() -> None:
    """FEE-08: 74.985 is 74.99 (KB-CHG-03); rounding the price first would give 33.33 for 33.34."""
    assert Pricing(eur("249.95")).amount(Fraction(9, 30)) == eur("74.99")
    assert Pricing(eur("0.03"), Decimal(111111)).amount(1) == eur("33.33")
    assert Pricing(eur("0.05"), Decimal(50)).amount(Fraction(1, 2)) == eur("0.01")  # 0.0125; from 0.03 it were 0.02


def test_a_run_bills_36_months_and_leaves_the_rest_to_the_next() -> None:
    """FEE-16: oldest first."""
    calendar = months("2020-01-01", "2026-12-31")
    plan = fees_due(calendar, day("2020-01-15"), day("2026-12-31"))
    assert len(plan.fees) == 37  # a stub and 36 months that begin before 15 January 2023
    assert (plan.fees[0].days.first, plan.fees[-1].days.last) == (day("2020-01-15"), day("2023-01-31"))
    assert {skip.reason for skip in plan.skipped} == {"postponed"}
    assert (plan.skipped[0].days.first, len(plan.skipped)) == (day("2023-02-01"), 47)
    further = fees_due(calendar, day("2023-02-01"), day("2026-12-31"))
    assert (len(further.fees), len(further.skipped)) == (36, 11)


@given(CODES, SPANS, st.lists(SPANS, max_size=4), st.randoms())
def test_no_day_is_billed_twice_and_none_is_forgotten(
    code: PeriodCode, range_: Span, covered: list[Span], chance: Any
) -> None:
    """5.9 (1), 5.9 (7), 5.9 (8): and in whatever order the fees of the subscription are told."""
    if range_.days > 400 and code.unit == "day":
        return
    calendar = PeriodCalendar.generated(code, range_)
    plan = fees_of_range(calendar, FeeRange(range_, "non_regular"), covered)
    assert plan == fees_of_range(calendar, FeeRange(range_, "non_regular"), chance.sample(covered, len(covered)))
    billed = [day for fee in plan.fees for day in _days(fee.days)]
    taken = {day for each in covered for day in _days(each)}
    late = {day for skip in plan.skipped for day in _days(skip.days)}
    assert len(billed) == len(set(billed))
    assert set(billed) | late == set(_days(range_)) - taken
    again = fees_of_range(calendar, FeeRange(range_, "non_regular"), [*covered, *(fee.days for fee in plan.fees)])
    assert {day for fee in again.fees for day in _days(fee.days)} <= late


def _days(days: Span) -> list[date]:
    return [days.first + timedelta(days=each) for each in range(days.days)]


@given(CODES, SPANS, st.integers(1, 30))
def test_two_adjacent_runs_are_one_where_they_meet_at_a_border(code: PeriodCode, range_: Span, at: int) -> None:
    """5.9 (9)."""
    calendar = PeriodCalendar.generated(code, range_)
    cut = calendar.periods[at % len(calendar.periods)].first
    if cut <= range_.first or range_.days > 400:
        return
    whole = fees_of_range(calendar, FeeRange(range_, "non_regular")).fees
    parts = [Span(range_.first, cut), Span(cut, range_.until)]
    assert tuple(fee for part in parts for fee in fees_of_range(calendar, FeeRange(part, "non_regular")).fees) == whole


@given(MONEY, CODES, SPANS, st.lists(st.integers(1, 360), min_size=1, max_size=5, unique=True))
def test_the_stubs_of_a_period_come_to_its_price(price: Money, code: PeriodCode, around: Span, cuts: list[int]) -> None:
    """FEE-03, 5.9 (3): within a minor unit for each cut."""
    period = code.containing(around.first)
    borders = sorted({0, period.days, *(cut for cut in cuts if cut < period.days)})
    stubs = [Fraction(end - start, period.days) for start, end in pairwise(borders)]
    pieces = [Pricing(price).amount(share).minor for share in stubs]
    assert abs(sum(pieces) - price.minor) <= len(pieces) - 1
