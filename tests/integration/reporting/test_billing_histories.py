"""Whatever happens to subscriptions, and however it is heard, the reports say what the facts say. Source: SRP-01 to 05."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.sql import ClauseElement

from services.reporting.projections import billing_rows
from services.reporting.projections.billing import (
    SUBTOTALS,
    FeesBy,
    Wanted,
    fee_grand_totals,
    fee_totals,
    margins,
    page,
)
from services.reporting.projections.selection import Moment, Sense
from tests.integration.reporting import naive_billing as naive
from tests.integration.reporting.billing_histories import STEPS, Step, tell
from tests.integration.reporting.replaying import FEW, MANY, PULLS, SOME, Pull, Reporting
from tests.integration.reporting.told import Told

REPORTS = (
    *(billing_rows.FEES, billing_rows.DEFERRED_REVENUE, billing_rows.TRIAL_BALANCE, billing_rows.TRANSACTIONS),
    *(billing_rows.ACCRUAL_LINES, billing_rows.INVOICE_JOURNAL),
)
Rows = list[dict[str, Any]]


def asked(instant: datetime | None = None, sense: Sense = "recorded") -> list[ClauseElement]:
    """Every report, and the margins by project under both bases."""
    moment = Moment(instant, sense)
    bases = [Wanted(moment, (("basis", basis),)) for basis in ("earned", "invoiced")]
    return [
        *(page(report, Wanted(moment), None, MANY) for report in REPORTS),
        *(margins(basis, "project", None, MANY) for basis in bases),
    ]


def said(told: Told, until: datetime | None = None) -> list[naive.Said]:
    """Everything that was recorded by an instant."""
    return [
        (record.envelope.stream_id, fact)
        for _, record, fact in told.records
        if record.envelope and (until is None or record.envelope.recorded_at <= until)
    ]


def agree(found: Sequence[Rows], facts: list[naive.Said]) -> None:
    """The reports say what is counted by hand."""
    fees, deferred, ledger, _, lines, _, earned, invoiced = found
    assert {row["fee"]: row["status"] for row in fees} == naive.states(facts)
    assert _closing(deferred, "subscription_group", naive.deferred(facts)) == naive.deferred(facts)
    assert _closing(ledger, "account", naive.ledger(facts)) == naive.ledger(facts)
    for basis, rows in (("earned", earned), ("invoiced", invoiced)):
        assert {row["key"]: row["subscription_revenue"] for row in rows} == naive.revenue(facts, basis)
    _reconcile(deferred, ledger, lines)


def _closing(rows: Rows, key: str, like: naive.Balances) -> naive.Balances:
    every = {(row[key], f"{row['month']:%Y-%m}"): row["closing"] for row in rows}
    return {place: every[place] for place in like}


def _reconcile(deferred: Rows, ledger: Rows, lines: Rows) -> None:
    """Closing is opening and what changed it, and what is open; the ledger balances in every month."""
    for row in deferred:
        assert row["closing"] == row["opening"] + row["billed"] - row["recognised"] - row["credited"]
    last = max((row["month"] for row in deferred), default=None)
    open_lines = sum((row["amount"] for row in lines if row["state"] in ("open", "reversed")), Decimal(0))
    assert sum((row["closing"] for row in deferred if row["month"] == last), Decimal(0)) == open_lines
    for month in {row["month"] for row in ledger}:
        assert sum(row["closing"] for row in ledger if row["month"] == month) == 0
        assert sum(row["debit"] - row["credit"] for row in ledger if row["month"] == month) == 0


@SOME
@given(steps=STEPS, pulls=PULLS)
def test_any_batches_in_any_order_give_what_a_rebuild_gives(
    reporting: Reporting, steps: list[Step], pulls: list[Pull]
) -> None:
    """SRP-01 to 05, MAR-09: duplicates and reordering change nothing."""
    told = tell(steps)
    reporting.hears(told, pulls)
    as_it_came, found = reporting.tables(), reporting.says(*asked())
    reporting.hears(told)
    assert reporting.tables() == as_it_came
    agree(found, said(told))


@SOME
@given(steps=STEPS, pulls=PULLS, pick=st.integers(0, 60))
def test_as_of_an_instant_is_what_was_recorded_by_then(
    reporting: Reporting, steps: list[Step], pulls: list[Pull], pick: int
) -> None:
    """SRP-04, MAR-09; and both senses agree where everything is told when it happens."""
    told = tell(steps)
    recorded = [record.envelope.recorded_at for _, record, _ in told.records if record.envelope]
    instant = recorded[pick % len(recorded)]
    reporting.hears(told, pulls)
    known, happened = (reporting.says(*asked(instant, sense)) for sense in ("recorded", "occurred"))
    agree(known, said(told, instant))
    assert happened == known


@FEW
@given(steps=STEPS)
def test_every_roll_up_is_the_sum_of_the_fees(reporting: Reporting, steps: list[Step]) -> None:
    """SRP-01, SRP-05."""
    told = tell(steps)
    reporting.hears(told)
    ways = get_args(FeesBy)
    every, *children = reporting.says(
        fee_grand_totals(Wanted()), *(fee_totals(Wanted(), by, None, MANY) for by in ways)
    )
    for rows in (every, *children):
        for status in SUBTOTALS:
            assert sum(row[f"{status}_fees"] for row in rows) == sum(row[f"{status}_fees"] for row in every)
            assert sum(row[status] for row in rows) == sum(row[status] for row in every)
    assert sum(row[f"{status}_fees"] for row in every for status in SUBTOTALS) == len(naive.states(said(told)))
