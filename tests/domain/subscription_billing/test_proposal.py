"""An invoice proposal from its first line to its document."""

from dataclasses import replace
from typing import Any

import pytest

from libs.events import subscription_billing_invoices as says
from libs.kernel.ids import natural_id
from libs.kernel.money import Money
from services.subscription_billing.domain.invoicing.commands import (
    AddLine,
    Approve,
    Cancel,
    CreateProposal,
    Post,
    Reject,
    RemoveLine,
    RepriceLine,
    Submit,
)
from services.subscription_billing.domain.invoicing.proposal import MOST_LINES, Proposal, State, proposal
from tests.domain.subscription_billing.billed import DOCUMENT, FEE, SUB, eur, invoiced
from tests.domain.subscription_billing.proposed import ISSUED, added, begun, credit, line
from tests.support.spec import Given, specification

a_proposal: Given[Any, State, Any] = specification(proposal)
POST = Post(DOCUMENT, "INV-2026-000001", ISSUED)
POSTED = says.ProposalInvoiced(document=DOCUMENT, number="INV-2026-000001", issued_on=ISSUED)
SUBMITTED, APPROVED = says.ProposalSubmitted(), says.ProposalApproved()
OTHER_FEE = natural_id("fee", SUB, "2026-04-01", "2026-04-30", 1)


def test_a_proposal_is_begun_once() -> None:
    a_proposal.when(CreateProposal(begun())).then(begun()).when(CreateProposal(begun())).then()


def test_lines_are_numbered_and_a_number_is_not_used_again() -> None:
    """INV-03, INV-06: what is on a proposal is a subset of what could be."""
    (
        a_proposal.given(begun())
        .when(AddLine(line()))
        .then(added(line(1)))
        .when(RemoveLine(1))
        .then(says.ProposalLineRemoved(line=1))
        .when(AddLine(line()))
        .then(added(line(2)))
        .when(RemoveLine(1))
        .then_refused("value", "unknown_line", "/line")
    )


def test_a_share_of_a_fee_stands_on_it_once() -> None:
    history = a_proposal.given(begun(), added(line(1)))
    history.when(AddLine(line())).then_refused("state", "fee_on_proposal")
    history.when(AddLine(line(share=2))).then(added(line(2, share=2)))


def test_what_does_not_belong_on_it_is_refused() -> None:
    """INV-02, INV-04, data MNY-016: another currency, another method, another subscription."""
    history = a_proposal.given(begun(subscription=SUB))
    dollars = line().model_copy(update={"amount": Money.of("310.00", "USD")})
    history.when(AddLine(dollars)).then_refused("value", "currency_mismatch", "/fee", error_code="currency_mixed")
    history.when(AddLine(credit(0, invoiced()))).then_refused("value", "other_method", "/fee")
    history.when(AddLine(line(subscription=FEE))).then_refused("value", "other_subscription", "/fee")
    giving_back = a_proposal.given(begun("credit_notes"))
    giving_back.when(AddLine(line())).then_refused("value", "other_method", "/fee")
    giving_back.when(AddLine(credit(0, invoiced()))).then(added(credit(1, invoiced())))
    both = a_proposal.given(begun("both")).when(AddLine(credit(0, invoiced()))).then(added(credit(1, invoiced())))
    both.when(AddLine(line(fee=OTHER_FEE))).then(added(line(2, fee=OTHER_FEE)))


def test_a_proposal_that_is_full_takes_no_more() -> None:
    lines = [added(line(number, fee=natural_id("fee", str(number)))) for number in range(1, MOST_LINES + 1)]
    a_proposal.given(begun(), *lines).when(AddLine(line())).then_refused("state", "proposal_full")


def test_a_line_is_repriced_but_never_a_credit() -> None:
    """INV-06 (R3)."""
    repriced = says.ProposalLineRepriced(line=1, before=eur("310.00"), amount=eur("300.00"), reason="Agreed")
    history = a_proposal.given(begun("both"), added(line(1)), added(credit(2, invoiced(), fee=OTHER_FEE)))
    after = history.when(RepriceLine(1, eur("300.00"), reason="Agreed")).then(repriced)
    assert isinstance(after.state, Proposal)
    assert after.state.lines[1].amount == eur("300.00")
    after.when(RepriceLine(1, eur("300.00"))).then_refused("state", "nothing_to_change")
    history.when(RepriceLine(2, eur("-1.00"))).then_refused("state", "credit_line")
    history.when(RepriceLine(1, eur("-0.01"))).then_refused("value", "net_negative", "/amount")
    history.when(RepriceLine(1, Money.of("1.00", "USD"))).then_refused(
        "value", "currency_mismatch", "/amount", error_code="currency_mixed"
    )
    history.when(RepriceLine(1, eur("1.00"), adjusted=True)).then_refused("state", "fee_adjusted")
    history.when(RepriceLine(3, eur("1.00"))).then_refused("value", "unknown_line", "/line")
    reduction = a_proposal.given(begun(), added(line(1, "-10.00", kind="reduction_days")))
    reduction.when(RepriceLine(1, eur("5.00"))).then_refused("state", "fee_adjusted")


def test_without_the_workflow_an_open_proposal_is_posted() -> None:
    """INV-07, INV-14: posted again it says nothing again."""
    history = a_proposal.given(begun(), added(line(1)))
    history.when(Submit()).then_refused("state", "no_workflow")
    posted = history.when(POST).then(POSTED)
    posted.when(POST).then()
    posted.when(AddLine(line(share=2))).then_not_allowed("invoiced")
    posted.when(Cancel()).then_not_allowed("invoiced")


def test_with_the_workflow_only_an_approved_proposal_is_posted() -> None:
    """INV-07: and what was approved may still be given up."""
    history = a_proposal.given(begun(workflow=True), added(line(1)))
    history.when(POST).then_refused("state", "proposal_not_approved")
    submitted = history.when(Submit()).then(SUBMITTED)
    submitted.when(POST).then_refused("state", "proposal_not_approved")
    submitted.when(AddLine(line(share=2))).then_not_allowed("submitted", "approve", "reject")
    submitted.when(Cancel()).then_not_allowed("submitted", "approve", "reject")
    rejected = submitted.when(Reject("Too early")).then(says.ProposalRejected(reason="Too early"))
    rejected.when(POST).then_refused("state", "proposal_not_approved")
    rejected.when(RemoveLine(1)).then(says.ProposalLineRemoved(line=1))
    rejected.when(Submit()).then(SUBMITTED)
    approved = submitted.when(Approve()).then(APPROVED)
    approved.when(RemoveLine(1)).then_not_allowed("approved", "cancel", "post")
    approved.when(Cancel("Not yet")).then(says.ProposalCanceled(reason="Not yet")).when(POST).then_not_allowed(
        "canceled"
    )
    approved.when(POST).then(POSTED)


def test_what_is_posted_is_what_the_person_saw() -> None:
    """Data MNY-017: the total of the lines as they stand, and said of what was posted before, too."""
    history = a_proposal.given(begun(), added(line(1)), added(line(2, "-10.00", kind="reduction_days", share=2)))
    for seen in (eur("310.00"), eur("300.01"), eur("-300.00"), Money.of("300.00", "USD")):
        history.when(replace(POST, total=seen)).then_refused("value", "total_mismatch", "/total")
    posted = history.when(replace(POST, total=eur("300.00"))).then(POSTED)
    posted.when(replace(POST, total=eur("300.00"))).then()
    posted.when(replace(POST, total=eur("310.00"))).then_refused("value", "total_mismatch", "/total")


def test_what_is_approved_is_what_the_person_saw() -> None:
    """Data MNY-017: a line that was repriced meanwhile, or taken off, shows."""
    repriced = says.ProposalLineRepriced(line=1, before=eur("310.00"), amount=eur("300.00"))
    history = a_proposal.given(begun(workflow=True), added(line(1)), added(line(2, share=2)))
    submitted = history.given(repriced, says.ProposalLineRemoved(line=2), SUBMITTED)
    submitted.when(Approve(eur("620.00"))).then_refused("value", "total_mismatch", "/total")
    submitted.when(Approve(eur("310.00"))).then_refused("value", "total_mismatch", "/total")
    submitted.when(Approve(eur("300.00"))).then(APPROVED)


def test_an_empty_proposal_is_neither_submitted_nor_posted() -> None:
    """INV-07, subscription-billing 7 (Proposal)."""
    a_proposal.given(begun(workflow=True)).when(Submit()).then_refused("state", "proposal_empty")
    a_proposal.given(begun()).when(POST).then_refused("state", "proposal_empty")


@pytest.mark.parametrize("command", [Submit(), Approve(), POST, Cancel(), RemoveLine(1)])
def test_nothing_is_asked_of_a_proposal_that_is_not_there(command: Any) -> None:
    a_proposal.when(command).then_not_allowed("absent")
