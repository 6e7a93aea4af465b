"""How far an order has come (LIF-01, X6) and what it comes to (MAR-02, MAR-03, MAR-11, MAR-12)."""

from decimal import Decimal

import pytest

from services.order.domain.service_order import service_order
from services.order.domain.service_order.cancellation import CancelLine
from services.order.domain.service_order.lines import AddLine
from services.order.domain.service_order.posting import Post
from services.order.domain.service_order.progress import Totals, progress, progress_of, totals
from services.order.domain.service_order.sign_off import SignOff
from services.order.domain.service_order.state import (
    CanceledLine,
    CreatedLine,
    Existing,
    Line,
    LineValues,
    Open,
    PostedLine,
)
from tests.domain.order.facts import (
    CALL,
    HOURS,
    PUMPS,
    TRIP,
    WARRANTY_HOUR,
    added,
    canceled,
    created,
    eur,
    line_posted,
    order_posted,
    signed,
)
from tests.domain.order.records import ORDER, an_order, call_out, create, found, hours, pumps, travel

VALUES = LineValues(
    type="fee",
    quantity=Decimal(1),
    unit_cost=Decimal(0),
    cost=eur("0.00"),
    unit_price=Decimal(1),
    sales=eur("1.00"),
    chargeable=True,
)
LINES: dict[str, Line] = {
    "Created": CreatedLine(VALUES, "search"),
    "Posted": PostedLine(VALUES, 1, ORDER),
    "Canceled": CanceledLine(VALUES),
}


@pytest.mark.parametrize(
    ("expected", "lines"),
    [
        ("in_process", "Created Created Created"),
        ("in_process", "Canceled Created Created"),
        ("in_process", "Created Canceled Posted"),
        ("canceled", "Canceled Canceled Canceled"),
        ("posted", "Posted Posted Posted"),
        ("posted", "Posted Canceled Canceled"),
        pytest.param("in_process", "", id="no line, [?20]"),
    ],
)
def test_progress_follows_from_the_lines(expected: str, lines: str) -> None:
    assert progress_of(LINES[name] for name in lines.split()) == expected


def existing(order: object) -> Existing:
    assert isinstance(order, Existing)
    return order


def test_progress_of_an_order_on_its_way() -> None:
    steps = [
        (created(), "in_process"),
        (added(1), "in_process"),
        (canceled(1), "canceled"),
        (added(2, PUMPS), "in_process"),
        (signed(2), "in_process"),
        (line_posted(2, PUMPS), "posted"),
        (order_posted(line_posted(2, PUMPS), final=True), "posted"),
    ]
    order = an_order
    for fact, expected in steps:
        order = order.given(fact)
        assert progress(existing(order.state)) == expected


def amounts(cost: str, sales: str) -> Totals:
    return Totals(eur(cost), eur(sales))


def test_the_worked_example_of_the_margin_report() -> None:
    """MAR-11: 3 x 40.00 + 1 x 40.00 + 2 x 15.25 + 618.00 = 808.50; 225.00 + 0 + 45.00 + 648.90 + 50.00 = 968.90."""
    entries = [hours("3"), hours("1", line_property="WARRANTY"), pumps("2"), travel("1"), call_out("1")]
    order = an_order.when(create()).then(created())
    for number, (entry, values) in enumerate(zip(entries, LINE_VALUES, strict=True), 1):
        order = order.when(AddLine(entry, found(entry))).then(added(number, values))
    whole = totals(existing(order.state))
    assert (whole, whole.margin) == (amounts("808.50", "968.90"), eur("160.40"))

    without_fee = totals(existing(order.when(CancelLine(5)).then(canceled(5)).state))
    assert (without_fee, without_fee.margin) == (amounts("808.50", "918.90"), eur("110.40"))

    hours_posted = (line_posted(1), line_posted(2, WARRANTY_HOUR))
    command = Post(
        order_id=ORDER, types=frozenset(("hour",)), found={n: found(entry) for n, entry in enumerate(entries, 1)}
    )
    state = existing(
        order.when(SignOff())
        .then(signed(1, 2, 3, 4, 5))
        .when(command)
        .then(*hours_posted, order_posted(*hours_posted, final=False))
        .state
    )
    assert isinstance(state, Open)
    assert (totals(state, PostedLine), totals(state, PostedLine).margin) == (amounts("160.00", "225.00"), eur("65.00"))
    remainder = totals(state, CreatedLine)
    assert (remainder, remainder.margin) == (amounts("648.50", "743.90"), eur("95.40"))
    assert totals(state) == whole


LINE_VALUES = (HOURS, WARRANTY_HOUR, PUMPS, TRIP, CALL)


def test_an_order_without_lines_comes_to_nothing_in_its_currency() -> None:
    state = existing(service_order.fold([created(currency="JPY")]))
    assert totals(state).cost.amount == "0"
    assert totals(state).margin.currency == "JPY"
