"""The view of orders: the header as it stands, and whether the order was called off."""

from datetime import date

from services.reporting.projections.order import service_order
from tests.domain.reporting.an_order import AGREEMENT, LINES, THE_VISIT, canceled, created, folded, revised

CREATED = {
    "number": "SO-000123",
    "agreement": AGREEMENT,
    "project": "P-77",
    "customer": "C-1001",
    "service_date": THE_VISIT,
    "currency": "EUR",
    "description": None,
    "priority": None,
    "responsible": None,
    "preferred_technician": None,
    "stage": None,
    "canceled": False,
}


def test_an_order_stands_as_it_was_created() -> None:
    assert folded(service_order, [created(), *LINES]) == {(): CREATED}


def test_a_revision_changes_what_it_holds_and_nothing_else() -> None:
    rows = folded(service_order, [created(), revised(date(2026, 3, 11), "Ring twice")])
    assert rows == {(): {**CREATED, "service_date": date(2026, 3, 11), "description": "Ring twice"}}


def test_an_order_is_called_off_with_or_without_lines() -> None:
    for lines in ((), (1, 2)):
        assert folded(service_order, [created(), canceled(*lines)]) == {(): {**CREATED, "canceled": True}}


def test_what_comes_before_the_beginning_changes_nothing() -> None:
    assert folded(service_order, [revised(), canceled()]) == {}
