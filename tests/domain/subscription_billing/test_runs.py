"""Runs: asked once, done step by step, closed with what they came to."""

from datetime import date
from decimal import Decimal
from typing import Any

from libs.events import subscription_billing_accruals as earns
from libs.events import subscription_billing_fees as fees
from libs.events import subscription_billing_invoices as invoices
from libs.kernel.ids import natural_id
from libs.rules.billing import PeriodCalendar, PeriodCode
from services.subscription_billing.domain.accruals.accrual_run import (
    AdvanceAccrualRun,
    CompleteAccrualRun,
    RequestAccrualRun,
    accrual_run,
)
from services.subscription_billing.domain.fees.fee_run import (
    AdvanceFeeRun,
    CompleteFeeRun,
    RequestFeeRun,
    fee_run,
)
from services.subscription_billing.domain.invoicing.proposal_run import (
    AdvanceProposalRun,
    CompleteProposalRun,
    RequestProposalRun,
    proposal_run,
)
from tests.domain.subscription_billing.billed import SUB, YEARS, days, eur, run
from tests.support.spec import Given, specification

a_fee_run: Given[Any, Any, Any] = specification(fee_run)
a_proposal_run: Given[Any, Any, Any] = specification(proposal_run)
an_accrual_run: Given[Any, Any, Any] = specification(accrual_run)
MONTHS = PeriodCalendar.generated(PeriodCode("month"), YEARS)
MARCH = run("2026-03-01", "2026-03-31", kind="regular").asked
PROPOSAL = natural_id("proposal", "run", 1)
FIRST, SECOND = "00000000-0000-5000-8000-000000000001", "00000000-0000-5000-8000-000000000002"


def fees_made(through: str, *skipped: fees.RunException) -> fees.FeeRunAdvanced:
    return fees.FeeRunAdvanced(through=through, subscriptions=2, created=3, parked=1, skipped=skipped)


def test_a_fee_run_counts_what_it_did_and_ends_once() -> None:
    """FEE-01, FEE-15, reliability I22: looked at = billed, parked or left out with a reason."""
    left = fees.RunException(subscription=SUB, reason="price_missing")
    closed = fees.FeeRunCompleted(
        subscriptions=4, created=6, parked=2, skipped=(fees.SkipCount(reason="price_missing", count=2),)
    )
    history = (
        a_fee_run.when(RequestFeeRun(MARCH, MONTHS))
        .then(MARCH)
        .when(AdvanceFeeRun(fees_made(FIRST, left)))
        .then(fees_made(FIRST, left))
        .when(AdvanceFeeRun(fees_made(SECOND, left)))
        .then(fees_made(SECOND, left))
    )
    history.when(AdvanceFeeRun(fees_made(SECOND))).then_refused("state", "already_done")
    after = history.when(CompleteFeeRun()).then(closed)
    after.when(CompleteFeeRun()).then()
    after.when(AdvanceFeeRun(fees_made(SECOND))).then()
    after.when(RequestFeeRun(MARCH, MONTHS)).then()


def test_what_no_subscription_can_get_is_refused_at_once() -> None:
    """FEE-01, PER-04, PER-05, [?B12]."""
    stub = run("2026-03-02", "2026-03-31", kind="regular").asked
    a_fee_run.when(RequestFeeRun(stub, MONTHS)).then_refused("value", "period_mismatch")
    far = run("2031-01-01", "2031-01-31").asked
    a_fee_run.when(RequestFeeRun(far, MONTHS)).then_refused("state", "periods_not_generated")
    a_fee_run.when(RequestFeeRun(MARCH, None)).then_refused("value", "unknown_reference", "/code")
    many = MARCH.model_copy(update={"subscriptions": tuple([SUB] * 1001)})
    a_fee_run.when(RequestFeeRun(many, MONTHS)).then_refused("value", "too_many_subscriptions", "/subscriptions")
    less = MARCH.model_copy(update={"percentage": Decimal(-101)})
    a_fee_run.when(RequestFeeRun(less, MONTHS)).then_refused("value", "net_negative", "/percentage")
    a_fee_run.when(CompleteFeeRun()).then_not_allowed("absent")


def test_a_proposal_run_counts_what_it_did_and_ends_once() -> None:
    """INV-02."""
    asked = invoices.ProposalRunRequested(number="PR-000001", method="invoices", invoice_date=date(2026, 3, 5))
    step = invoices.ProposalRunAdvanced(through="CT-1|C-1|EUR|1", proposal=PROPOSAL, lines=5)
    empty = invoices.ProposalRunAdvanced(
        through="CT-2|C-1|EUR|1", lines=0, skipped=(fees.SkipCount(reason="fee_on_proposal", count=2),)
    )
    history = a_proposal_run.when(RequestProposalRun(asked)).then(asked).when(AdvanceProposalRun(step)).then(step)
    history.when(AdvanceProposalRun(step)).then_refused("state", "already_done")
    after = history.when(AdvanceProposalRun(empty)).then(empty)
    closed = invoices.ProposalRunCompleted(
        proposals=1, lines=5, skipped=(fees.SkipCount(reason="fee_on_proposal", count=2),)
    )
    after.when(CompleteProposalRun()).then(closed).when(CompleteProposalRun()).then()
    a_proposal_run.when(CompleteProposalRun()).then_not_allowed("absent")


def test_an_accrual_run_counts_what_it_did_and_ends_once() -> None:
    """ACC-08, ACC-11, 5.7."""
    asked = earns.AccrualRunRequested(number="AR-000001", code="MONTH", posting_date=date(2026, 3, 31))
    step = earns.AccrualRunAdvanced(through=FIRST, schedules=1, posted=2, amount=eur("200.00"))
    an_accrual_run.when(RequestAccrualRun(asked, closed=True)).then_refused("state", "ledger_period_closed")
    an_accrual_run.when(RequestAccrualRun(asked, code_known=False)).then_refused("value", "unknown_reference", "/code")
    begun = an_accrual_run.when(RequestAccrualRun(asked)).then(asked)
    history = begun.when(AdvanceAccrualRun(step)).then(step)
    history.when(AdvanceAccrualRun(step)).then_refused("state", "already_done")
    closed = earns.AccrualRunCompleted(schedules=1, posted=2, amount=eur("200.00"))
    history.when(CompleteAccrualRun("EUR")).then(closed).when(CompleteAccrualRun("EUR")).then()
    nothing = earns.AccrualRunCompleted(
        schedules=0, posted=0, amount=eur("0.00"), skipped=(fees.SkipCount(reason="ledger_period_closed", count=1),)
    )
    begun.when(CompleteAccrualRun("EUR", "ledger_period_closed")).then(nothing)
    assert days("2026-03-01", "2026-03-31").days == 31
