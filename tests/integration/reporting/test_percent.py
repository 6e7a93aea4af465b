"""The margin percentage of the database is that of the kernel, to the last digit."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from libs.kernel.money import rounded_decimal

CENTS = st.integers(-(10**14), 10**14) | st.integers(-2000, 2000)


@pytest.fixture
def owner(database: str, reporting_url: str) -> Iterator[psycopg.Connection[Any]]:
    assert reporting_url
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cost=CENTS, sales=CENTS)
@example(cost=80850, sales=96890)
@example(cost=0, sales=0)
@example(cost=79999, sales=80000)
@example(cost=80001, sales=80000)
@example(cost=-79999, sales=-80000)
@example(cost=10**14 - 1, sales=2 * 10**14)
def test_half_up_away_from_zero(owner: psycopg.Connection[Any], cost: int, sales: int) -> None:
    amounts = (Decimal(cost).scaleb(-2), Decimal(sales).scaleb(-2))
    found = owner.execute("select analytics.margin_percent(%s, %s)", amounts).fetchone()
    expected = rounded_decimal(Fraction(100 * (sales - cost), sales), 2) if sales else None
    assert found == (expected,)
    assert str(found[0]) == str(expected)
