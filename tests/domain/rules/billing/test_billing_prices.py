"""Base prices, their search and their updates: SPR-01 to SPR-06, IDX-01 to IDX-07."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.decider import Rejected
from libs.kernel.money import Money
from libs.rules.billing import (
    BaseVersion,
    IndexVersion,
    PriceWanted,
    SubscriptionPrice,
    base_by,
    base_on,
    base_price,
    base_to,
    index_by,
    index_on,
    index_to,
)
from tests.domain.rules.billing.sums import MONEY, day, eur

JANUARY, FEBRUARY, MARCH = day("2026-01-01"), day("2026-02-01"), day("2026-03-01")
KEYS: dict[str, Any] = {"subscription": "S-1", "project": "9030", "price_group": "PG-1", "category": "SubCat1"}
WANTED = PriceWanted("M", "EUR", MARCH, **KEYS)

BEST_FIRST = (
    "category project subscription",
    "project subscription",
    "category price_group subscription",
    "price_group subscription",
    "category subscription",
    "subscription",
    "category project",
    "project",
    "category price_group",
    "price_group",
    "category",
    "",
)


def row(names: str = "", price: str = "500", **others: Any) -> SubscriptionPrice:
    named = {name: KEYS[name] for name in names.split()}
    return replace(SubscriptionPrice(names or "all", "M", JANUARY, eur(price), **named), **others)


@pytest.mark.parametrize(("better", "worse"), list(combinations(BEST_FIRST, 2)))
def test_the_more_particular_row_wins_even_where_it_is_older(better: str, worse: str) -> None:
    """SPR-02, SPR-03, SPR-04, AX-PRI-02, [?B4]: subscription 4, project 2, category 1, price groups in between."""
    for rows in permutations([row(better), row(worse, effective_on=MARCH)]):
        assert base_price(rows, WANTED) == row(better)


def test_a_row_for_the_category_is_found_from_the_day_it_appears() -> None:
    """SPR-A, SPR-06, AX-PRI-01."""
    project, category = row("project", "500"), row("category project", "550", effective_on=FEBRUARY)
    before = replace(WANTED, on=day("2026-01-31"))
    assert base_price([project, category], before) == project
    assert base_price([project, category], WANTED) == category
    assert base_price([project, category], replace(WANTED, category="SubCat2")) == project


@pytest.mark.parametrize(
    "other",
    [
        {"period_code": "Month"},
        {"price": Money.of("500", "USD")},
        {"effective_on": day("2026-03-02")},
        {"subscription": "S-2"},
        {"project": "9031"},
        {"price_group": "PG-2"},
        {"category": "SubCat2"},
    ],
)
def test_a_row_that_differs_is_no_hit(other: dict[str, Any]) -> None:
    """SPR-01, SPR-05, [?B5]: without a hit there is no price."""
    assert base_price([replace(row(), **other)], WANTED) is None
    assert base_price([replace(row(), **other), row()], WANTED) == row()


def test_of_one_rank_the_latest_in_force_wins_and_then_the_highest_key() -> None:
    """SPR-03."""
    old, new, later = (
        row(price="1"),
        row(price="2", effective_on=FEBRUARY),
        row(price="3", effective_on=day("2026-04-01")),
    )
    twin = row(price="4", effective_on=FEBRUARY, key="b")
    for rows in permutations([old, new, later, twin]):
        assert base_price(rows, WANTED) == twin
        assert base_price(rows, replace(WANTED, on=JANUARY)) == old


def test_a_row_is_for_a_project_or_for_a_price_group() -> None:
    """SPR-04."""
    with pytest.raises(ValueError, match="a project or for a price group"):
        row("project price_group")


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (index_by(Decimal(110), Decimal(10)), "121.0000"),  # AX-IDX-02: not 120
        (index_to(Decimal(105)), "105.0000"),  # AX-IDX-03
        (index_by(Decimal("100.0001"), Decimal("0.05")), "100.0501"),  # 100.05010005
        (index_by(Decimal("0.0001"), Decimal(50)), "0.0002"),  # 0.00015, up
        (base_by(eur("120"), Decimal(10)).amount, "132.00"),  # AX-IDX-04
        (base_to(eur("200")).amount, "200.00"),  # AX-IDX-05
        (base_by(eur("0.05"), Decimal(10)).amount, "0.06"),  # 0.055, up
        (base_by(Money.of("1001", "JPY"), Decimal("0.05")).amount, "1002"),  # 1001.5005
        (base_by(Money.of("0.001", "KWD"), Decimal(-50)).amount, "0.001"),  # 0.0005, up
    ],
)
def test_the_four_ways_to_update(made: object, wanted: str) -> None:
    """IDX-01, IDX-02, IDX-04, [?B6]: the index at 4 decimals, the base price at the minor unit."""
    assert str(made) == wanted


REFUSED: dict[str, Callable[[], object]] = {
    "an index of 0": lambda: index_to(Decimal(0)),
    "an index that rounds to 0": lambda: index_to(Decimal("0.00004")),
    "a price below 0": lambda: base_to(eur("-0.01")),
    "all of the index": lambda: index_by(Decimal(100), Decimal(-100)),
    "all of the price": lambda: base_by(eur("100"), Decimal(-100)),
}
REASONS = (
    "index_not_positive",
    "index_not_positive",
    "base_price_negative",
    "percentage_too_low",
    "percentage_too_low",
)


@pytest.mark.parametrize(("name", "reason"), list(zip(REFUSED, REASONS, strict=True)))
def test_what_no_index_and_no_price_becomes(name: str, reason: str) -> None:
    """IDX-06."""
    with pytest.raises(Rejected) as refusal:
        REFUSED[name]()
    assert (refusal.value.kind, refusal.value.reason) == ("value", reason)
    assert base_to(eur("0")) == eur("0")


def test_a_fee_uses_the_versions_valid_on_its_first_day() -> None:
    """IDX-05, IDX-07, OC-PRC-01."""
    bases = [BaseVersion(JANUARY, eur("100")), BaseVersion(FEBRUARY, eur("200"))]
    indexes = [IndexVersion(FEBRUARY, Decimal(110)), IndexVersion(FEBRUARY, Decimal(121))]
    assert [base_on(bases, on) for on in (day("2025-12-31"), JANUARY, day("2026-01-31"), FEBRUARY)] == [
        None,
        eur("100"),
        eur("100"),
        eur("200"),
    ]
    assert [index_on(indexes, on) for on in (JANUARY, FEBRUARY)] == [Decimal(100), Decimal(121)]


@given(MONEY, st.decimals("-99.99", "500", places=2))
def test_an_updated_base_price_is_within_half_a_unit_of_the_exact(price: Money, percent: Decimal) -> None:
    """IDX-04."""
    exact = price.minor * (100 + percent) / 100
    assert abs(base_by(price, percent).minor - exact) <= Decimal("0.5")
