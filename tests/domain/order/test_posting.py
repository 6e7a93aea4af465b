"""Posting: PST-02 to PST-07, POS-02, POS-05, POS-06, POS-11, contracts 1."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from services.order.domain.service_order.lines import OverridePrice
from services.order.domain.service_order.posting import Post
from services.order.domain.service_order.references import LineReferences
from services.order.domain.service_order.state import CreatedLine, Failure, Open, Posted, PostedLine
from tests.domain.order.facts import (
    CALL,
    HOURS,
    OF_POSTED,
    PUMPS,
    TRIP,
    added,
    canceled,
    created,
    failed,
    line_posted,
    order_posted,
    overridden,
    posting,
    signed,
)
from tests.domain.order.records import LABOUR, ORDER, REPAIRS, an_order, call_out, found, hours, pumps, travel

FOUND: Mapping[int, LineReferences] = {
    1: found(hours()),
    2: found(pumps()),
    3: found(travel()),
    4: found(call_out()),
}
open_order = an_order.given(created(), added(1), added(2, PUMPS), added(3, TRIP), added(4, CALL))
signed_order = open_order.given(signed(1, 2, 3, 4))
ONE, TWO, THREE, FOUR = line_posted(1), line_posted(2, PUMPS), line_posted(3, TRIP), line_posted(4, CALL)


def post(found: Mapping[int, LineReferences] = FOUND, **choice: Any) -> Post:
    return Post(order_id=ORDER, found=found, **choice)


def instead(line: int, **rows: Any) -> Mapping[int, LineReferences]:
    return {**FOUND, line: replace(FOUND[line], **rows)}


def test_every_signed_off_line_posts_in_line_order_and_the_order_says_so() -> None:
    after = signed_order.when(post()).then(ONE, TWO, THREE, FOUR, order_posted(ONE, TWO, THREE, FOUR, final=True))
    assert isinstance(after.state, Posted)
    assert after.state.postings == 1
    after.when(post()).then_not_allowed("posted", *OF_POSTED)


def test_a_posting_is_complete_in_itself() -> None:
    order = an_order.given(created(customer=None, project="P-7", agreement=None), added(1, PUMPS), signed(1))
    pump = line_posted(1, PUMPS)
    order.when(post({1: found(pumps())})).then(pump, order_posted(pump, final=True, customer=None, project="P-7"))


def test_ids_follow_from_the_order_the_line_and_the_posting() -> None:
    """POS-11, contracts 4."""
    after = signed_order.when(post(lines=(2,))).then(TWO, order_posted(TWO, final=False))
    assert isinstance(after.state, Open)
    line = after.state.lines[2]
    assert isinstance(line, PostedLine)
    assert line.transaction == str(uuid5(NAMESPACE_URL, f"urn:fieldfact:transaction:{ORDER}|2|1"))
    assert TWO.posting_id == str(uuid5(NAMESPACE_URL, f"urn:fieldfact:posting:{ORDER}|1"))


def test_lines_that_are_not_signed_off_stay() -> None:
    """PST-02."""
    after = open_order.given(signed(1, 4)).when(post()).then(ONE, FOUR, order_posted(ONE, FOUR, final=False))
    assert isinstance(after.state, Open)
    second = line_posted(3, TRIP, posting=2)
    after.given(canceled(2), signed(3)).when(post()).then(second, order_posted(second, final=True))


def test_types_that_are_not_chosen_stay() -> None:
    """PST-04, POS-02."""
    types = frozenset(("item", "fee"))
    signed_order.when(post(types=types)).then(TWO, FOUR, order_posted(TWO, FOUR, final=False))
    signed_order.when(post(types=frozenset())).then_refused("state", "nothing_to_post")


def test_lines_that_are_not_chosen_stay() -> None:
    """PST-03."""
    signed_order.when(post(lines=(4, 1, 4))).then(ONE, FOUR, order_posted(ONE, FOUR, final=False))
    signed_order.when(post(lines=(1, 2), types=frozenset(("item",)))).then(TWO, order_posted(TWO, final=False))
    signed_order.when(post(lines=())).then_refused("state", "nothing_to_post")


def test_canceled_lines_do_not_keep_a_posting_from_being_final() -> None:
    order = open_order.given(signed(1), canceled(2), canceled(3), canceled(4))
    order.when(post()).then(ONE, order_posted(ONE, final=True))


def test_a_line_named_can_be_posted() -> None:
    open_order.given(signed(1)).when(post(lines=(1, 2))).then_refused("state", "line_not_signed_off")
    signed_order.when(post(lines=(1, 5))).then_refused("state", "unknown_line")
    open_order.given(canceled(1)).when(post(lines=(1,))).then_refused("state", "line_canceled")
    order = signed_order.given(*posting(ONE, final=False))
    order.when(post(lines=(1,))).then_refused("state", "line_posted")


def test_there_is_something_to_post() -> None:
    """[?20]."""
    an_order.given(created()).when(post({})).then_refused("state", "nothing_to_post")
    open_order.when(post()).then_refused("state", "nothing_to_post")
    open_order.given(signed(1)).when(post(types=frozenset(("fee",)))).then_refused("state", "nothing_to_post")


def test_a_line_signed_off_after_the_posting_was_asked_for_stays_out_of_it() -> None:
    earlier = {1: FOUND[1], 2: FOUND[2]}
    signed_order.when(post(earlier)).then(ONE, TWO, order_posted(ONE, TWO, final=False))
    signed_order.when(post({})).then_refused("state", "nothing_to_post")


def closed(row: Any) -> Any:
    return replace(row, active=False)


FAILURES = [
    pytest.param({"project": None}, "unknown_reference", "there is no project P-1", id="no project"),
    pytest.param(
        {"project": closed(REPAIRS)}, "inactive_reference", "project P-1 is not active", id="inactive project"
    ),
    pytest.param({"category": None}, "unknown_reference", "there is no category LABOUR", id="no category"),
    pytest.param(
        {"category": closed(LABOUR)}, "inactive_reference", "category LABOUR is not active", id="inactive category"
    ),
    pytest.param(
        {"category": replace(LABOUR, type="fee")},
        "category_type",
        "category LABOUR is for lines of type fee",
        id="category of another type",
    ),
    pytest.param({"worker": None}, "unknown_reference", "there is no worker W-1", id="no worker"),
    pytest.param(
        {"worker": closed(FOUND[1].worker)}, "inactive_reference", "worker W-1 is not active", id="inactive worker"
    ),
]


@pytest.mark.parametrize(("rows", "reason", "sentence"), FAILURES)
def test_a_line_that_cannot_post_says_why_and_the_others_post(rows: dict[str, Any], reason: str, sentence: str) -> None:
    """PST-06, PST-07, POS-06."""
    order = open_order.given(signed(1, 4))
    after = order.when(post(instead(1, **rows))).then(
        failed(1, reason, sentence), FOUR, order_posted(FOUR, final=False)
    )
    assert isinstance(after.state, Open)
    line = after.state.lines[1]
    assert isinstance(line, CreatedLine)
    assert (line.signed_off, line.failure) == (True, Failure(reason, sentence))
    second = line_posted(1, posting=2)
    after.when(post()).then(second, order_posted(second, final=False))


def test_a_posting_in_which_no_line_posts_is_no_posting() -> None:
    nobody = {line: replace(rows, project=None) for line, rows in FOUND.items()}
    why = ("unknown_reference", "there is no project P-1")
    after = open_order.given(signed(1, 2)).when(post(nobody)).then(failed(1, *why), failed(2, *why))
    assert isinstance(after.state, Open)
    assert after.state.postings == 0
    after.when(post()).then(ONE, TWO, order_posted(ONE, TWO, final=False))


def test_a_line_whose_price_is_missing_does_not_post_until_it_is_given() -> None:
    order = an_order.given(created(), added(1, price_source="missing"), signed(1))
    after = order.when(post()).then(failed(1, "price_missing", "no price was found for the line: set it by hand"))
    given = after.when(OverridePrice(line=1, unit_cost=HOURS["unit_cost"], reason="agreed")).then(
        overridden(1, "40.00", "120.00", "75.00", "225.00")
    )
    assert isinstance(given.state, Open)
    line = given.state.lines[1]
    assert isinstance(line, CreatedLine)
    assert (line.signed_off, line.failure) == (True, None)
    given.when(post()).then(ONE, order_posted(ONE, final=True))


def test_prices_and_the_state_of_an_item_are_not_asked_again() -> None:
    """Prices were frozen on the line (3.4); goods that were used are used."""
    gone = replace(FOUND[2], item=None, cost_prices=(), sales_prices=())
    open_order.given(signed(2)).when(post({2: gone})).then(TWO, order_posted(TWO, final=False))


def test_a_posted_line_knows_its_transaction() -> None:
    state = signed_order.given(*posting(ONE, TWO, final=False)).state
    assert isinstance(state, Open)
    line = state.lines[2]
    assert isinstance(line, PostedLine)
    assert (line.posting, line.transaction, line.values.cost) == (1, TWO.transaction, PUMPS["cost"])
