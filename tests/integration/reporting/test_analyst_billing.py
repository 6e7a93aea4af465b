"""Analysts and the reports on subscription billing see the same, at any instant, in either sense."""

from typing import Any, get_args

import psycopg
import pytest

from libs.kernel.money import rounded_decimal
from services.reporting.projections import billing_rows
from services.reporting.projections.billing import Wanted, margins, page
from services.reporting.projections.billing_rows import Report
from services.reporting.projections.selection import Moment, Sense
from services.reporting.projections.standing import snapshot
from tests.domain.reporting import a_subscription as a
from tests.domain.reporting.an_order import AGREEMENT, LINES, ORDER, THE_HOURS, created, posted
from tests.integration.reporting.test_analyst import as_analyst
from tests.integration.reporting.told import Told, heard

REPORTS = (
    *(billing_rows.TRANSACTIONS, billing_rows.FEES, billing_rows.ACCRUAL_LINES, billing_rows.DEFERRED_REVENUE),
    *(billing_rows.INVOICE_JOURNAL, billing_rows.TRIAL_BALANCE),
)
Rows = list[dict[str, Any]]


def story() -> Told:
    """A quarter invoiced, partly earned and credited, and an order on the same agreement; accruals are told late."""
    told = Told()
    told.append(ORDER, created(), *LINES)
    told.append(ORDER, posted(THE_HOURS))
    for stream, fact in a.CHAIN[:7]:
        told.append(stream, fact)
    told.append(a.SCHEDULE, a.accrued(), minutes=60, occurred_at=told.at)
    for stream, fact in a.REVERSAL:
        told.append(stream, fact)
    return told


def seen(connection: psycopg.Connection[Any], query: str, *values: Any) -> Rows:
    cursor = connection.execute(query.encode(), values)
    names = [described.name for described in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def told_alike(rows: Rows, columns: tuple[str, ...]) -> list[list[str]]:
    return sorted([str(row[name]) for name in columns] for row in rows)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
async def test_analysts_and_the_report_see_the_same(reporting_url: str, report: Report) -> None:
    """SRP-01 to SRP-04."""
    told, columns = story(), tuple(report.columns)
    recorded = [record.envelope.recorded_at for _, record, _ in told.records if record.envelope]
    instants = [recorded[index] for index in (-1, -5, -8, -10)]
    moments = [Moment(instant, sense) for instant in instants for sense in get_args(Sense)]
    async with heard(reporting_url, told) as store, snapshot(store) as state:
        now = await state.rows(page(report, Wanted(), None, 100))
        then = [await state.rows(page(report, Wanted(moment), None, 100)) for moment in moments]
    assert now
    with as_analyst(reporting_url) as connection:
        assert told_alike(seen(connection, f"select * from analytics.{report.function}"), columns) == told_alike(
            now, columns
        )
        query = f"select * from analytics.{report.function}_as_of(%s, %s)"
        for moment, rows in zip(moments, then, strict=True):
            found = seen(connection, query, moment.as_of, moment.sense)
            assert told_alike(found, columns) == told_alike(rows, columns)
        assert told_alike(seen(connection, query, None, "recorded"), columns) == told_alike(now, columns)


@pytest.mark.parametrize("by", ["agreement", "project"])
async def test_margins_are_told_alike(reporting_url: str, by: Any) -> None:
    """MAR-09: under each basis by itself."""
    told = story()
    async with heard(reporting_url, told) as store, snapshot(store) as state:
        for basis in ("earned", "invoiced"):
            wanted = Wanted(equal=(("basis", basis),))
            (row,) = await state.rows(margins(wanted, by, None, 10))
            with as_analyst(reporting_url) as connection:
                (found,) = seen(connection, f"select * from analytics.{by}_margin where basis = %s", basis)
            assert str(found[by]) == row["key"] == (AGREEMENT if by == "agreement" else "P-77")
            for name in ("subscription_revenue", "order_sales", "order_cost"):
                assert found[name] == row[name]
            assert found["margin"] == row["subscription_revenue"] + row["order_sales"] - row["order_cost"]
            income = found["subscription_revenue"] + found["order_sales"]
            assert found["margin_percent"] == rounded_decimal(100 * found["margin"] / income, 2)
