"""Lines and orders that will not be done: LIF-01, LIF-02, LIF-03, POS-07, [?20], [?21], [?22]."""

from libs.events.order import OrderCanceled
from services.order.domain.service_order.cancellation import CancelLine, CancelOrder
from services.order.domain.service_order.lines import AddLine
from services.order.domain.service_order.progress import progress
from services.order.domain.service_order.sign_off import SignOff
from services.order.domain.service_order.state import Canceled, CanceledLine, Open, Posted
from tests.domain.order.facts import (
    ALWAYS,
    CALL,
    OF_POSTED,
    PUMPS,
    added,
    canceled,
    created,
    line_posted,
    order_posted,
    signed,
)
from tests.domain.order.records import an_order, found, hours

open_order = an_order.given(created(), added(1), added(2, PUMPS), added(3, CALL))
first_posted = open_order.given(signed(1), line_posted(1), order_posted(line_posted(1), final=False))


def test_a_created_line_is_canceled() -> None:
    open_order.when(CancelLine(2, "Not needed")).then(canceled(2, "Not needed"))
    open_order.when(CancelLine(2)).then(canceled(2))


def test_only_a_created_line_that_is_not_signed_off_is_canceled() -> None:
    open_order.when(CancelLine(4)).then_refused("state", "unknown_line")
    open_order.given(canceled(2)).when(CancelLine(2)).then_refused("state", "line_canceled")
    open_order.given(signed(2)).when(CancelLine(2)).then_refused("state", "line_signed_off")
    first_posted.when(CancelLine(1)).then_refused("state", "line_posted")


def test_lines_canceled_one_by_one_leave_the_order_open() -> None:
    order = open_order.given(canceled(1), canceled(2)).when(CancelLine(3)).then(canceled(3))
    assert isinstance(order.state, Open)
    assert progress(order.state) == "canceled"
    order.when(AddLine(hours(), found(hours()))).then(added(4))


def test_an_order_is_posted_when_its_last_created_line_is_canceled() -> None:
    order = first_posted.given(canceled(2))
    assert isinstance(order.state, Open)
    order = order.when(CancelLine(3)).then(canceled(3))
    assert isinstance(order.state, Posted)
    order.when(CancelLine(1)).then_not_allowed("posted", *OF_POSTED)


def test_an_order_is_canceled_with_its_created_lines_signed_off_or_not() -> None:
    order = open_order.given(canceled(1), signed(3))
    after = order.when(CancelOrder("Sold the house")).then(OrderCanceled(reason="Sold the house", lines=(2, 3)))
    assert isinstance(after.state, Canceled)
    assert {type(line) for line in after.state.lines.values()} == {CanceledLine}
    assert progress(after.state) == "canceled"


def test_an_order_without_created_lines_is_canceled() -> None:
    """[?20]."""
    for order in (an_order.given(created()), an_order.given(created(), added(1), canceled(1))):
        after = order.when(CancelOrder()).then(OrderCanceled(lines=()))
        assert isinstance(after.state, Canceled)
        assert progress(after.state) == "canceled"


def test_an_order_with_a_posted_line_is_not_canceled() -> None:
    """[?21]: its other lines are canceled one by one."""
    first_posted.when(CancelOrder()).then_refused("state", "order_partly_posted")


def test_a_posted_order_is_not_canceled() -> None:
    order = an_order.given(created(), added(1), signed(1), line_posted(1), order_posted(line_posted(1), final=True))
    order.when(CancelOrder()).then_not_allowed("posted", *OF_POSTED)


def test_a_canceled_order_accepts_nothing() -> None:
    order = open_order.given(OrderCanceled(lines=(1, 2, 3)))
    order.when(CancelOrder()).then_not_allowed("canceled", *ALWAYS)
    order.when(CancelLine(1)).then_not_allowed("canceled", *ALWAYS)
    order.when(AddLine(hours(), found(hours()))).then_not_allowed("canceled", *ALWAYS)
    order.when(SignOff()).then_not_allowed("canceled", *ALWAYS)
