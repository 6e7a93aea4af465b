"""The checker of billing on a small course of its own: as it is nothing is found, and whatever is changed in it shows."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.chaos.check import BILLED
from tests.chaos.check_bills import check_bills
from tests.chaos.clients import History, Operation
from tests.chaos.evidence import Evidence, Fact, Store

Says = dict[str, Any]
Course = list[tuple[int, str, str, Says]]
"""Append, stream, name and content."""
Change = Callable[[Course], object]

JANUARY, FEBRUARY = {"from": "2026-01-01", "to": "2026-01-31"}, {"from": "2026-02-01", "to": "2026-02-28"}


def euros(amount: str) -> Says:
    return {"amount": amount, "currency": "EUR"}


def billed(fee: str, days: Says, amount: str = "100.00", kind: str = "regular", cycle: int = 1) -> Says:
    return {"fee": fee, "kind": kind, "days": days, "cycle": cycle, "amount": euros(amount)}


def fee(days: Says, amount: str = "100.00", **other: Any) -> Says:
    priced = {"base_price": euros("100.00"), "index": "100", "percentage": "0", "amount": euros(amount)}
    shares = [{"share": 1, "customer": "C-1", "percentage": "100", "amount": euros(amount)}]
    about = {"subscription": "S", "kind": "regular", "days": days, "period": days, "cycle": 1, "project": "P"}
    return {**about, **priced, "shares": shares, **other}


def line(number: int, of: str, net: str, **other: Any) -> Says:
    tax = f"{float(net) * 0.21:.2f}"
    gross = f"{float(net) * 1.21:.2f}"
    amounts = {"net": euros(net), "gross": euros(gross), "accounting_net": euros(net)}
    return {"line": number, "fee": of, "share": 1, "project": "P", **amounts, "taxes": [vat(tax)], **other}


def vat(amount: str) -> Says:
    return {"code": "VAT", "percentage": "21", "tax": euros(amount)}


def document(number: str, proposal: str, *lines: Says, **sums: str) -> Says:
    told = {name: euros(amount) for name, amount in sums.items()}
    about = {"number": number, "proposal": proposal, "issuer": "main", "issued_on": "2026-03-01"}
    taxes = [{**vat(sums["tax"]), "net": euros(sums["net"])}]
    return {**about, "lines": list(lines), "taxes": taxes, **told, "vouchers": [f"V {number}"]}


def voucher(source: str, of: str, **amounts: str) -> Says:
    entries = [{"posting_type": kind, "account": kind, "amount": euros(amount)} for kind, amount in amounts.items()]
    return {"source": source, "belongs_to": of, "on": "2026-03-01", "currency": "EUR", "entries": entries}


def proposed(number: int, of: str, net: str) -> Says:
    return {"content": {"line": number, "fee": of, "share": 1, "amount": euros(net)}}


def charged(number: int, of: str, tax: str, net: str) -> Says:
    place = {"document": "D", "number": "INV-2026-000001", "line": number, "share": 1}
    return {**place, "net": euros(net), "taxes": [vat(tax)], "amount": euros(net)}


def earned(number: int, amount: str, run: str | None = None, count: int = 1) -> Says:
    told = {
        "line": number,
        "on": "2026-03-01",
        "amount": euros(amount),
        "count": count,
        "voucher": f"V earned {number}",
    }
    return {**told, **({"run": run} if run else {})}


def course() -> Course:
    """Two fees of a run, one with days taken off; invoiced, in part earned; the other is given back and billed again."""
    return [*_created(), *_charged(), *_given_back()]


def _created() -> Course:
    reduced = fee(FEBRUARY, "-25.00", kind="reduction_days", adjusts="F2", adjustment=1, cycle=1)
    seven = {"days": [{"from": "2026-02-01", "to": "2026-02-07"}], "amount": euros("-25.00")}
    return [
        (1, "S", "SubscriptionOpened", {"base_price": euros("100.00"), "name": "s"}),
        (2, "R", "FeeRunRequested", {"days": {"from": "2026-01-01", "to": "2026-02-28"}, "description": "r"}),
        (3, "S", "SubscriptionBilled", {"run": "R", "fees": [billed("F1", JANUARY), billed("F2", FEBRUARY)]}),
        (3, "F1", "FeeCreated", fee(JANUARY, run="R")),
        (3, "F2", "FeeCreated", fee(FEBRUARY, run="R")),
        (3, "R", "FeeRunAdvanced", {"created": 2, "through": "S"}),
        (4, "R", "FeeRunCompleted", {"created": 2}),
        (5, "A", "FeeCreated", reduced),
        (5, "S", "SubscriptionBilled", {"fees": [billed("A", FEBRUARY, "-25.00", "reduction_days")]}),
        (5, "F2", "FeeDaysReduced", {"adjustment": 1, "adjustment_fee": "A", **seven}),
    ]


INV, CN = "INV-2026-000001", "CN-2026-000001"
ACCRUAL = {"wip_subscription": "50.00", "accrued_revenue_subscription": "-50.00"}


def _charged() -> Course:
    invoiced = {"customer": "211.75", "invoiced_revenue": "-175.00", "tax": "-36.75"}
    deferred = {"accrued_revenue_subscription": "100.00", "wip_subscription": "-100.00"}
    halves = [{"line": 1, "amount": euros("50.00")}, {"line": 2, "amount": euros("50.00")}]
    schedule = {"document": "D", "document_line": 1, "amount": euros("100.00"), "lines": halves}
    return [
        (6, "P1", "ProposalCreated", {}),
        (6, "P1", "ProposalLineAdded", proposed(1, "F1", "100.00")),
        (6, "P1", "ProposalLineAdded", proposed(2, "F2", "100.00")),
        (6, "P1", "ProposalLineAdded", proposed(3, "A", "-25.00")),
        (7, "D", "InvoicePosted", _invoice(INV)),
        (7, f"V {INV}", "VoucherPosted", voucher("invoice", "D", **invoiced)),
        (7, "V deferred", "VoucherPosted", voucher("invoice", "D", **deferred)),
        (7, "Z", "ScheduleBuilt", schedule),
        (7, "F1", "FeeInvoiced", {**charged(1, "F1", "21.00", "100.00"), "schedule": "Z"}),
        (7, "F2", "FeeInvoiced", charged(2, "F2", "21.00", "100.00")),
        (7, "A", "FeeInvoiced", charged(3, "A", "-5.25", "-25.00")),
        (7, "P1", "ProposalInvoiced", {"document": "D", "number": INV}),
        (8, "Z", "RevenueAccrued", earned(1, "50.00")),
        (8, "V earned 1", "VoucherPosted", voucher("accrual", "Z", **ACCRUAL)),
    ]


def _given_back() -> Course:
    back = {"reverses": {"document": "D", "line": 1}}
    returned = {"customer": "-121.00", "invoiced_revenue": "100.00", "tax": "21.00"}
    undone = {"accrued_revenue_subscription": "-100.00", "wip_subscription": "100.00"}
    return [
        (9, "P2", "ProposalLineAdded", proposed(1, "F1", "-100.00")),
        (10, "C", "CreditNotePosted", document(CN, "P2", line(1, "F1", "-100.00", **back), **_sums("-100.00"))),
        (10, f"V {CN}", "VoucherPosted", voucher("credit_note", "C", **returned, **undone)),
        (10, "F1", "FeeCredited", {"document": "C", "number": CN, "line": 1, "share": 1}),
        (10, "S", "FeeDaysFreed", {"fee": "F1", "days": JANUARY, "cycle": 1, "because": "credited"}),
        (10, "Z", "AccrualReversed", {**earned(1, "50.00"), "voucher": "V back"}),
        (10, "V back", "VoucherPosted", voucher("accrual_reversal", "Z", **_mirrored(ACCRUAL))),
        (10, "Z", "ScheduleLinesDropped", {"lines": [1, 2], "amount": euros("100.00")}),
        (10, "P2", "ProposalInvoiced", {"document": "C", "number": CN}),
        (11, "S", "SubscriptionBilled", {"fees": [billed("F3", JANUARY, cycle=2)]}),
        (11, "F3", "FeeCreated", fee(JANUARY, cycle=2)),
    ]


def _invoice(number: str) -> Says:
    lines = (line(1, "F1", "100.00", schedule="Z"), line(2, "F2", "100.00"), line(3, "A", "-25.00"))
    made = document(number, "P1", *lines, net="175.00", tax="36.75", total="211.75")
    return {**made, "vouchers": [f"V {number}", "V deferred"]}


def _sums(net: str) -> dict[str, str]:
    return {"net": net, "tax": f"{float(net) * 0.21:.2f}", "total": f"{float(net) * 1.21:.2f}"}


def _mirrored(amounts: Mapping[str, str]) -> dict[str, str]:
    return {name: amount[1:] if amount.startswith("-") else f"-{amount}" for name, amount in amounts.items()}


def evidence_of(told: Course, billed_by: str = "R") -> Evidence:
    facts, versions = list[Fact](), dict[str, int]()
    for position, (append, stream, name, says) in enumerate(told, 1):
        versions[stream] = versions.get(stream, 0) + 1
        meta = {"actor": "chaos", "correlation_id": f"{append}", "occurred_at": "2026-03-01T00:00:00+00:00"}
        wire = f"subscription_billing.{name}.v1"
        facts.append(Fact(stream, versions[stream], position, wire, json.dumps(says).encode(), meta, append))
    return Evidence(
        {"subscription_billing": Store(facts, [], {}, [], len(facts), {})},
        {"subscription_billing": []},
        History(billed=[(billed_by, "S")]),
    )


def found(told: Course) -> set[str]:
    """The invariants of billing that do not hold."""
    return {name for check in BILLED for name, _ in check(evidence_of(told))}


def at(told: Course, stream: str, name: str) -> Says:
    return next(says for _, of, kind, says in told if (of, kind) == (stream, name))


def without(told: Course, stream: str, name: str) -> None:
    told.remove(next(entry for entry in told if entry[1:3] == (stream, name)))


def test_nothing_is_found_in_what_is_right() -> None:
    assert found(course()) == set()


def _twice(stream: str, name: str) -> Change:
    """The fact again, in an append of its own."""

    def change(told: Course) -> None:
        place = next(place for place, entry in enumerate(told) if entry[1:3] == (stream, name))
        told.append((99, *told[place][1:]))

    return change


def _said(stream: str, name: str, **values: Any) -> Change:
    return lambda told: at(told, stream, name).update(values)


def _lost(stream: str, name: str) -> Change:
    return lambda told: without(told, stream, name)


CHANGES: Mapping[str, tuple[Change, set[str]]] = {
    "a fee doubled": (_twice("F1", "FeeCreated"), {"I10", "I22"}),
    "a fee lost": (_lost("F3", "FeeCreated"), {"I10"}),
    "a fee that nobody remembers": (_lost("A", "FeeCreated"), {"I10"}),
    "days billed twice": (_lost("S", "FeeDaysFreed"), {"I31"}),
    "a cycle left out": (_said("S", "SubscriptionBilled", fees=[billed("F1", JANUARY, cycle=2)]), {"I31"}),
    "a fee of another amount": (_said("F3", "FeeCreated", amount=euros("99.99")), {"I30", "I33"}),
    "a reduction of another amount": (_said("F2", "FeeDaysReduced", amount=euros("-24.99")), {"I30"}),
    "days taken off twice": (_twice("F2", "FeeDaysReduced"), {"I30", "I31"}),
    "a run that says more": (_said("R", "FeeRunAdvanced", created=3), {"I22"}),
    "a run that is over twice": (_twice("R", "FeeRunCompleted"), {"I22"}),
    "a run that is not over": (_lost("R", "FeeRunCompleted"), {"live"}),
    "days left out": (_said("R", "FeeRunRequested", days={"from": "2026-01-01", "to": "2026-03-01"}), {"I22"}),
    "a document doubled": (_twice("D", "InvoicePosted"), {"I10", "I25", "I34", "I36"}),
    "a document lost": (_lost("D", "InvoicePosted"), {"I10", "I32", "I34", "I36"}),
    "a line that was not proposed": (_lost("P1", "ProposalLineAdded"), {"I10"}),
    "a share charged twice": (_twice("F2", "FeeInvoiced"), {"I10"}),
    "a share that nobody charged": (_lost("F2", "FeeInvoiced"), {"I10"}),
    "another amount given back": (_said("F1", "FeeInvoiced", net=euros("99.00")), {"I33"}),
    "a total that is no sum": (_said("D", "InvoicePosted", total=euros("211.76")), {"I33", "I36"}),
    "a number left out": (_said("D", "InvoicePosted", number="INV-2026-000002"), {"I25"}),
    "a voucher doubled": (_twice("V earned 1", "VoucherPosted"), {"I32", "I36"}),
    "a voucher lost": (_lost("V deferred", "VoucherPosted"), {"I32", "I36"}),
    "a voucher out of balance": (_said("V back", "VoucherPosted", entries=[]), {"I32"}),
    "a line earned twice": (_twice("Z", "RevenueAccrued"), {"I32", "I36"}),
    "a line taken back that was not earned": (_lost("Z", "RevenueAccrued"), {"I32"}),
    "a schedule of another sum": (_said("Z", "ScheduleBuilt", amount=euros("99.00")), {"I32"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_shows(what: str) -> None:
    change, wanted = CHANGES[what]
    told = course()
    change(told)
    assert wanted <= found(told)


def test_an_acknowledged_document_that_is_not_there_shows() -> None:
    """I1."""
    evidence = evidence_of(course())
    posted = Operation(0, "subscription_billing", "post", "key", "key", "P1", 0.0, document="INV-2026-000002")
    evidence.history.operations.append(posted)
    assert "I1" in {name for name, _ in check_bills(evidence)}
