"""A posting becomes one document: what is on it, what it is worth, and when there is none."""

import pytest

from examples.invoicing.domain import IssueDocument, Kind
from libs.events.order import OrderPosted
from libs.kernel.money import Money
from tests.domain.invoicing.an_order import (
    THE_DAY,
    billed,
    credit_note,
    entry,
    invoice,
    invoicing,
    posting,
    reversal,
)

LABOUR = entry(1, "120.00")
TRAVEL = entry(2, "35.50", says="Travel", taxed="low")
WARRANTY = entry(3, "80.00", chargeable=False, says="Warranty part")


def issue(of: OrderPosted, kind: Kind = "invoice", number: int = 1) -> IssueDocument:
    return IssueDocument(of, kind, THE_DAY, number)


def test_a_posting_is_invoiced_line_by_line() -> None:
    first = posting(1, TRAVEL, LABOUR)
    invoicing.when(issue(first)).then(
        invoice(
            "INV-2026-000001",
            first,
            billed(1, "120.00"),
            billed(2, "35.50", says="Travel", taxed="low"),
            total="155.50",
        )
    )


def test_what_is_not_chargeable_or_worth_nothing_is_left_out() -> None:
    first = posting(1, LABOUR, WARRANTY, entry(4, "0.00"))
    invoicing.when(issue(first)).then(invoice("INV-2026-000001", first, billed(1, "120.00"), total="120.00"))


def test_an_adjustment_upwards_is_an_invoice_of_the_difference() -> None:
    first, dearer = posting(1, LABOUR), entry(1, "150.00", says="Labour, two hours")
    second = posting(2, reversal(LABOUR), dearer)
    invoicing.given(invoice("INV-2026-000001", first, billed(1, "120.00"), total="120.00")).when(
        issue(second, number=2)
    ).then(invoice("INV-2026-000002", second, billed(1, "30.00", says="Labour, two hours"), total="30.00"))


def test_an_adjustment_downwards_is_a_credit_note_of_what_is_given_back() -> None:
    first, second = posting(1, LABOUR), posting(2, reversal(LABOUR), entry(1, "95.25"))
    invoicing.given(invoice("INV-2026-000001", first, billed(1, "120.00"), total="120.00")).when(
        issue(second, "credit_note")
    ).then(credit_note("CN-2026-000001", second, billed(1, "24.75"), total="24.75"))


def test_a_line_that_stops_being_chargeable_is_given_back_whole() -> None:
    second = posting(2, reversal(LABOUR), entry(1, "0.00", chargeable=False))
    invoicing.when(issue(second, "credit_note")).then(
        credit_note("CN-2026-000001", second, billed(1, "120.00"), total="120.00")
    )


def test_a_document_may_hold_lines_of_both_signs() -> None:
    cheaper, dearer = entry(1, "20.00"), entry(2, "65.50", says="Travel", taxed="low")
    second = posting(2, reversal(LABOUR), cheaper, reversal(TRAVEL), dearer)
    invoicing.when(issue(second, "credit_note")).then(
        credit_note(
            "CN-2026-000001",
            second,
            billed(1, "100.00"),
            billed(2, "-30.00", says="Travel", taxed="low"),
            total="70.00",
        )
    )


@pytest.mark.parametrize(
    "worthless",
    [
        posting(1, WARRANTY),
        posting(1, entry(1, "0.00")),
        posting(2, reversal(LABOUR), LABOUR),
        posting(2, entry(1, "-10.00"), entry(2, "10.00")),
    ],
    ids=["nothing chargeable", "nothing to pay", "an adjustment of the cost alone", "lines that balance"],
)
def test_a_posting_worth_nothing_has_no_document(worthless: OrderPosted) -> None:
    for kind in ("invoice", "credit_note"):
        invoicing.when(issue(worthless, kind)).then()


def test_a_posting_is_documented_once() -> None:
    first, second = posting(1, LABOUR), posting(2, TRAVEL)
    issued = invoicing.given(
        invoice("INV-2026-000001", first, billed(1, "120.00"), total="120.00"),
        invoice("INV-2026-000002", second, billed(2, "35.50", says="Travel", taxed="low"), total="35.50"),
    )
    issued.when(issue(first, number=3)).then()
    issued.when(issue(second, number=3)).then()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (issue(posting(1, LABOUR), "credit_note"), "kind_differs"),
        (issue(posting(1, reversal(LABOUR)), "invoice"), "kind_differs"),
        (issue(posting(1, LABOUR), number=0), "number_missing"),
    ],
)
def test_a_document_of_the_wrong_kind_or_without_a_number_is_refused(command: IssueDocument, reason: str) -> None:
    invoicing.when(command).then_refused("value", reason)


def test_amounts_of_another_currency_are_no_document() -> None:
    yen = LABOUR.model_copy(update={"sales": Money(12000, "JPY")})
    with pytest.raises(ValueError, match="EUR and JPY do not add up"):
        invoicing.when(issue(posting(1, yen)))
