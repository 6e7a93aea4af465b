"""The view of invoiced lines: what the documents for a line come to, credit notes taken off."""

from datetime import date
from typing import Any

import pytest

from libs.events.invoicing import InvoicedLine
from libs.kernel.money import Money
from services.reporting.projections.invoicing import invoiced_line
from tests.domain.reporting.an_order import HOUR, ITEM, THE_DAY, credit_note, folded, invoice

LATER = date(2026, 4, 1)


def told(documents: str, amount: str, on: date = THE_DAY) -> dict[str, Any]:
    return {"documents": documents, "issued_on": on, "currency": "EUR", "amount": amount}


def test_an_invoice_counts_as_it_stands_even_below_zero() -> None:
    rows = folded(invoiced_line, [invoice("INV-1", (HOUR, "225.00"), (ITEM, "-45.00"))])
    assert rows == {(HOUR,): told("INV-1", "225.00"), (ITEM,): told("INV-1", "-45.00")}


def test_what_a_credit_note_gives_back_is_taken_off() -> None:
    rows = folded(invoiced_line, [credit_note("CN-1", (HOUR, "75.00"), (ITEM, "-5.00"))])
    assert rows == {(HOUR,): told("CN-1", "-75.00"), (ITEM,): told("CN-1", "5.00")}


def test_documents_add_up_line_by_line() -> None:
    first = invoice("INV-1", (HOUR, "225.00"), (ITEM, "45.00"))
    rows = folded(invoiced_line, [first, credit_note("CN-1", (HOUR, "75.00"), on=LATER)])
    assert rows == {(HOUR,): told("INV-1\nCN-1", "150.00", LATER), (ITEM,): told("INV-1", "45.00")}


def test_the_latest_date_counts_whatever_comes_first() -> None:
    rows = folded(invoiced_line, [invoice("INV-2", (HOUR, "1.00"), on=LATER), invoice("INV-1", (HOUR, "1.00"))])
    assert rows == {(HOUR,): told("INV-2\nINV-1", "2.00", LATER)}


def test_entries_for_one_line_are_summed() -> None:
    rows = folded(invoiced_line, [invoice("INV-1", (HOUR, "225.00"), (HOUR, "-75.00"))])
    assert rows == {(HOUR,): told("INV-1", "150.00")}


def test_two_currencies_do_not_add_up() -> None:
    dollars = (InvoicedLine(line=HOUR, amount=Money.of("1.00", "USD")),)
    foreign = invoice("INV-2").model_copy(update={"currency": "USD", "lines": dollars})
    with pytest.raises(ValueError, match="do not add up"):
        folded(invoiced_line, [invoice("INV-1", (HOUR, "225.00")), foreign])
