"""Sign-off and its withdrawal: PST-01, PST-10, LIN-11, [?25]."""

import pytest

from libs.events.order import OrderSignOffWithdrawn
from services.order.domain.service_order.sign_off import SignOff, WithdrawSignOff
from tests.domain.order.facts import CALL, PUMPS, added, canceled, created, line_posted, order_posted, signed
from tests.domain.order.records import an_order

open_order = an_order.given(created(), added(1), added(2, PUMPS), added(3, CALL))
first_posted = open_order.given(signed(1), line_posted(1), order_posted(line_posted(1), final=False))


def test_sign_off_covers_every_created_line_that_is_not_signed_off() -> None:
    open_order.when(SignOff()).then(signed(1, 2, 3))
    open_order.given(canceled(2)).when(SignOff()).then(signed(1, 3))
    open_order.given(signed(3)).when(SignOff()).then(signed(1, 2))
    first_posted.when(SignOff()).then(signed(2, 3))


def test_sign_off_covers_the_lines_named_in_line_order() -> None:
    open_order.when(SignOff((3, 1))).then(signed(1, 3))
    open_order.when(SignOff((2, 2))).then(signed(2))


@pytest.mark.parametrize("lines", [None, ()])
def test_there_is_something_to_sign_off(lines: tuple[int, ...] | None) -> None:
    an_order.given(created()).when(SignOff(lines)).then_refused("state", "nothing_to_sign_off")
    an_order.given(created(), added(1), canceled(1)).when(SignOff(lines)).then_refused("state", "nothing_to_sign_off")
    an_order.given(created(), added(1), signed(1)).when(SignOff(lines)).then_refused("state", "nothing_to_sign_off")


def test_no_line_named_is_signed_off_unless_every_one_can_be() -> None:
    open_order.when(SignOff((1, 4))).then_refused("state", "unknown_line")
    open_order.given(canceled(2)).when(SignOff((1, 2))).then_refused("state", "line_canceled")
    open_order.given(signed(2)).when(SignOff((1, 2))).then_refused("state", "line_signed_off")
    first_posted.when(SignOff((1, 2))).then_refused("state", "line_posted")


def test_a_withdrawal_opens_the_lines_again() -> None:
    order = open_order.given(signed(1, 3))
    order.when(WithdrawSignOff(reason="Leaks again")).then(OrderSignOffWithdrawn(lines=(1, 3), reason="Leaks again"))
    order.when(WithdrawSignOff((3,))).then(OrderSignOffWithdrawn(lines=(3,))).when(SignOff()).then(signed(2, 3))


@pytest.mark.parametrize("lines", [None, ()])
def test_there_is_something_to_withdraw(lines: tuple[int, ...] | None) -> None:
    open_order.when(WithdrawSignOff(lines)).then_refused("state", "nothing_to_withdraw")
    first_posted.when(WithdrawSignOff(lines)).then_refused("state", "nothing_to_withdraw")


def test_what_is_posted_stays_signed_off() -> None:
    """PST-10."""
    first_posted.when(WithdrawSignOff((1,))).then_refused("state", "line_posted")
    open_order.given(signed(1)).when(WithdrawSignOff((1, 2))).then_refused("state", "line_not_signed_off")
    open_order.when(WithdrawSignOff((4,))).then_refused("state", "unknown_line")
    open_order.given(canceled(1)).when(WithdrawSignOff((1,))).then_refused("state", "line_canceled")
