"""A recognition schedule: earned line by line, reversed, and taken back by a credit note."""

from datetime import date
from typing import Any

import pytest

from libs.events import subscription_billing_accruals as says
from libs.kernel.ids import natural_id
from libs.kernel.money import total
from services.subscription_billing.domain.accruals.schedule import (
    AccrueDue,
    AccrueLine,
    BuildSchedule,
    CreditSchedule,
    DeletePostedLines,
    ReverseLine,
    Schedule,
    State,
    schedule,
    voucher_of,
)
from services.subscription_billing.domain.accruals.voucher import Absent, PostVoucher, voucher
from services.subscription_billing.domain.invoicing.terms import LineTerms
from tests.domain.subscription_billing.billed import PROPOSAL, days, eur
from tests.domain.subscription_billing.proposed import ACCOUNTS, added, begun, earning, line, posting, standing, terms
from tests.support.spec import Given, specification

QUARTER = days("2026-10-01", "2026-12-31")
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31)
RUN = natural_id("accrual_run", "AR-1")
NOTE = natural_id("invoice", "IP-2")
CREDITED = date(2026, 11, 15)
MONTHS = {1: days("2026-10-01", "2026-10-31"), 2: days("2026-11-01", "2026-11-30"), 3: days("2026-12-01", "2026-12-31")}

_POSTING = posting(
    standing(begun(), added(line(1, "9000.00", QUARTER))),
    terms({1: LineTerms(ACCOUNTS, earning=earning())}, date(2026, 9, 8)),
)
((SCHEDULE, BUILT),) = _POSTING.schedules()
a_schedule: Given[Any, State, Any] = specification(schedule)
built = a_schedule.given(BUILT)


def accrued(number: int, on: date, count: int = 1, run: str | None = RUN) -> says.RevenueAccrued:
    return says.RevenueAccrued(
        line=number,
        days=MONTHS[number],
        on=on,
        amount=eur("3000.00"),
        count=count,
        voucher=natural_id("voucher", SCHEDULE, number, count),
        run=run,
    )


def reversed_(
    number: int, on: date, accrued_on: date, policy: says.ReversalPolicy, count: int = 1
) -> says.AccrualReversed:
    return says.AccrualReversed(
        line=number,
        days=MONTHS[number],
        on=on,
        accrued_on=accrued_on,
        amount=eur("3000.00"),
        count=count,
        policy=policy,
        voucher=natural_id("voucher", SCHEDULE, number, count, "reversal"),
    )


def dropped(*numbers: int, amount: str) -> says.ScheduleLinesDropped:
    return says.ScheduleLinesDropped(lines=numbers, amount=eur(amount), credited_on=CREDITED, credit_note=NOTE)


def crediting(policy: says.ReversalPolicy, *closed: date) -> CreditSchedule:
    return CreditSchedule(policy, CREDITED, NOTE, frozenset(closed))


def test_a_schedule_is_built_once() -> None:
    """ACC-02."""
    a_schedule.when(BuildSchedule(BUILT)).then(BUILT).when(BuildSchedule(BUILT)).then()


def test_a_run_earns_what_has_ended_and_the_second_time_nothing() -> None:
    """ACC-06, ACC-08, AX-ACC-06, 5.7, 5.9 (7), [?B15]."""
    after = built.when(AccrueDue(OCTOBER, RUN)).then(accrued(1, OCTOBER))
    after.when(AccrueDue(OCTOBER, RUN)).then()
    built.when(AccrueDue(date(2026, 10, 30), RUN)).then()


def test_a_run_that_is_late_earns_everything_on_its_own_day() -> None:
    """5.7: catch-up."""
    built.when(AccrueDue(DECEMBER, RUN)).then(accrued(1, DECEMBER), accrued(2, DECEMBER), accrued(3, DECEMBER))


def test_nothing_is_earned_before_the_invoice() -> None:
    """ACC-01, ACC-13, [?B17]: not even what was over when it was invoiced."""
    late = a_schedule.given(BUILT.model_copy(update={"issued_on": date(2027, 1, 10)}))
    late.when(AccrueDue(DECEMBER, RUN)).then()
    late.when(AccrueLine(1, DECEMBER)).then_refused("value", "before_invoice", "/on")


def test_a_line_is_earned_by_itself_on_a_day_of_its_own() -> None:
    """ACC-09, ACC-11."""
    after = built.when(AccrueLine(2, OCTOBER)).then(accrued(2, OCTOBER, run=None))
    after.when(AccrueLine(2, OCTOBER)).then_not_allowed("posted")
    built.when(AccrueLine(2, OCTOBER, closed=True)).then_refused("state", "ledger_period_closed")
    built.when(AccrueLine(4, OCTOBER)).then_refused("value", "unknown_line", "/line")


def test_a_posted_line_is_reversed_and_is_open_again() -> None:
    """ACC-07, AX-ACC-07: the second time it has vouchers of its own."""
    history = a_schedule.given(BUILT, accrued(1, OCTOBER))
    after = history.when(ReverseLine(1, NOVEMBER)).then(reversed_(1, NOVEMBER, OCTOBER, "manual"))
    again = after.when(AccrueDue(NOVEMBER, RUN)).then(accrued(1, NOVEMBER, 2), accrued(2, NOVEMBER))
    again.when(ReverseLine(1, NOVEMBER)).then(reversed_(1, NOVEMBER, NOVEMBER, "manual", 2))
    history.when(ReverseLine(2, NOVEMBER)).then_not_allowed("open")
    history.when(ReverseLine(1, date(2026, 10, 30))).then_refused("value", "before_accrual", "/on")
    history.when(ReverseLine(1, NOVEMBER, closed=True)).then_refused("state", "ledger_period_closed")


def test_a_credit_reverses_on_the_day_of_the_credit_note() -> None:
    """CRN-04 (InvoiceDate), CRN-05, 5.5."""
    history = a_schedule.given(BUILT, accrued(1, OCTOBER))
    after = history.when(crediting("invoice_date")).then(
        reversed_(1, CREDITED, OCTOBER, "invoice_date"), dropped(1, 2, 3, amount="9000.00")
    )
    after.when(AccrueDue(DECEMBER, RUN)).then()
    after.when(AccrueLine(1, DECEMBER)).then_not_allowed("dropped")


def test_a_credit_reverses_on_the_day_of_the_accrual_unless_it_is_closed() -> None:
    """CRN-04 (OriginalPostingDate), 5.5."""
    history = a_schedule.given(BUILT, accrued(1, OCTOBER), accrued(2, date(2026, 11, 10), run=None))
    rest = dropped(1, 2, 3, amount="9000.00")
    history.when(crediting("original_posting_date")).then(
        reversed_(1, OCTOBER, OCTOBER, "original_posting_date"),
        reversed_(2, date(2026, 11, 10), date(2026, 11, 10), "original_posting_date"),
        rest,
    )
    history.when(crediting("original_posting_date", OCTOBER)).then(
        reversed_(1, CREDITED, OCTOBER, "original_posting_date"),
        reversed_(2, date(2026, 11, 10), date(2026, 11, 10), "original_posting_date"),
        rest,
    )


def test_under_the_manual_policy_somebody_reverses_first() -> None:
    """CRN-04 (Manual)."""
    a_schedule.given(BUILT, accrued(1, OCTOBER)).when(crediting("manual")).then_refused(
        "state", "accruals_not_reversed"
    )
    built.when(crediting("manual")).then(dropped(1, 2, 3, amount="9000.00"))


def test_lines_are_deleted_once_all_are_posted_and_the_ledger_stays() -> None:
    """ACC-09."""
    history = a_schedule.given(BUILT, *(accrued(number, DECEMBER) for number in MONTHS))
    history.when(DeletePostedLines(allowed=False)).then_refused("state", "deletion_off")
    deleted = history.when(DeletePostedLines(allowed=True)).then(says.ScheduleLinesDeleted(lines=(1, 2, 3)))
    back = [reversed_(number, CREDITED, DECEMBER, "invoice_date") for number in MONTHS]
    deleted.when(crediting("invoice_date")).then(*back, dropped(1, 2, 3, amount="9000.00"))
    built.when(DeletePostedLines(allowed=True)).then_refused("state", "lines_open")


def test_nothing_is_asked_of_a_schedule_that_is_not_there() -> None:
    a_schedule.when(AccrueDue(OCTOBER, RUN)).then_not_allowed("absent")


def state_of(*facts: Any) -> Schedule:
    state = schedule.fold([BUILT, *facts])
    assert isinstance(state, Schedule)
    return state


@pytest.mark.parametrize(
    ("facts", "wip", "revenue"),
    [
        ((accrued(1, OCTOBER),), "-6000.00", "6000.00"),
        ((accrued(1, OCTOBER), reversed_(1, CREDITED, OCTOBER, "invoice_date")), "-9000.00", "9000.00"),
    ],
)
def test_the_ledger_follows_the_schedule(facts: tuple[Any, ...], wip: str, revenue: str) -> None:
    """ACC-06, ACC-07, ACC-10, 5.5, I32: what is earned and what is deferred are the invoice at every moment."""
    entries = [entry for _, posted in _POSTING.vouchers() for entry in posted.entries]
    for fact in facts:
        entries += voucher_of(state_of(), fact).entries
    sums = {
        kind: total((entry.amount for entry in entries if entry.posting_type == kind), "EUR").amount
        for kind in ("wip_subscription", "accrued_revenue_subscription")
    }
    assert sums == {"wip_subscription": wip, "accrued_revenue_subscription": revenue}


def test_an_accrual_has_a_voucher_on_the_accounts_of_the_invoice() -> None:
    """ACC-06, LED-02."""
    posted = voucher_of(state_of(), accrued(1, OCTOBER))
    assert (posted.source, posted.belongs_to, posted.on, posted.currency) == ("accrual", SCHEDULE, OCTOBER, "EUR")
    assert [(entry.account, entry.amount.amount) for entry in posted.entries] == [
        ("490000", "3000.00"),
        ("701000", "-3000.00"),
    ]
    back = voucher_of(state_of(), reversed_(1, CREDITED, OCTOBER, "invoice_date"))
    assert (back.source, back.on) == ("accrual_reversal", CREDITED)
    assert [-entry.amount for entry in back.entries] == [entry.amount for entry in posted.entries]


a_voucher: Given[Any, Any, Any] = specification(voucher)


def test_a_voucher_is_posted_once_and_balanced() -> None:
    """5.9 (4), ACC-11, I36."""
    posted = voucher_of(state_of(), accrued(1, OCTOBER))
    a_voucher.when(PostVoucher(posted)).then(posted).when(PostVoucher(posted)).then()
    a_voucher.when(PostVoucher(posted, closed=True)).then_refused("state", "ledger_period_closed")
    lame = posted.model_copy(update={"entries": posted.entries[:1]})
    a_voucher.when(PostVoucher(lame)).then_refused("state", "unbalanced_voucher")
    assert a_voucher.state == Absent()
    assert _POSTING.proposal_id == PROPOSAL
