"""A posted line is corrected by a further posting: PST-11, POS-10, contracts 1."""

from decimal import Decimal
from typing import Any

import pytest

from libs.events import order as says
from services.order.domain.service_order.adjustment import AdjustPostedLine
from services.order.domain.service_order.posting import Post
from services.order.domain.service_order.progress import totals
from services.order.domain.service_order.state import Open, Posted, PostedLine
from tests.domain.order.facts import (
    ALWAYS,
    CALL,
    HOURS,
    PUMPS,
    added,
    canceled,
    created,
    eur,
    line_posted,
    order_posted,
    posting,
    priced,
    reversed_,
    signed,
)
from tests.domain.order.records import ORDER, an_order, found, pumps

posted_order = an_order.given(created(), added(1), signed(1), *posting(line_posted(1), final=True))
BACK = HOURS | priced("-3", "40.00", "-120.00", "75.00", "-225.00")


def adjust(line: int = 1, **values: Any) -> AdjustPostedLine:
    return AdjustPostedLine(order_id=ORDER, line=line, reason="Clerical error", **values)


def adjustment(*facts: says.OrderLinePosted, final: bool = True) -> tuple[says.OrderFact, ...]:
    return (*facts, order_posted(*facts, final=final, reason="Clerical error"))


@pytest.mark.parametrize(
    ("change", "values"),
    [
        ({"quantity": Decimal(2)}, priced("2", "40.00", "80.00", "75.00", "150.00")),
        ({"unit_cost": Decimal("41.5")}, priced("3", "41.50", "124.50", "75.00", "225.00")),
        ({"unit_price": Decimal("66.6666")}, priced("3", "40.00", "120.00", "66.6666", "200.00")),
        ({"chargeable": False}, {"chargeable": False, **priced("3", "40.00", "120.00", "75.00", "0.00")}),
        ({"description": "As agreed"}, {"description": "As agreed"}),
        ({"quantity": Decimal(4), "unit_price": Decimal(50)}, priced("4", "40.00", "160.00", "50.00", "200.00")),
        ({"quantity": Decimal(0)}, priced("0", "40.00", "0.00", "75.00", "0.00")),
    ],
)
def test_an_adjustment_takes_the_line_back_and_posts_it_anew(change: dict[str, Any], values: dict[str, Any]) -> None:
    back, anew = reversed_(1, BACK, posting=2, reverses=1), line_posted(1, HOURS | values, posting=2)
    after = posted_order.when(adjust(**change)).then(*adjustment(back, anew))
    assert isinstance(after.state, Posted)
    assert after.state.postings == 2


def test_each_adjustment_takes_back_the_latest() -> None:
    two, one = (
        {**HOURS, **priced(q, "40.00", c, "75.00", s)}
        for q, c, s in (("2", "80.00", "150.00"), ("1", "40.00", "75.00"))
    )
    back_two = HOURS | priced("-2", "40.00", "-80.00", "75.00", "-150.00")
    back_one = HOURS | priced("-1", "40.00", "-40.00", "75.00", "-75.00")
    (
        posted_order.when(adjust(quantity=Decimal(2)))
        .then(*adjustment(reversed_(1, BACK, posting=2, reverses=1), line_posted(1, two, posting=2)))
        .when(adjust(quantity=Decimal(1)))
        .then(*adjustment(reversed_(1, back_two, posting=3, reverses=2), line_posted(1, one, posting=3)))
        .when(adjust(quantity=Decimal(3)))
        .then(*adjustment(reversed_(1, back_one, posting=4, reverses=3), line_posted(1, HOURS, posting=4)))
    )


def test_a_line_is_taken_back_from_the_posting_that_made_it_whatever_was_posted_since() -> None:
    pump = line_posted(2, PUMPS, posting=2)
    order = an_order.given(created(), added(1), added(2, PUMPS), signed(1, 2), *posting(line_posted(1), final=False))
    anew = line_posted(1, HOURS | {"description": "x"}, posting=3)
    (
        order.given(*posting(pump, final=True))
        .when(adjust(description="x"))
        .then(*adjustment(reversed_(1, BACK, posting=3, reverses=1), anew))
    )


def test_a_line_taken_back_altogether_may_be_posted_again() -> None:
    nothing = HOURS | priced("0", "40.00", "0.00", "75.00", "0.00")
    no_longer = posted_order.when(adjust(quantity=Decimal(0))).then(
        *adjustment(reversed_(1, BACK, posting=2, reverses=1), line_posted(1, nothing, posting=2))
    )
    assert isinstance(no_longer.state, Posted)
    assert totals(no_longer.state).cost == eur("0.00")
    no_longer.when(adjust(quantity=Decimal(3))).then(
        *adjustment(reversed_(1, nothing, posting=3, reverses=2), line_posted(1, HOURS, posting=3))
    )


def test_lines_of_an_open_order_are_adjusted_between_its_postings() -> None:
    order = an_order.given(
        created(), added(1), added(2, PUMPS), added(3, CALL), signed(1, 2), *posting(line_posted(1), final=False)
    )
    back, anew = reversed_(1, BACK, posting=2, reverses=1), line_posted(1, HOURS | {"description": "x"}, posting=2)
    after = order.when(adjust(description="x")).then(*adjustment(back, anew, final=False))
    assert isinstance(after.state, Open)
    pump = line_posted(2, PUMPS, posting=3)
    after.given(canceled(3)).when(Post(order_id=ORDER, found={2: found(pumps())})).then(
        pump, order_posted(pump, final=True)
    )


def test_a_line_becomes_chargeable_again() -> None:
    free = HOURS | {"chargeable": False} | priced("3", "40.00", "120.00", "75.00", "0.00")
    order = an_order.given(created(), added(1, free), signed(1), *posting(line_posted(1, free), final=True))
    back = free | priced("-3", "40.00", "-120.00", "75.00", "0.00")
    order.when(adjust(chargeable=True)).then(
        *adjustment(reversed_(1, back, posting=2, reverses=1), line_posted(1, HOURS, posting=2))
    )


@pytest.mark.parametrize("kind", ["fixed_price", "investment", "cost", "internal"])
def test_an_adjustment_earns_nothing_where_the_project_does_not(kind: str) -> None:
    """PRJ-07."""
    free = HOURS | priced("3", "40.00", "120.00", "0.00", "0.00")
    order = an_order.given(
        created(project_type=kind), added(1, free), signed(1), *posting(line_posted(1, free), final=True)
    )
    back = free | priced("-3", "40.00", "-120.00", "0.00", "0.00")
    anew = free | priced("3", "40.00", "120.00", "90.00", "0.00")
    order.when(adjust(unit_price=Decimal(90))).then(
        *adjustment(reversed_(1, back, posting=2, reverses=1), line_posted(1, anew, posting=2))
    )


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"quantity": Decimal("3.0")},
        {"unit_cost": Decimal(40), "unit_price": Decimal(75), "chargeable": True, "description": None},
    ],
)
def test_a_line_is_not_adjusted_into_itself(change: dict[str, Any]) -> None:
    posted_order.when(adjust(**change)).then_refused("state", "nothing_to_change")


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"quantity": Decimal(-1)}, "invalid_number", "/quantity"),
        ({"unit_cost": Decimal(-1)}, "invalid_number", "/unit_cost"),
        ({"unit_price": Decimal("1.0000001")}, "too_many_decimals", "/unit_price"),
        ({"quantity": Decimal(999999999999)}, "amount_too_large", "/quantity"),
    ],
)
def test_adjusted_values_are_values(change: dict[str, Any], reason: str, field: str) -> None:
    posted_order.when(adjust(**change)).then_refused("value", reason, field)


def test_a_posted_fee_gets_no_cost() -> None:
    order = an_order.given(created(), added(1, CALL), signed(1), *posting(line_posted(1, CALL), final=True))
    order.when(adjust(unit_cost=Decimal(1))).then_refused("value", "fee_has_no_cost", "/unit_cost")


def test_only_a_posted_line_is_adjusted() -> None:
    posted_order.when(adjust(2, quantity=Decimal(1))).then_refused("state", "unknown_line")
    order = an_order.given(created(), added(1), added(2, PUMPS), canceled(2))
    order.when(adjust(1, quantity=Decimal(1))).then_refused("state", "line_not_posted")
    order.when(adjust(2, quantity=Decimal(1))).then_refused("state", "line_not_posted")
    an_order.when(adjust(1, quantity=Decimal(1))).then_not_allowed("absent", "create-order")
    order.given(says.OrderCanceled(lines=(1,))).when(adjust(1)).then_not_allowed("canceled", *ALWAYS)


def test_an_adjusted_line_knows_the_transaction_that_lives() -> None:
    state = posted_order.when(adjust(quantity=Decimal(2))).then_accepted().state
    assert isinstance(state, Posted)
    line = state.lines[1]
    assert isinstance(line, PostedLine)
    assert (line.posting, line.transaction) == (2, line_posted(1, posting=2).transaction)
    assert line.values.quantity == 2
