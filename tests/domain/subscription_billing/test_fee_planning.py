"""What a fee run charges one subscription."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events import subscription_billing_fees as says
from libs.events.subscription_billing_subscriptions import (
    BasePriceUpdated,
    IndexUpdated,
    TermSet,
)
from libs.kernel.ids import natural_id
from libs.rules.billing import PeriodCode
from services.subscription_billing.domain.fees.account import Account
from services.subscription_billing.domain.fees.account import account as account_decider
from services.subscription_billing.domain.fees.planning import Planned, Run, Surroundings, plan
from tests.domain.subscription_billing.billed import (
    AROUND,
    CUSTOMER,
    OTHER,
    RUN,
    SUB,
    active,
    billed,
    covering,
    days,
    eur,
    run,
)


def planned(run: Run, account: Account, around: Surroundings = AROUND, **how: Any) -> Planned:
    found = plan(run, SUB, account, around, **how)
    assert isinstance(found, Planned), found
    return found


def told(found: Planned) -> list[tuple[str, str, str, str]]:
    """First day, last day, kind and amount of every fee."""
    return [
        (fee.days.first.isoformat(), fee.days.last.isoformat(), fee.kind, fee.amount.amount) for _, fee in found.fees
    ]


def left(found: Planned) -> list[tuple[str, str | None]]:
    """Reason and first day of everything left out."""
    return [(one.reason, one.days.first.isoformat() if one.days else None) for one in found.skipped]


def test_a_range_is_cut_at_the_borders_of_periods() -> None:
    """FEE-02, FEE-03, FEE-08, W1, AX-FEE-01: whole periods are regular, stubs cost their share of the period around."""
    found = planned(run("2014-02-17", "2014-05-16"), active())
    assert told(found) == [
        ("2014-02-17", "2014-02-28", "non_regular", "132.86"),
        ("2014-03-01", "2014-03-31", "regular", "310.00"),
        ("2014-04-01", "2014-04-30", "regular", "310.00"),
        ("2014-05-01", "2014-05-16", "non_regular", "160.00"),
    ]


def test_a_fee_is_complete_in_itself() -> None:
    """FEE-11, FEE-12: what it was computed from stands in it, and no cost."""
    ((fee_id, fee),) = planned(run("2026-03-01", "2026-03-31", description="Spring"), active()).fees
    assert fee_id == natural_id("fee", SUB, "2026-03-01", "2026-03-31", 1)
    assert fee == says.FeeCreated(
        subscription=SUB,
        subscription_number="SUB-1",
        group="MAINT",
        run=RUN,
        kind="regular",
        days=days("2026-03-01", "2026-03-31"),
        code="MONTH",
        period=days("2026-03-01", "2026-03-31"),
        cycle=1,
        price_source="indexed_base_price",
        base_price=eur("310.00"),
        index=Decimal("100.0000"),
        percentage=Decimal(0),
        amount=eur("310.00"),
        currency="EUR",
        shares=(says.FeeShare(share=1, customer=CUSTOMER, percentage=Decimal(100), amount=eur("310.00")),),
        project="P-77",
        contract="CT-9",
        customer=CUSTOMER,
        category="SUBFEE",
        line_property="CHARGE",
        chargeable=True,
        tax_group="DOMESTIC",
        item_tax_group="SERVICE",
        project_date=date(2026, 3, 1),
        description="Spring",
    )
    assert "cost" not in says.FeeCreated.model_fields


def test_only_free_days_are_billed() -> None:
    """FEE-04, FEE-06, W3, AX-FEE-02: 2012 is a leap year, so 28 days of February are a stub of 29."""
    account = active(
        covering(billed("2011-11-01", "2011-11-30"), billed("2011-12-01", "2011-12-15", kind="non_regular")),
        covering(billed("2012-01-01", "2012-01-31")),
    )
    found = planned(run("2011-11-01", "2012-02-28"), account)
    assert told(found) == [
        ("2011-12-16", "2011-12-31", "non_regular", "160.00"),
        ("2012-02-01", "2012-02-28", "non_regular", "299.31"),
    ]


def test_adjustments_cover_nothing_and_uncover_nothing() -> None:
    """FEE-06."""
    adjusted = covering(billed("2026-03-10", "2026-03-11", kind="reduction_days", amount="-20.00"))
    account = active(covering(billed("2026-03-01", "2026-03-31")), adjusted)
    assert told(planned(run("2026-03-01", "2026-03-31"), account)) == []
    alone = active(adjusted)
    assert len(planned(run("2026-03-01", "2026-03-31"), alone).fees) == 1


@pytest.mark.parametrize("because", ["credited", "deleted"])
def test_freed_days_are_billed_again_with_the_next_cycle(because: says.Freed) -> None:
    """FEE-06, FEE-14, FEE-15, CRN-02: Credited is final, so the fee is another one."""
    before = billed("2026-03-01", "2026-03-31")
    freed = says.FeeDaysFreed(fee=before.fee, days=before.days, cycle=1, because=because)
    ((fee_id, fee),) = planned(run("2026-03-01", "2026-03-31"), active(covering(before), freed)).fees
    assert (fee_id, fee.cycle) == (natural_id("fee", SUB, "2026-03-01", "2026-03-31", 2), 2)


def test_a_continuous_run_only_appends() -> None:
    """FEE-05, AX-FEE-03, W6: what begins before the latest end, and what leaves a hole, is skipped with its reason."""
    account = active(covering(billed("2026-02-01", "2026-02-28")))
    assert left(planned(run("2026-02-01", "2026-03-31", continuous=True), account)) == [
        ("skipped_not_continuous", "2026-02-01")
    ]
    assert left(planned(run("2026-04-01", "2026-04-30", continuous=True), account)) == [("hole", "2026-03-01")]
    assert told(planned(run("2026-03-01", "2026-03-31", continuous=True), account)) == [
        ("2026-03-01", "2026-03-31", "regular", "310.00")
    ]


def test_a_regular_run_bills_whole_periods_only() -> None:
    """FEE-01, 5.2: a period that is partly covered is left out."""
    account = active(covering(billed("2026-03-01", "2026-03-10", kind="non_regular")))
    found = planned(run("2026-03-01", "2026-04-30", kind="regular"), account)
    assert told(found) == [("2026-04-01", "2026-04-30", "regular", "310.00")]
    assert left(found) == [("partly_covered", "2026-03-11")]


@pytest.mark.parametrize(
    ("source", "percentage", "amount"),
    [
        ("indexed_base_price", "0", "1100.00"),
        ("base_price", "0", "1000.00"),
        ("indexed_base_price", "-20", "880.00"),
        ("base_price", "20", "1200.00"),
    ],
)
def test_a_price_is_the_base_or_the_indexed_base_with_a_percentage_on_top(
    source: str, percentage: str, amount: str
) -> None:
    """FEE-07, AX-IDX-01, AX-PCH-02."""
    account = active(base="1000.00", index=Decimal("110.0000"))
    asked = run("2026-03-01", "2026-03-31", price_source=source, percentage=Decimal(percentage))
    ((_, fee),) = planned(asked, account).fees
    assert fee.amount == eur(amount)
    assert fee.index == (Decimal("110.0000") if source == "indexed_base_price" else Decimal(100))


def test_a_fee_takes_the_price_and_index_of_its_first_day() -> None:
    """IDX-05, IDX-07, W2: quarters at 1000 with an index of 110, and 121 from the third on."""
    index = IndexUpdated(
        rule="percent",
        value=Decimal(10),
        before=Decimal("110.0000"),
        index=Decimal("121.0000"),
        effective_on=date(2026, 7, 1),
    )
    account = active(index, base="1000.00", index=Decimal("110.0000"))
    found = planned(run("2026-01-01", "2026-12-31", PeriodCode("quarter")), account)
    assert [amount for *_, amount in told(found)] == ["1100.00", "1100.00", "1210.00", "1210.00"]


def test_a_leap_year_has_its_own_denominator() -> None:
    """FEE-03, W4."""
    code = PeriodCode("year")
    assert [
        told(planned(run(f"{year}-01-01", f"{year}-{end}", code), active(base="366.00")))[0][3]
        for year, end in ((2024, "02-29"), (2023, "02-28"))
    ] == ["60.00", "59.16"]


def test_a_run_that_is_late_catches_up() -> None:
    """FEE-16, W5: every period that begins by the target day, oldest first; afterwards there is none."""
    account = active(covering(billed("2026-01-01", "2026-01-31")))
    asked = run("2026-01-01", "2026-05-15", catch_up=True)
    found = planned(asked, account)
    assert [first for first, *_ in told(found)] == ["2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"]
    after = active(covering(billed("2026-01-01", "2026-01-31")), covering(*(_as_billed(found))))
    assert planned(asked, after) == Planned()


def test_catching_up_begins_with_the_subscription() -> None:
    """FEE-16, LIF-02: with its own first day, or else with the first day that was asked for."""
    started = active(TermSet(starts_on=date(2026, 3, 10)))
    assert told(planned(run("2026-01-01", "2026-03-31", catch_up=True), started)) == [
        ("2026-03-10", "2026-03-31", "non_regular", "220.00")
    ]
    assert told(planned(run("2026-03-01", "2026-03-15", catch_up=True), active()))[0][:2] == (
        "2026-03-01",
        "2026-03-31",
    )


def _as_billed(found: Planned) -> list[says.BilledFee]:
    return [
        says.BilledFee(fee=fee_id, kind=fee.kind, days=fee.days, cycle=fee.cycle, amount=fee.amount)
        for fee_id, fee in found.fees
    ]


def test_fees_stay_within_the_term() -> None:
    """LIF-02: the last period is a stub."""
    account = active(TermSet(ends_on=date(2026, 4, 15)))
    assert [(first, last) for first, last, *_ in told(planned(run("2026-04-01", "2026-05-31"), account))] == [
        ("2026-04-01", "2026-04-15")
    ]
    assert left(planned(run("2026-05-01", "2026-05-31"), account)) == [("outside_term", "2026-05-01")]


def test_funding_sources_share_a_fee_and_the_last_takes_the_odd_cent() -> None:
    """INV-05."""
    thirds = {"C-3": Decimal("33.33"), "C-1": Decimal("33.33"), "C-2": Decimal("33.34")}
    around = Surroundings("time_and_material", True, "CT-9", thirds, line_property="CHARGE", chargeable=True)
    ((_, fee),) = planned(run("2026-03-01", "2026-03-31"), active(base="100.01"), around).fees
    assert [(share.share, share.customer, share.amount.amount) for share in fee.shares] == [
        (1, "C-1", "33.33"),
        (2, "C-2", "33.34"),
        (3, "C-3", "33.34"),
    ]


def test_a_base_price_from_a_day_on_counts_for_fees_from_that_day() -> None:
    """IDX-07."""
    updated = BasePriceUpdated(
        rule="to",
        value=Decimal("620.00"),
        before=eur("310.00"),
        base_price=eur("620.00"),
        effective_on=date(2026, 4, 1),
    )
    found = planned(run("2026-03-01", "2026-04-30"), active(updated))
    assert [amount for *_, amount in told(found)] == ["310.00", "620.00"]


BORDERS = st.lists(st.integers(0, 364), min_size=1, max_size=6, unique=True)


@given(BORDERS, st.sampled_from(["month", "quarter", "week", "day"]))
def test_fees_never_overlap_and_split_runs_give_the_same_days(starts: list[int], unit: Any) -> None:
    """5.9 (1), (8), (9), FEE-15: whatever is covered, every wanted day is billed exactly once, and twice gives none."""
    code, account = PeriodCode(unit), active()
    for start in starts:
        first = date(2026, 1, 1) + timedelta(days=start)
        asked = run(first.isoformat(), (first + timedelta(days=20)).isoformat(), code, most=400)
        found = planned(asked, account)
        assert planned(asked, account) == found
        account = _after(account, found)
        assert planned(asked, account).fees == ()
    spans = sorted(account.covered, key=lambda it: it.first)
    assert all(one.until <= other.first for one, other in pairwise(spans))
    wanted = {start + day for start in starts for day in range(21)}
    assert sum(span.days for span in spans) == len(wanted)


def _after(account: Account, found: Planned) -> Account:
    return account_decider.fold([covering(*_as_billed(found))], account) if found.fees else account


def test_a_run_cut_at_a_border_gives_the_same_fees() -> None:
    """5.9 (9)."""
    whole = planned(run("2026-01-01", "2026-06-30"), active())
    half = planned(run("2026-01-01", "2026-03-31"), active())
    rest = planned(run("2026-04-01", "2026-06-30"), _after(active(), half))
    assert whole.fees == half.fees + rest.fees


def test_a_share_of_nobody_is_everything_for_the_customer_of_the_project() -> None:
    around = Surroundings("time_and_material", True, line_property="CHARGE", chargeable=True)
    ((_, fee),) = planned(run("2026-03-01", "2026-03-31"), active(customer=OTHER), around).fees
    assert fee.shares[0].customer == OTHER
