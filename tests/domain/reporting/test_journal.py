"""The views of documents and of the ledger."""

from decimal import Decimal

import pytest

from services.reporting.projections.journal import billing_document, billing_line, ledger_entry
from tests.domain.reporting import a_subscription as a
from tests.domain.reporting.an_order import folded


def test_a_document_with_what_it_is_worth_in_the_accounting_currency() -> None:
    """INV-12, ACC-12: the sum of its lines, each rounded."""
    (row,) = folded(billing_document, [a.invoice(a.line("100.01"), a.line("-50.00", line=2))]).values()
    assert (row["kind"], row["number"], row["net"], row["accounting_net"]) == ("invoice", "INV-1", "50.01", "50.01")
    assert Decimal(row["total"]) == Decimal(row["net"]) + Decimal(row["tax"])
    (credit,) = folded(billing_document, [a.credit_note()]).values()
    assert (credit["kind"], credit["net"]) == ("credit_note", "-9000.00")


def test_a_line_names_what_it_takes_back() -> None:
    """CRN-02."""
    rows = folded(billing_line, [a.invoice(a.line("10.00"), a.line("5.00", None, line=2))])
    assert [(row["net"], row["schedule"], row["reversed_document"]) for row in rows.values()] == [
        ("10.00", a.SCHEDULE, None),
        ("5.00", None, None),
    ]
    (back,) = folded(billing_line, [a.credit_note()]).values()
    assert (back["accounting_net"], back["reversed_document"], back["reversed_line"]) == ("-9000.00", a.INVOICE, 1)


def test_the_entries_of_a_voucher() -> None:
    """INV-10, ACC-05."""
    rows = folded(ledger_entry, [a.voucher("invoice", a.ISSUED_ON, **a.BILLED)])
    assert {(key[0], row["account"]): row["amount"] for key, row in rows.items()} == {
        (1, "1300"): "9000.00",
        (2, "4000"): "-9000.00",
        (3, "4100"): "9000.00",
        (4, "2000"): "-9000.00",
    }


def test_a_voucher_that_does_not_balance_is_not_added_up() -> None:
    """INV-10."""
    with pytest.raises(ValueError, match="balance"):
        folded(ledger_entry, [a.voucher("accrual", a.ISSUED_ON, customer="1.00", tax="-0.99")])
