"""Reductions, price changes and cancellations: RED-01 to RED-11, PCH-01 to PCH-05, LIF-04, W7 to W9."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.decider import Rejected
from libs.kernel.money import Money
from libs.rules.billing import (
    AdjustedFee,
    Adjustment,
    Span,
    cancellation_credit,
    change_price,
    reduce_days,
    unused_days,
    without,
)
from tests.domain.rules.billing.sums import DAYS, MONEY, MONTH_ENDS, SPANS, day, eur, span, written

MARCH = span("2011-03-01", "2011-03-31")
FEE = AdjustedFee(eur("200"), MARCH)

Change = Span | Decimal


def made(fee: AdjustedFee, *changes: Change) -> list[Adjustment]:
    """One adjustment after the other."""
    done: list[Adjustment] = []
    for change in changes:
        on = done[-1].fee if done else fee
        done.append(reduce_days(on, change) if isinstance(change, Span) else change_price(on, change))
    return done


def amounts(fee: AdjustedFee, *changes: Change) -> list[str]:
    return [each.amount.amount for each in made(fee, *changes)]


FIRST, SECOND = span("2011-03-10", "2011-03-11"), span("2011-03-12", "2011-03-13")


def test_each_reduction_takes_the_fee_to_its_target() -> None:
    """W7, RED-01, RED-02, RED-07, AX-RED-01: and all days together take it to nothing."""
    assert amounts(FEE, FIRST, SECOND, MARCH) == ["-12.90", "-12.91", "-174.19"]
    nets = [each.fee.net for each in made(FEE, FIRST, SECOND, MARCH)]
    assert nets == [eur("187.10"), eur("174.19"), eur("0")]


def test_a_price_change_after_a_reduction_is_of_what_is_left() -> None:
    """W8, RED-08, PCH-01, AX-PCH-01, [?B13]."""
    assert amounts(FEE, FIRST, Decimal(-50)) == ["-12.90", "-93.55"]
    assert amounts(FEE, Decimal(-50)) == ["-100.00"]


def test_a_discount_and_then_days_without_cover() -> None:
    """W9, PCH-03: 1200 x 9/10 x 304/365 = 899.506..."""
    annual = AdjustedFee(eur("1200"), span("2026-01-01", "2026-12-31"))
    done = made(annual, Decimal(-10), span("2026-11-01", "2026-12-31"))
    assert [each.amount.amount for each in done] == ["-120.00", "-180.49"]
    assert done[-1].fee.net == eur("899.51")


def test_days_outside_the_fee_are_ignored() -> None:
    """RED-03, RED-06, AX-RED-02, [?B11]."""
    january = AdjustedFee(eur("310"), span("2011-01-01", "2011-01-31"))
    done = reduce_days(january, span("2011-01-22", "2011-02-20"))
    assert (done.amount, written(done.days)) == (eur("-100.00"), [("2011-01-22", "2011-01-31")])


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [("2011-01-01", "2011-01-10", 10), ("2011-01-05", "2011-01-15", 11), ("2011-01-21", "2011-02-28", 11)],
)
def test_both_ends_are_counted(first: str, last: str, days: int) -> None:
    """RED-04, [?B10]."""
    january = AdjustedFee(eur("31"), span("2011-01-01", "2011-01-31"))
    assert reduce_days(january, span(first, last)).amount == eur(f"-{days}")


def test_a_day_is_removed_once() -> None:
    """RED-07."""
    one, other = made(FEE, FIRST, span("2011-03-09", "2011-03-12"))
    assert written(other.days) == [("2011-03-09", "2011-03-09"), ("2011-03-12", "2011-03-12")]
    assert other.fee.net == eur("174.19")
    with pytest.raises(Rejected) as refusal:
        reduce_days(one.fee, FIRST)
    assert (refusal.value.kind, refusal.value.reason) == ("state", "already_reduced")
    with pytest.raises(Rejected) as refusal:
        reduce_days(FEE, span("2011-04-01", "2011-04-30"))
    assert refusal.value.reason == "nothing_to_reduce"


def test_percentages_add_up_and_never_beyond_the_whole() -> None:
    """PCH-04, PCH-05, [?B13]."""
    assert amounts(FEE, Decimal(10), Decimal(10)) == ["20.00", "20.00"]
    assert amounts(FEE, Decimal(-60), Decimal(-40)) == ["-120.00", "-80.00"]
    with pytest.raises(Rejected) as refusal:
        made(FEE, Decimal(-60), Decimal("-40.01"))
    assert (refusal.value.kind, refusal.value.reason) == ("value", "net_negative")


FEES = st.builds(AdjustedFee, MONEY, SPANS)
PERCENTAGES = st.decimals("-25", "30", places=2)


@given(FEES, st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)) | PERCENTAGES, max_size=4), st.randoms())
def test_adjustments_come_to_the_same_in_any_order_and_never_below_nothing(
    fee: AdjustedFee, drawn: list[tuple[int, int] | Decimal], chance: Any
) -> None:
    """RED-08, 5.3, 5.9 (2)."""
    changes = [_days_within(fee.days, each) if isinstance(each, tuple) else each for each in drawn]
    ends = {_end(fee, chance.sample(changes, len(changes))) for _ in range(3)} | {_end(fee, changes)}
    assert len(ends) == 1
    assert min(ends) >= 0


def _days_within(fee: Span, drawn: tuple[int, int]) -> Span:
    start, length = drawn[0] % fee.days, drawn[1]
    first = fee.first.fromordinal(fee.first.toordinal() + start)
    return Span(first, first.fromordinal(first.toordinal() + length))


def _end(fee: AdjustedFee, changes: list[Change]) -> int:
    """What is left of the fee: every amount of its transactions together."""
    left, minor = fee, fee.amount.minor
    for change in changes:
        own = left.days.intersection(change) if isinstance(change, Span) else None
        if own and not without(own, left.removed):
            continue
        done = reduce_days(left, change) if isinstance(change, Span) else change_price(left, change)
        left, minor = done.fee, minor + done.amount.minor
        assert left.net.minor == minor
    return minor


@given(FEES, st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=3))
def test_a_fee_without_days_is_worth_nothing(fee: AdjustedFee, drawn: list[tuple[int, int]]) -> None:
    """RED-07, 5.9 (5)."""
    assert _end(fee, [*(_days_within(fee.days, each) for each in drawn), fee.days]) == 0


@given(FEES, SPANS, PERCENTAGES)
def test_a_credit_mirrors_its_charge(fee: AdjustedFee, days: Span, percent: Decimal) -> None:
    """5 (conventions): of a negative fee every amount is negated."""
    mirror = AdjustedFee(-fee.amount, fee.days)
    assert change_price(mirror, percent).amount == -change_price(fee, percent).amount
    if fee.days.intersection(days):
        assert reduce_days(mirror, days).amount == -reduce_days(fee, days).amount


@pytest.mark.parametrize(
    ("canceled_on", "unused"),
    [
        ("2022-10-15", ("2022-10-16", "2022-10-31")),  # LG-CN-01: 16 days
        ("2022-10-01", ("2022-10-02", "2022-10-31")),
        ("2022-09-30", ("2022-10-01", "2022-10-31")),  # KB-INV-06: before the first day, all
        ("2022-01-01", ("2022-10-01", "2022-10-31")),
        ("2022-10-30", ("2022-10-31", "2022-10-31")),
        ("2022-10-31", None),
        ("2022-11-01", None),
    ],
)
def test_the_day_of_cancellation_counts_as_used(canceled_on: str, unused: tuple[str, str] | None) -> None:
    """LIF-04, LG-CN-01, KB-INV-06."""
    october = AdjustedFee(eur("31"), span("2022-10-01", "2022-10-31"))
    found = unused_days(october.days, day(canceled_on))
    credit = cancellation_credit(october, day(canceled_on))
    assert (found and written([found])[0]) == unused
    assert (credit and credit.amount) == (found and Money(-100 * found.days, "EUR"))


@given(FEES, DAYS | MONTH_ENDS)
def test_what_is_used_and_what_is_credited_is_the_fee(fee: AdjustedFee, canceled_on: Any) -> None:
    """LIF-04, RED-02."""
    credit = cancellation_credit(fee, canceled_on)
    left = credit.fee.net if credit else fee.net
    assert left - (credit.amount if credit else Money.zero(left.currency)) == fee.amount
    if canceled_on < fee.days.first:
        assert left.minor == 0
