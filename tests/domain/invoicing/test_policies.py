"""What invoicing asks of itself when it hears of a posting."""

from datetime import UTC, datetime

from examples.invoicing.application import POLICIES, when_order_posted
from examples.invoicing.domain import IssueDocument
from libs.events.order import OrderPosted
from libs.kernel.policy import Ask
from libs.kernel.view import Heard
from tests.domain.invoicing.an_order import ORDER, THE_DAY, entry, posting, reversal

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
LAST_MOMENT = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
LATER = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)


def heard(at: datetime) -> Heard:
    return Heard(ORDER, 7, occurred_at=at, recorded_at=LATER)


def test_a_posting_above_zero_asks_for_an_invoice_dated_when_it_was_posted() -> None:
    posted = posting(1, entry(1, "120.00"))
    assert when_order_posted(posted, heard(NOON)) == Ask(
        ORDER, IssueDocument(posted, "invoice", THE_DAY), counter="invoice-2026"
    )


def test_a_posting_below_zero_asks_for_a_credit_note() -> None:
    posted = posting(2, reversal(entry(1, "120.00")))
    assert when_order_posted(posted, heard(NOON)) == Ask(
        ORDER, IssueDocument(posted, "credit_note", THE_DAY), counter="credit_note-2026"
    )


def test_a_posting_worth_nothing_asks_for_nothing() -> None:
    assert when_order_posted(posting(1, entry(1, "80.00", chargeable=False)), heard(NOON)) is None


def test_the_year_is_that_of_the_posting_in_utc() -> None:
    asked = when_order_posted(posting(1, entry(1, "120.00")), heard(LAST_MOMENT))
    assert asked is not None
    assert asked.counter == "invoice-2025"
    assert asked.command.issued_on == LAST_MOMENT.date()


def test_the_table_of_policies() -> None:
    (policy,) = POLICIES
    assert (policy.publisher, dict(policy.when)) == ("order", {OrderPosted: when_order_posted})
