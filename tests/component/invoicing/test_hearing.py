"""From postings heard to documents stored: once each, numbered without a gap."""

from datetime import UTC, datetime, timedelta

from libs.events.invoicing import CreditNoteIssued, Document
from libs.events.order import OrderPosted
from tests.component.invoicing.conftest import POSTED_AT, Invoicing
from tests.domain.invoicing.an_order import ORDER, billed, credit_note, entry, invoice, posting, reversal

LABOUR = entry(1, "120.00")
NEW_YEAR = datetime(2027, 1, 1, 0, 30, tzinfo=UTC)
OTHER = "4d19f4a5-10ad-5f3f-8d31-5ac2b6ea2f6c"


def of_other(posted: OrderPosted) -> OrderPosted:
    return posted.model_copy(update={"order_id": OTHER, "posting_id": f"{OTHER[:-1]}{posted.posting_number}"})


async def numbers(invoicing: Invoicing) -> list[str]:
    return [fact.number for fact in await invoicing.said() if isinstance(fact, Document)]


async def test_a_batch_of_postings_becomes_documents_in_its_order(invoicing: Invoicing) -> None:
    first, second = posting(1, LABOUR), posting(2, reversal(LABOUR), entry(1, "95.25"))
    await invoicing.hear(invoicing.record(ORDER, first), invoicing.record(ORDER, second))
    assert await invoicing.said() == [
        invoice("INV-2026-000001", first, billed(1, "120.00"), total="120.00"),
        credit_note("CN-2026-000001", second, billed(1, "24.75"), total="24.75"),
    ]


async def test_what_is_heard_again_changes_nothing(invoicing: Invoicing) -> None:
    records = [invoicing.record(ORDER, posting(number, LABOUR)) for number in (1, 2, 3)]
    await invoicing.hear(*records[:2])
    await invoicing.hear(*records)
    await invoicing.hear(*records[1:])
    assert await numbers(invoicing) == ["INV-2026-000001", "INV-2026-000002", "INV-2026-000003"]


async def test_a_posting_that_is_told_twice_is_documented_once_and_wastes_no_number(invoicing: Invoicing) -> None:
    first, nothing = posting(1, LABOUR), posting(2, entry(2, "80.00", chargeable=False))
    told = [invoicing.record(ORDER, fact) for fact in (first, first, nothing)]
    await invoicing.hear(*told, invoicing.record(OTHER, of_other(posting(1, LABOUR))))
    await invoicing.hear(invoicing.record(ORDER, first), invoicing.record(ORDER, posting(3, LABOUR)))
    assert await numbers(invoicing) == ["INV-2026-000001", "INV-2026-000002", "INV-2026-000003"]


async def test_every_kind_and_year_counts_for_itself(invoicing: Invoicing) -> None:
    await invoicing.hear(
        invoicing.record(ORDER, posting(1, LABOUR)),
        invoicing.record(ORDER, posting(2, LABOUR), NEW_YEAR),
        invoicing.record(ORDER, posting(3, reversal(LABOUR)), NEW_YEAR),
        invoicing.record(ORDER, posting(4, LABOUR), NEW_YEAR),
    )
    assert await numbers(invoicing) == ["INV-2026-000001", "INV-2027-000001", "CN-2027-000001", "INV-2027-000002"]


async def test_a_document_happened_when_its_posting_did_and_names_it_as_its_cause(invoicing: Invoicing) -> None:
    await invoicing.hear(invoicing.record(ORDER, posting(1, LABOUR)))
    (stored,) = await invoicing.store.recorder.read_log(0, 10)
    assert stored.occurred_at == POSTED_AT
    assert (stored.meta["causation_id"], stored.meta["correlation_id"]) == (f"{ORDER}:1", "c-1")
    assert stored.meta["actor"] == "service:invoicing"


async def test_a_posting_reported_late_is_documented_too(invoicing: Invoicing) -> None:
    """Instants need not rise within a stream, and least of all in another system's. Source: contracts 5."""
    later, earlier = posting(1, LABOUR), posting(2, reversal(LABOUR))
    await invoicing.hear(invoicing.record(ORDER, later))
    await invoicing.hear(invoicing.record(ORDER, earlier, POSTED_AT - timedelta(days=2)))
    assert [type(fact) for fact in await invoicing.said()][1:] == [CreditNoteIssued]
