"""Amounts of an invoice and of the life of a subscription: INV-09, 5.8, LIF-02 to LIF-09."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.money import Money
from libs.rules.billing import (
    AdjustedFee,
    PeriodCode,
    Pricing,
    change_plan,
    first_paid_day,
    has_expired,
    invoice_total,
    settled,
    taxed,
    term,
)
from libs.rules.billing.days import Span
from tests.domain.rules.billing.sums import DAYS, MONTH, MONTH_ENDS, SIGNED, YEAR, day, eur, span, written


@pytest.mark.parametrize(
    ("amount", "rates", "inclusive", "net", "taxes"),
    [
        ("16.00", ["20"], False, "16.00", ["3.20"]),  # LG-CN-01
        ("193.33", ["25"], False, "193.33", ["48.33"]),  # LG-RND-01: 48.3325
        ("-193.33", ["25"], False, "-193.33", ["-48.33"]),
        ("0.10", ["5", "5"], False, "0.10", ["0.01", "0.01"]),  # 0.005 up, per code
        ("120.00", ["20"], True, "100.00", ["20.00"]),
        ("10.00", ["19"], True, "8.40", ["1.60"]),  # 8.4033...
        ("10.00", ["7", "3"], True, "9.09", ["0.64", "0.27"]),
        ("10.00", [], False, "10.00", []),
        ("10.00", ["0"], True, "10.00", ["0.00"]),
    ],
)
def test_the_tax_of_a_line(amount: str, rates: list[str], inclusive: bool, net: str, taxes: list[str]) -> None:
    """INV-09, 5.8: on top, or out of the gross."""
    line = taxed(eur(amount), [Decimal(rate) for rate in rates], inclusive=inclusive)
    assert (line.net.amount, [tax.amount for tax in line.taxes]) == (net, taxes)


@given(SIGNED, st.lists(st.decimals("0", "40", places=2), max_size=3))
def test_an_inclusive_amount_stays_what_the_customer_pays(gross: Money, rates: list[Decimal]) -> None:
    """INV-09."""
    line = taxed(gross, rates, inclusive=True)
    assert line.gross == gross
    assert len(line.taxes) == len(rates)


@given(st.lists(st.integers(-(10**6), 10**6), max_size=5), st.decimals("0", "40", places=2), st.booleans())
def test_a_credit_repeats_every_amount_of_the_invoice(minors: list[int], rate: Decimal, inclusive: bool) -> None:
    """INV-09, 5.9 (5), [?B33]: together they are nothing, line by line."""
    lines = [taxed(Money(minor, "KWD"), [rate], inclusive=inclusive) for minor in minors]
    mirrors = [-line for line in lines]
    assert invoice_total(lines + mirrors, "KWD") == Money.zero("KWD")
    assert [line.gross + mirror.gross for line, mirror in zip(lines, mirrors, strict=True)] == [
        Money.zero("KWD")
    ] * len(lines)
    assert mirrors == [taxed(-line.gross if inclusive else -line.net, [rate], inclusive=inclusive) for line in lines]


def test_an_invoice_is_in_one_currency() -> None:
    """INV-04."""
    with pytest.raises(ValueError, match="do not add up"):
        invoice_total([taxed(Money.of("1", "JPY"), [])], "EUR")


def test_a_total_below_zero_is_a_credit() -> None:
    """5.8."""
    assert (settled(eur("-1")).due, settled(eur("-1")).credit) == (eur("0"), eur("1"))
    assert (settled(eur("1")).due, settled(eur("1")).credit) == (eur("1"), eur("0"))


def test_a_plan_changed_in_the_middle() -> None:
    """LIF-08, KB-MID-01: annual to monthly; what the credit exceeds the charge by is the customer's."""
    annual = AdjustedFee(Money.of("2399.95", "USD"), Span(day("2012-05-01"), day("2013-05-01")))
    change = change_plan(annual, day("2012-05-11"), Pricing(Money.of("249.95", "USD")), MONTH)
    assert (change.charge.amount, change.credit.amount.amount) == ("169.32", "-2334.20")
    assert written([change.charged, *change.credit.days]) == [
        ("2012-05-11", "2012-05-31"),
        ("2012-05-11", "2013-04-30"),
    ]
    assert settled(change.net).credit == Money.of("2164.88", "USD")
    anew = change_plan(
        annual, day("2012-05-11"), Pricing(Money.of("249.95", "USD")), PeriodCode("month", 1, day("2012-05-11"))
    )
    assert anew.charge.amount == "249.95"


@pytest.mark.parametrize(
    ("first", "length", "renewals", "last"),
    [
        ("2019-12-16", PeriodCode("month", 12), 0, "2020-12-15"),  # D3-REV-01
        ("2024-02-29", YEAR, 0, "2025-02-27"),
        ("2024-02-29", YEAR, 3, "2028-02-28"),  # the leap day is back
        ("2024-01-31", MONTH, 0, "2024-02-28"),
        ("2024-01-31", MONTH, 1, "2024-03-30"),
        ("2024-01-01", PeriodCode("day", 30), 0, "2024-01-30"),
    ],
)
def test_a_term_ends_the_day_before_the_next_begins(first: str, length: PeriodCode, renewals: int, last: str) -> None:
    """LIF-02, LIF-03, MBS-01: renewed from its first day, never drifting."""
    assert term(day(first), length, renewals) == span(first, last)


def test_the_last_day_of_a_term_is_part_of_it() -> None:
    """LIF-02, LIF-07."""
    year = span("2026-01-01", "2026-12-31")
    assert [has_expired(year, day(on)) for on in ("2025-12-31", "2026-12-31", "2027-01-01", "2030-01-01")] == [
        False,
        False,
        True,
        True,
    ]


@given(DAYS | MONTH_ENDS, st.integers(0, 400))
def test_a_trial_is_before_the_first_paid_day(first: object, trial: int) -> None:
    """LIF-09, LG-TRL-01."""
    start = day(str(first))
    assert (first_paid_day(start, trial) - start).days == trial
