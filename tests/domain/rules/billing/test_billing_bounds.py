"""The bounds of billing: what no honest run reaches."""

import pytest

from libs.kernel.money import Money
from libs.rules.billing import beyond_usual, crowded_days
from tests.domain.rules.billing.sums import day, eur, span


def test_a_service_day_has_15_lines_at_most() -> None:
    """FEE-16: lines of fees, reductions and price changes alike."""
    lines = [span("2026-03-01", "2026-03-31")] * 14 + [span("2026-03-10", "2026-03-11")]
    assert crowded_days(lines) == ()
    assert crowded_days([*lines, span("2026-03-11", "2026-03-12")]) == (day("2026-03-11"),)


@pytest.mark.parametrize(
    ("invoiced", "amount", "beyond"),
    [
        (["1", "9", "100", "100", "100", "100", "100", "9999"], "2000.00", False),
        (["1", "9", "100", "100", "100", "100", "100", "9999"], "2000.01", True),
        (["100", "200", "300", "400", "500", "600"], "7000.00", False),  # between 300 and 400
        (["100", "200", "300", "400", "500", "600"], "7000.01", True),
        (["1", "1", "1", "1", "1"], "9999.00", False),
    ],
)
def test_an_invoice_of_20_times_the_usual_is_seen_where_six_tell_what_is_usual(
    invoiced: list[str], amount: str, beyond: bool
) -> None:
    """FEE-16: the median of the last six."""
    assert beyond_usual(eur(amount), [eur(each) for each in invoiced]) is beyond


def test_amounts_of_several_currencies_are_not_compared() -> None:
    with pytest.raises(ValueError, match="no median"):
        beyond_usual(eur("1"), [Money.of("1", "JPY")])
