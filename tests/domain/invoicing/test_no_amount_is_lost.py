"""Whatever is posted and however often it is heard: invoices minus credit notes are what was sold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given as for_all
from hypothesis import strategies as st

from examples.invoicing.application import when_order_posted
from examples.invoicing.domain import Fact, documents
from libs.events.invoicing import InvoiceIssued
from libs.events.order import OrderPosted, PostedLine
from libs.kernel.money import Money
from libs.kernel.view import Heard
from tests.domain.invoicing.an_order import ORDER, entry, posting, reversal

POSTED_AT = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


@st.composite
def entries(draw: st.DrawFn) -> PostedLine:
    cents = draw(st.integers(-3, 3) | st.integers(-(10**9), 10**9))
    one = entry(draw(st.integers(1, 4)), Money(cents, "EUR").amount, chargeable=draw(st.booleans()))
    return reversal(one) if draw(st.booleans()) else one


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[OrderPosted], list[OrderPosted]]:
    """The postings of an order, and the same as they are heard: each at least once, in any order."""
    lines = draw(st.lists(st.lists(entries(), min_size=1, max_size=5), min_size=1, max_size=6))
    posted = [posting(number, *of) for number, of in enumerate(lines, 1)]
    again = draw(st.lists(st.sampled_from(posted), max_size=6))
    return posted, draw(st.permutations(posted + again))


def issued(heard: Sequence[OrderPosted]) -> list[Fact]:
    """What the policy and the decider make of the postings, with numbers as the reactor draws them."""
    facts, counters = list[Fact](), dict[str, int]()
    for posted in heard:
        ask = when_order_posted(posted, Heard(ORDER, 1, POSTED_AT, POSTED_AT))
        if ask is None:
            continue
        number = counters.get(ask.counter, 0) + 1
        decided = documents.decide(replace(ask.command, number=number), documents.fold(facts))
        if decided:
            counters[ask.counter] = number
        facts += decided
    return facts


def sold(posted: OrderPosted) -> int:
    return sum(line.sales.minor for line in posted.lines if line.chargeable)


def signed(fact: Fact) -> int:
    return fact.total.minor if isinstance(fact, InvoiceIssued) else -fact.total.minor


@for_all(histories())
def test_invoices_minus_credit_notes_are_what_was_sold(history: tuple[list[OrderPosted], list[OrderPosted]]) -> None:
    posted, heard = history
    assert sum(map(signed, issued(heard))) == sum(map(sold, posted))


@for_all(histories())
def test_every_posting_that_is_worth_something_has_one_document(
    history: tuple[list[OrderPosted], list[OrderPosted]],
) -> None:
    posted, heard = history
    documented = sorted(fact.posting_number for fact in issued(heard))
    assert documented == [one.posting_number for one in posted if sold(one) != 0]


@for_all(histories())
def test_every_document_is_worth_more_than_nothing_and_so_is_each_line(
    history: tuple[list[OrderPosted], list[OrderPosted]],
) -> None:
    for fact in issued(history[1]):
        assert fact.total.minor > 0
        assert sum(line.amount.minor for line in fact.lines) == fact.total.minor
        assert all(line.amount.minor != 0 for line in fact.lines)


@for_all(histories())
def test_numbers_of_a_kind_have_no_gap(history: tuple[list[OrderPosted], list[OrderPosted]]) -> None:
    for kind, prefix in ((True, "INV"), (False, "CN")):
        numbers = [fact.number for fact in issued(history[1]) if isinstance(fact, InvoiceIssued) is kind]
        assert numbers == [f"{prefix}-2026-{number:06d}" for number in range(1, len(numbers) + 1)]
