"""Schedules of recognition, funding, currencies and vouchers: ACC-02 to ACC-07, INV-05, W10 to W12, W14, W15."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.decider import Rejected
from libs.kernel.money import Money, total
from libs.rules.billing import (
    PeriodCalendar,
    PeriodCode,
    Residual,
    Span,
    Split,
    TaxedLine,
    accrual_voucher,
    converted,
    fee_schedule,
    imbalance,
    invoice_voucher,
    mirrored,
    reduction_schedule,
    shares,
)
from tests.domain.rules.billing.sums import CODES, MONTH, SIGNED, SPANS, eur, months, span, written


def scheduled(amount: Money, days: Span, split: Split, residual: Residual = "last") -> list[str]:
    lines = fee_schedule(amount, days, PeriodCalendar.generated(MONTH, days), split, residual)
    return [line.amount.amount for line in lines]


QUARTER = span("2011-01-01", "2011-03-31")


@pytest.mark.parametrize(
    ("amount", "split", "residual", "lines"),
    [
        ("300", "by_days", "first", ["103.34", "93.33", "103.33"]),  # W10, AX-ACC-01: 31, 28, 31 of 90
        ("300", "by_days", "last", ["103.33", "93.33", "103.34"]),  # AX-ACC-03
        ("300", "equal", "last", ["100.00", "100.00", "100.00"]),  # AX-ACC-02
        ("100", "equal", "first", ["33.34", "33.33", "33.33"]),  # AX-ACC-04
        ("100", "equal", "last", ["33.33", "33.33", "33.34"]),
        ("-100", "equal", "last", ["-33.33", "-33.33", "-33.34"]),
    ],
)
def test_a_quarter_by_months(amount: str, split: Split, residual: Residual, lines: list[str]) -> None:
    """ACC-03, ACC-04, W10."""
    assert scheduled(eur(amount), QUARTER, split, residual) == lines


def test_a_year_in_equal_parts() -> None:
    """W11: 83.33 x 12 = 999.96."""
    year = span("2026-01-01", "2026-12-31")
    assert scheduled(eur("1000"), year, "equal") == ["83.33"] * 11 + ["83.37"]
    assert scheduled(eur("1000"), year, "equal", "first") == ["83.37"] + ["83.33"] * 11


def test_a_term_across_a_leap_day_by_days() -> None:
    """W12: 366 days, without a residual."""
    assert scheduled(eur("1200"), span("2024-01-15", "2025-01-14"), "by_days") == (
        [
            "55.74",
            "95.08",
            "101.64",
            "98.36",
            "101.64",
            "98.36",
            "101.64",
            "101.64",
            "98.36",
            "101.64",
            "98.36",
            "101.64",
            "45.90",
        ]
    )


def test_equal_parts_of_a_stub_are_of_the_periods_that_it_touches() -> None:
    """[?B22], ACC-02."""
    lines = fee_schedule(eur("90"), span("2026-01-31", "2026-03-01"), months("2026-01-01", "2026-03-31"))
    assert [line.amount for line in lines] == [eur("30")] * 3
    assert written([line.days for line in lines]) == [
        ("2026-01-31", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
        ("2026-03-01", "2026-03-01"),
    ]


def test_a_fee_of_a_day_is_a_single_line() -> None:
    """[?B34]."""
    one = span("2026-01-31", "2026-01-31")
    calendar = PeriodCalendar.generated(PeriodCode("day"), one)
    assert [line.amount for line in fee_schedule(eur("5"), one, calendar, "by_days")] == [eur("5")]


def test_revenue_has_accrual_periods() -> None:
    """ACC-02, PER-05."""
    with pytest.raises(Rejected) as refusal:
        fee_schedule(eur("300"), QUARTER, months("2011-01-01", "2011-02-28"))
    assert refusal.value.reason == "periods_not_generated"


@pytest.mark.parametrize(
    ("amount", "currency", "parts"),
    [("1000", "JPY", ["333", "333", "334"]), ("10.000", "KWD", ["3.333", "3.333", "3.334"])],
)
def test_a_third_has_the_decimals_of_its_currency(amount: str, currency: str, parts: list[str]) -> None:
    """W14."""
    assert scheduled(Money.of(amount, currency), QUARTER, "equal") == parts


def test_an_amount_is_converted_once_and_then_split() -> None:
    """W15, ACC-12, [?B16]."""
    dollars = converted(eur("100"), Decimal("1.3333"), "USD")
    assert dollars == Money.of("133.33", "USD")
    assert [part.amount for part in shares(dollars, [1, 1, 1])] == ["44.44", "44.44", "44.45"]
    assert converted(Money.of("1000", "JPY"), Decimal("0.0061"), "EUR") == eur("6.10")
    assert converted(eur("10"), Decimal("0.3333"), "KWD") == Money.of("3.333", "KWD")


def test_a_reduction_is_earned_back_over_its_own_days() -> None:
    """RED-10, 5.6: by days, whatever the fee's split."""
    calendar = months("2011-01-01", "2011-03-31")
    february = reduction_schedule(eur("-33.33"), [span("2011-02-10", "2011-02-19")], calendar)
    assert [line.amount for line in february] == [eur("-33.33")]
    across = reduction_schedule(eur("-46.67"), [span("2011-02-20", "2011-03-05")], calendar)
    assert [line.amount for line in across] == [eur("-30.00"), eur("-16.67")]
    apart = reduction_schedule(
        eur("-4"), [span("2011-03-01", "2011-03-01"), span("2011-02-01", "2011-02-01")], calendar
    )
    assert [(str(line.days.first), line.amount) for line in apart] == [
        ("2011-02-01", eur("-2")),
        ("2011-03-01", eur("-2")),
    ]
    parts = [span("2011-02-01", "2011-02-01"), span("2011-02-03", "2011-02-04"), span("2011-03-01", "2011-03-01")]
    assert [line.amount for line in reduction_schedule(eur("-4"), parts, calendar)] == [eur("-3"), eur("-1")]
    holed = reduction_schedule(
        eur("-4"), [span("2011-02-01", "2011-02-01"), span("2011-02-03", "2011-02-04")], calendar
    )
    assert [(*written([line.days])[0], line.amount) for line in holed] == [("2011-02-01", "2011-02-04", eur("-4"))]


@given(SIGNED, CODES, SPANS, st.sampled_from(["equal", "by_days"]), st.sampled_from(["first", "last"]))
def test_lines_sum_to_what_was_invoiced_and_what_is_deferred_runs_down(
    amount: Money, code: PeriodCode, days: Span, split: Any, residual: Any
) -> None:
    """ACC-10, 5.9 (4), 5.9 (6): no line goes against its fee, so that nothing is earned before it is deferred."""
    lines = fee_schedule(amount, days, PeriodCalendar.generated(code, days), split, residual)
    assert total((line.amount for line in lines), amount.currency) == amount
    assert sum(line.days.days for line in lines) == days.days
    assert all(line.amount.minor * amount.minor >= 0 for line in lines)


@pytest.mark.parametrize("residual", ["first", "last"])
def test_a_residual_that_is_more_than_its_part_is_spread(residual: Residual) -> None:
    """5.4, 5.9 (6): 7 yen in twelve parts would be eleven ones and -4."""
    parts = shares(Money.of("7", "JPY"), [1] * 12, residual)
    assert [part.minor for part in parts] == [1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1]


def test_funding_sources_share_and_the_last_takes_the_residual() -> None:
    """INV-05."""
    assert [part.amount for part in shares(eur("100"), [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")])] == [
        "33.33",
        "33.33",
        "33.34",
    ]
    assert [part.amount for part in shares(eur("0.05"), [50, 50])] == ["0.03", "0.02"]
    assert [part.amount for part in shares(eur("100"), [100, 0])] == ["100.00", "0.00"]
    with pytest.raises(ValueError, match="shares of nothing"):
        shares(eur("1"), [])


@given(SIGNED, st.lists(st.decimals("0", "100", places=2), min_size=1, max_size=6).filter(any))
def test_shares_sum_to_the_whole_and_a_credit_mirrors_them(amount: Money, weights: list[Decimal]) -> None:
    """INV-05, 5.9 (5)."""
    parts = shares(amount, weights)
    assert total(parts, amount.currency) == amount
    assert shares(-amount, weights) == tuple(-part for part in parts)


def test_an_invoice_with_accrual_earns_nothing_yet() -> None:
    """INV-10, ACC-05, AX-ACC-05."""
    booked = [(entry.account, entry.amount.amount) for entry in invoice_voucher(TaxedLine(eur("9000")), accrue=True)]
    assert booked == [
        ("customer", "9000.00"),
        ("invoiced_revenue", "-9000.00"),
        ("accrued_revenue_subscription", "9000.00"),
        ("wip_subscription", "-9000.00"),
    ]
    taxed = invoice_voucher(TaxedLine(eur("100"), (eur("20"),)), accrue=False)
    assert [(entry.account, entry.amount.amount) for entry in taxed] == [
        ("customer", "120.00"),
        ("invoiced_revenue", "-100.00"),
        ("tax", "-20.00"),
    ]


def test_accruing_and_reversing_mirror_each_other() -> None:
    """ACC-06, ACC-07, AX-ACC-06, AX-ACC-07, 5.5."""
    earned = accrual_voucher(eur("3000"))
    assert [(entry.account, entry.amount.amount) for entry in earned] == [
        ("wip_subscription", "3000.00"),
        ("accrued_revenue_subscription", "-3000.00"),
    ]
    assert mirrored(earned) == accrual_voucher(eur("-3000"))


@given(SIGNED, st.integers(0, 10**6), st.booleans())
def test_every_voucher_sums_to_zero(net: Money, tax: int, accrue: bool) -> None:
    """5.9 (4), 5.9 (5): and with its mirror nothing is left on any account."""
    voucher = invoice_voucher(TaxedLine(net, (Money(tax, net.currency),)), accrue=accrue)
    assert imbalance(voucher, net.currency) == imbalance(accrual_voucher(net), net.currency) == Money.zero(net.currency)
    both = zip(voucher, mirrored(voucher), strict=True)
    assert all((one.account, one.amount) == (other.account, -other.amount) for one, other in both)
