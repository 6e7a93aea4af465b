"""A fee from its creation to its invoice and its credit note."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.events import subscription_billing_fees as says
from libs.events.fact import Fact
from libs.kernel.ids import natural_id
from services.subscription_billing.domain.fees.commands import (
    ChangePrice,
    CreateFee,
    CreditShare,
    DeleteFee,
    InvoiceShare,
    PutOnProposal,
    ReduceDays,
    SelectForCredit,
    TakeOffProposal,
    UnselectForCredit,
)
from services.subscription_billing.domain.fees.fee import fee
from services.subscription_billing.domain.fees.state import Absent, Deleted, Fee, State
from tests.domain.subscription_billing.billed import (
    ADJUSTMENT,
    CUSTOMER,
    DOCUMENT,
    FEE,
    OTHER,
    PROPOSAL,
    created,
    days,
    eur,
    invoiced,
    put_on,
)
from tests.support.spec import Given, specification

a_fee: Given[Any, State, Any] = specification(fee)
OTHER_PROPOSAL = natural_id("proposal", "IP-2")
SELECTED = says.FeeSelectedForCredit()
INVOICED = (created(), put_on(), invoiced())


def reduced(number: int, first: str, last: str, amount: str, reason: str | None = None) -> says.FeeDaysReduced:
    return says.FeeDaysReduced(
        adjustment=number, adjustment_fee=ADJUSTMENT, days=(days(first, last),), amount=eur(amount), reason=reason
    )


def changed(number: int, percentage: str, amount: str) -> says.FeePriceChanged:
    return says.FeePriceChanged(
        adjustment=number, adjustment_fee=ADJUSTMENT, percentage=Decimal(percentage), amount=eur(amount)
    )


def reduce(first: str, last: str) -> ReduceDays:
    return ReduceDays(days(first, last), ADJUSTMENT)


def credited(share: int = 1) -> says.FeeCredited:
    note = natural_id("credit_note", PROPOSAL)
    return says.FeeCredited(document=note, number="CN-2026-000001", line=1, share=share, issued_on=date(2026, 4, 1))


def test_a_fee_is_created_once_whoever_computes_it() -> None:
    """FEE-15."""
    a_fee.when(CreateFee(created())).then(created()).when(CreateFee(created())).then()


def test_an_invoiced_fee_is_adjusted_too() -> None:
    """RED-05, PCH-02."""
    a_fee.given(*INVOICED).when(reduce("2026-03-31", "2026-03-31")).then(
        reduced(1, "2026-03-31", "2026-03-31", "-10.00")
    )


def test_what_is_on_a_proposal_is_not_adjusted() -> None:
    """INV-03: a fee is atomic, and what is proposed stays as it is."""
    for history in (a_fee.given(created(), put_on()), a_fee.given(*INVOICED, SELECTED, put_on(credit=True))):
        for command in (reduce("2026-03-31", "2026-03-31"), ChangePrice(Decimal(5), ADJUSTMENT), DeleteFee()):
            history.when(command).then_refused("state", "fee_on_proposal")


def test_an_adjustment_is_not_adjusted_and_not_deleted() -> None:
    """RED-11, [?B27]."""
    history = a_fee.given(created("-10.00", kind="reduction_days", adjusts=FEE))
    history.when(reduce("2026-03-31", "2026-03-31")).then_refused("state", "not_adjustable")
    history.when(DeleteFee()).then_refused("state", "not_deletable")


def test_a_fee_on_its_way_back_is_not_adjusted() -> None:
    """RED-11."""
    a_fee.given(*INVOICED, SELECTED).when(reduce("2026-03-31", "2026-03-31")).then_not_allowed("selected_for_credit")
    history = a_fee.given(*INVOICED, SELECTED, put_on(credit=True), credited())
    history.when(reduce("2026-03-31", "2026-03-31")).then_not_allowed("credited")


def test_a_fee_is_deleted_before_it_is_invoiced() -> None:
    """FEE-14."""
    deleted = says.FeeDeleted(reason="Wrong month")
    history = a_fee.given(created()).when(DeleteFee("Wrong month")).then(deleted)
    assert history.state == Deleted()
    history.when(SelectForCredit()).then_not_allowed("deleted")
    a_fee.given(created(chargeable=False)).when(DeleteFee()).then(says.FeeDeleted())
    a_fee.given(*INVOICED).when(DeleteFee()).then_not_allowed("invoiced")
    adjusted = a_fee.given(created(), reduced(1, "2026-03-31", "2026-03-31", "-10.00"))
    adjusted.when(DeleteFee()).then_refused("state", "fee_adjusted")


def test_a_share_is_on_one_proposal_at_a_time() -> None:
    """INV-01, INV-06: taken off, it is as before."""
    (
        a_fee.given(created())
        .when(PutOnProposal(PROPOSAL, 1))
        .then(put_on())
        .when(PutOnProposal(OTHER_PROPOSAL, 1))
        .then_refused("state", "fee_on_proposal")
    )
    off = says.FeeTakenOffProposal(proposal=PROPOSAL, share=1, credit=False)
    history = a_fee.given(created(), put_on())
    history.when(TakeOffProposal(OTHER_PROPOSAL, 1)).then()
    history = history.when(TakeOffProposal(PROPOSAL, 1)).then(off)
    history.when(PutOnProposal(OTHER_PROPOSAL, 1)).then(put_on(proposal=OTHER_PROPOSAL))
    history.when(PutOnProposal(PROPOSAL, 2)).then_refused("value", "unknown_share")


def test_what_is_not_chargeable_is_on_no_proposal() -> None:
    """LNP-05, FEE-13."""
    a_fee.given(created(chargeable=False)).when(PutOnProposal(PROPOSAL, 1)).then_refused("state", "not_chargeable")


def test_a_share_is_invoiced_once() -> None:
    """INV-01, INV-14."""
    history = a_fee.given(created(), put_on()).when(InvoiceShare(invoiced())).then(invoiced())
    history.when(InvoiceShare(invoiced())).then_not_allowed("invoiced")
    history.when(PutOnProposal(OTHER_PROPOSAL, 1)).then_refused("state", "already_posted")
    a_fee.given(created()).when(InvoiceShare(invoiced())).then_not_allowed("open")


def test_a_repriced_fee_is_adjusted_by_what_was_charged() -> None:
    """INV-06 (R3), RED-02."""
    history = a_fee.given(created(), put_on(), invoiced("155.00"))
    history.when(reduce("2026-03-31", "2026-03-31")).then(reduced(1, "2026-03-31", "2026-03-31", "-5.00"))


def test_a_fee_goes_back_in_two_steps() -> None:
    """CRN-01, CRN-02, CRN-07: selected, put on a proposal of credit notes, credited; and that is for good."""
    a_fee.given(created()).when(SelectForCredit()).then_refused("state", "fee_not_invoiced")
    a_fee.given(*INVOICED).when(PutOnProposal(OTHER_PROPOSAL, 1, True)).then_refused("state", "fee_not_invoiced")
    selected = a_fee.given(*INVOICED).when(SelectForCredit("Doubled")).then(says.FeeSelectedForCredit(reason="Doubled"))
    selected.when(UnselectForCredit()).then(says.FeeUnselected()).when(UnselectForCredit()).then_not_allowed("invoiced")
    back = (
        selected.when(PutOnProposal(OTHER_PROPOSAL, 1, credit=True))
        .then(put_on(credit=True, proposal=OTHER_PROPOSAL))
        .when(CreditShare(credited()))
        .then(credited())
    )
    for command in (SelectForCredit(), PutOnProposal(PROPOSAL, 1), PutOnProposal(PROPOSAL, 1, credit=True)):
        with pytest.raises(AssertionError, match="refused"):
            back.when(command).then()
    off = says.FeeTakenOffProposal(proposal=PROPOSAL, share=1, credit=True)
    on_credit = a_fee.given(*INVOICED, SELECTED, put_on(credit=True))
    on_credit.when(UnselectForCredit()).then_refused("state", "fee_on_proposal")
    on_credit.when(TakeOffProposal(PROPOSAL, 1)).then(off).when(UnselectForCredit()).then(says.FeeUnselected())


def half(share: int, customer: str, amount: str) -> says.FeeShare:
    return says.FeeShare(share=share, customer=customer, percentage=Decimal(50), amount=eur(amount))


TWO = created("100.01", shares=(half(1, CUSTOMER, "50.01"), half(2, OTHER, "50.00")))


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ((), "chargeable"),
        ((put_on(1),), "on_proposal"),
        ((put_on(1), invoiced("50.01", 1)), "chargeable"),
        ((put_on(1), invoiced("50.01", 1), put_on(2), invoiced("50.00", 2)), "invoiced"),
        ((put_on(1), invoiced("50.01", 1), put_on(2), invoiced("50.00", 2), SELECTED), "selected_for_credit"),
        (
            (put_on(1), invoiced("50.01", 1), put_on(2), invoiced("50.00", 2), SELECTED, put_on(1, credit=True)),
            "on_credit_proposal",
        ),
        (
            (
                *(put_on(1), invoiced("50.01", 1), put_on(2), invoiced("50.00", 2), SELECTED),
                *(put_on(1, credit=True), credited(1), put_on(2, credit=True), credited(2)),
            ),
            "credited",
        ),
    ],
)
def test_a_fee_stands_where_its_last_share_stands(facts: tuple[Fact, ...], status: str) -> None:
    """FTR-04, INV-05."""
    state = a_fee.given(TWO, *facts).state
    assert isinstance(state, Fee)
    assert state.status == status


def test_a_fee_of_which_a_share_is_invoiced_is_not_deleted() -> None:
    a_fee.given(TWO, put_on(1), invoiced("50.01", 1)).when(DeleteFee()).then_not_allowed("partly_invoiced")


def test_nothing_is_asked_of_a_fee_that_is_not_there() -> None:
    a_fee.when(DeleteFee()).then_not_allowed("absent")
    assert a_fee.state == Absent()


def test_the_invoice_is_remembered_for_the_credit() -> None:
    """5.8: what is given back is what was invoiced."""
    state = a_fee.given(*INVOICED).state
    assert isinstance(state, Fee)
    invoice = state.shares[1].invoiced
    assert invoice is not None
    assert invoice.document == DOCUMENT
