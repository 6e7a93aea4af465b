"""The two percentages of service levels: consumption of a clock, compliance of a period."""

from decimal import Decimal

import pytest

from libs.rules.sla import OpenTime, Terms, compliance, shown
from tests.domain.rules.clocks import SECOND, at, marked


@pytest.mark.parametrize(
    ("met", "missed", "percent"), [(3, 1, "75.00"), (2, 1, "66.67"), (1, 7, "12.50"), (0, 4, "0.00"), (7, 0, "100.00")]
)
def test_compliance_is_of_what_was_decided(met: int, missed: int, percent: str) -> None:
    """sla 14."""
    found = compliance(met, missed)
    assert found is not None
    assert shown(found) == Decimal(percent)


def test_where_nothing_was_decided_there_is_no_compliance() -> None:
    assert compliance(0, 0) is None


def test_a_percentage_is_shown_half_up() -> None:
    """sla 5."""
    assert [shown(Decimal(text)) for text in ("55.555", "0.004999", "106.25")] == [
        Decimal("55.56"),
        Decimal("0.00"),
        Decimal("106.25"),
    ]


def test_consumption_is_not_rounded() -> None:
    """sla 5 and 14; STR-10."""
    clock = marked(Terms(OpenTime(14_400)), ("started", at(2, 9)))
    assert clock.consumption(at(2, 9) + SECOND) == Decimal(100) / 14_400
