"""The analysts' login: it reads what the report says, and can do nothing else."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import errors

from libs.kernel.money import rounded_decimal
from libs.runtime.migrate import migrate
from services.reporting.main import SERVICE
from services.reporting.projections.compliance import clocks, periods
from services.reporting.projections.margin import groups, lines
from services.reporting.projections.selection import BUCKETS, Moment, Selection, Sense
from services.reporting.projections.sla_selection import VERDICTS, SlaSelection
from services.reporting.projections.standing import snapshot
from tests.component.reporting.measured import measured
from tests.component.reporting.test_senses import late
from tests.domain.reporting.an_order import (
    HOUR,
    LINES,
    ORDER,
    THE_HOURS,
    canceled,
    canceled_line,
    created,
    invoice,
    posted,
)
from tests.domain.reporting.an_sla_clock import at
from tests.integration.reporting.told import Told, heard
from tests.support.databases import login

FORBIDDEN = """
    select * from read.order_line
    select * from read.margin_rows(now())
    select * from read.margin_rows_occurred(now())
    select * from read.sla_clock
    select * from read.sla_rows_occurred(now())
    select * from read.customer
    select * from store.stored_events
    select * from store.parked
    select * from public.migration
    select pg_advisory_lock(1)
    select pg_advisory_xact_lock(4711)
    select pg_try_advisory_lock(4712)
    select pg_try_advisory_lock_shared(1, 2)
    select lo_create(0)
    select lo_from_bytea(0, 'x')
    create temporary table mine (a int)
    create table mine (a int)
    create table analytics.mine (a int)
    create view analytics.mine as select 1 as a
    create schema mine
    create function analytics.mine() returns int language sql return 1
    create extension dblink
    create role mine
    create database mine
    drop view analytics.service_order_margin
    comment on view analytics.service_order is 'mine'
    delete from read.order_line
    update store.heard set position = 0
    truncate read.order_line
    select * from read.order_line for update
    grant usage on schema read to public
    set role fieldfact_reporting
    set session authorization fieldfact_reporting
    set temp_file_limit = '10GB'
    alter role analyst connection limit -1
    alter system set work_mem = '1GB'
    copy analytics.service_order to '/tmp/mine'
    copy (select 1) to program 'true'
    select pg_read_file('postgresql.conf')
    select pg_terminate_backend(pg_backend_pid()) from pg_switch_wal()
    select * from pg_authid
    checkpoint
    vacuum read.order_line
"""


@pytest.fixture
def reporting_url(postgres_url: str, database: str) -> str:
    """A database that was migrated itself: a copy would not have the privileges and settings that are looked at here."""
    url = login(database, "reporting")
    asyncio.run(migrate(SERVICE, postgres_url, url))
    return url


STATEMENTS = [line.strip() for line in FORBIDDEN.strip().splitlines()]


def as_analyst(url: str) -> psycopg.Connection[Any]:
    parts = urlsplit(url)
    netloc = f"analyst@{parts.hostname}:{parts.port}"
    return psycopg.connect(urlunsplit(parts._replace(netloc=netloc)), autocommit=True)


@pytest.fixture
def analyst(reporting_url: str) -> Iterator[psycopg.Connection[Any]]:
    """The login, which has switched off every default that a session may switch off."""
    with as_analyst(reporting_url) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute("set statement_timeout = 0")
        yield connection


def test_there_are_many_things_to_forbid() -> None:
    assert len(set(STATEMENTS)) >= 25


def test_everything_else_is_forbidden(analyst: psycopg.Connection[Any]) -> None:
    found = {}
    for statement in STATEMENTS:
        try:
            analyst.execute(statement.encode())
            found[statement] = "done"
        except psycopg.Error as refusal:
            found[statement] = refusal.sqlstate or ""
    assert found == dict.fromkeys(STATEMENTS, errors.InsufficientPrivilege.sqlstate)


def test_defaults_hold_a_session_that_does_not_think_of_them(reporting_url: str) -> None:
    names = (
        "statement_timeout",
        "idle_in_transaction_session_timeout",
        "default_transaction_read_only",
        "temp_file_limit",
    )
    with as_analyst(reporting_url) as connection:
        settings = [connection.execute(f"show {name}".encode()).fetchone() for name in names]
    assert settings == [("1min",), ("1min",), ("on",), ("1GB",)]


def test_the_login_inherits_nothing_and_is_held_to_five_connections(database: str, reporting_url: str) -> None:
    assert reporting_url
    query = "select rolcanlogin, rolinherit, rolsuper, rolconnlimit from pg_roles where rolname = 'analyst'"
    with psycopg.connect(database) as connection:
        assert connection.execute(query).fetchone() == (True, False, False, 5)


def test_the_service_may_still_lock_and_no_one_else_comes_in(reporting_url: str, database: str) -> None:
    with psycopg.connect(reporting_url, autocommit=True) as service:
        assert service.execute("select pg_try_advisory_lock(4712)").fetchone() == (True,)
        assert service.execute("select count(*) from read.margin_rows(null)").fetchone() == (0,)
    with psycopg.connect(database) as owner:
        query = "select has_database_privilege('public', current_database(), what) from unnest(array['CONNECT', 'TEMP']) what"
        assert owner.execute(query).fetchall() == [(False,), (False,)]


async def test_analysts_and_the_report_see_the_same(database: str, reporting_url: str) -> None:
    told = Told()
    told.append(ORDER, created(), *LINES)
    told.append(ORDER, posted(THE_HOURS), canceled_line(5))
    then = told.append(ORDER, invoice("INV-1", (HOUR, "225.00")))
    told.append(ORDER, canceled(2))
    async with heard(reporting_url, told) as store, snapshot(store) as state:
        now, before = [await state.rows(lines(Selection(Moment(instant)), None, 10)) for instant in (None, then)]
        totals = await state.rows(groups(Selection(), "order", None, 10))
    with as_analyst(reporting_url) as connection:
        assert _asked(connection, "select * from analytics.service_order_margin", now) == _rows(now)
        query = "select * from analytics.service_order_margin_as_of(%s)"
        assert _asked(connection, query, before, then) == _rows(before)
        assert _asked(connection, query, now, None) == _rows(now)
        assert _asked(connection, query, [], told.records[0][1].envelope.recorded_at - timedelta(seconds=1)) == []  # type: ignore[union-attr]
        (seen,) = _dicts(connection, "select * from analytics.service_order_margin_totals")
    assert len(before) > len(now) > 0
    assert [(row["key"], row["name"]) for row in totals] == [(str(seen["order_id"]), seen["number"])]
    for bucket in (*BUCKETS, "total"):
        prefix = "" if bucket == "total" else f"{bucket}_"
        for measure in ("lines", "cost", "sales"):
            assert seen[f"{prefix}{measure}"] == totals[0][f"{bucket}_{measure}"]
    assert seen["margin_percent"] == rounded_decimal(100 * seen["margin"] / seen["sales"], 2)


def _dicts(connection: psycopg.Connection[Any], query: str, *values: Any) -> list[dict[str, Any]]:
    cursor = connection.execute(query.encode(), values)
    names = [described.name for described in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _asked(connection: psycopg.Connection[Any], query: str, like: list[dict[str, Any]], *values: Any) -> list[str]:
    names = [name for name in like[0] if not name.endswith("_name")] if like else []
    found = _dicts(connection, query, *values)
    return sorted(repr([(name, str(row[name])) for name in sorted(names)]) for row in found)


def _rows(rows: list[dict[str, Any]]) -> list[str]:
    shown = [{name: value for name, value in row.items() if not name.endswith("_name")} for row in rows]
    return sorted(repr([(name, str(value)) for name, value in sorted(row.items())]) for row in shown)


def test_every_view_and_every_column_says_what_it_is(database: str, reporting_url: str) -> None:
    assert reporting_url
    with psycopg.connect(database) as connection:
        found = _dicts(
            connection,
            "select c.relname as view, a.attname as column, col_description(c.oid, a.attnum) as says, "
            "obj_description(c.oid, 'pg_class') as about from pg_class c join pg_attribute a on a.attrelid = c.oid "
            "where c.relnamespace = 'analytics'::regnamespace and a.attnum > 0",
        )
        functions = connection.execute(
            "select obj_description(oid, 'pg_proc') from pg_proc where pronamespace = 'analytics'::regnamespace"
        ).fetchall()
    margins = {"service_order", "service_order_margin", "service_order_margin_totals"}
    billing = {"subscription_fee", "accrual_line", "deferred_revenue", "deferred_revenue_month", "billing_document"}
    billing |= {"ledger_entry", "trial_balance", "margin_entry", "agreement_margin", "project_margin"}
    assert {row["view"] for row in found} == {*margins, *billing, "sla_clock", "sla_compliance"}
    assert [(row["view"], row["column"]) for row in found if not row["says"] or not row["about"]] == []
    assert len(functions) == 12
    assert None not in [says for (says,) in functions]


def test_no_person_is_named(database: str, reporting_url: str) -> None:
    assert reporting_url
    with psycopg.connect(database) as connection:
        columns = connection.execute(
            "select attname from pg_attribute where attnum > 0 and attrelid in "
            "(select oid from pg_class where relnamespace = 'analytics'::regnamespace)"
        ).fetchall()
    assert [name for (name,) in columns if name.endswith("name") or name in ("description", "address", "note")] == []


async def test_analysts_and_the_reports_about_sla_clocks_see_the_same(database: str, reporting_url: str) -> None:
    told = measured()
    then = told.at - timedelta(hours=2)
    async with heard(reporting_url, told) as store, snapshot(store) as state:
        now, before = [await state.rows(clocks(SlaSelection(Moment(instant)), None, 10)) for instant in (None, then)]
        months = await state.rows(periods(SlaSelection(), "month", None, 10))
    now, before = _plain(now), _plain(before)
    with as_analyst(reporting_url) as connection:
        assert _asked(connection, "select * from analytics.sla_clock", now) == _rows(now)
        assert _asked(connection, "select * from analytics.sla_clock_as_of(%s)", before, then) == _rows(before)
        counted = _dicts(connection, "select * from analytics.sla_compliance")
    assert len(now) > len(before) > 0
    for month in months:
        mine = [row for row in counted if f"{row['month']:%Y-%m}" == month["key"]]
        for verdict in VERDICTS:
            assert sum(row[verdict] for row in mine) == month[verdict]
    shares = {(row["policy"], row["clock"], f"{row['month']:%m}"): row["compliance_percent"] for row in counted}
    assert shares == {
        ("GOLD", "response", "03"): 100,
        ("GOLD", "resolution", "03"): 100,
        ("GOLD", "resolution", "04"): 0,
        ("SILVER", "resolution", "04"): None,
    }


def told_late() -> Told:
    """Everything is reported hours after it happened."""
    told = late()
    told.append(ORDER, THE_HOURS, occurred_at=at(10, 9))
    told.append(ORDER, posted(THE_HOURS), occurred_at=at(10, 11))
    return told


@pytest.mark.parametrize("sense", get_args(Sense))
async def test_analysts_and_the_reports_see_the_same_in_either_sense(reporting_url: str, sense: Sense) -> None:
    """Source: sla 18."""
    instants = [at(10, 9, 30), at(10, 12), at(10, 15, 30), at(10, 17), None]
    moments = [Moment(instant, sense) for instant in instants]
    async with heard(reporting_url, told_late()) as store, snapshot(store) as state:
        margins = [await state.rows(lines(Selection(moment), None, 10)) for moment in moments]
        measures = [_plain(await state.rows(clocks(SlaSelection(moment), None, 10))) for moment in moments]
    assert [len(rows) for rows in margins] == ([0, 0, 0, 1, 1] if sense == "recorded" else [1, 1, 1, 1, 1])
    verdicts = {"recorded": "running running missed met met", "occurred": "running met met met met"}
    assert " ".join(row["verdict"] for rows in measures for row in rows) == verdicts[sense]
    with as_analyst(reporting_url) as connection:
        for instant, rows, clock in zip(instants, margins, measures, strict=True):
            query = "select * from analytics.service_order_margin_as_of(%s, %s)"
            assert _asked(connection, query, rows or margins[-1], instant, sense) == _rows(rows)
            assert _asked(
                connection, "select * from analytics.sla_clock_as_of(%s, %s)", clock, instant, sense
            ) == _rows(clock)


@pytest.mark.parametrize("function", ["service_order_margin_as_of", "sla_clock_as_of"])
def test_there_are_two_senses(reporting_url: str, function: str) -> None:
    with as_analyst(reporting_url) as connection, pytest.raises(errors.InvalidTextRepresentation):
        connection.execute(f"select * from analytics.{function}(now(), 'happened')".encode())


def _plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the report of clocks says beside the columns that analysts see is left out."""
    beside = {"marks", "policy_name", "group_name", "customer_name"}
    return [{name: row[name] for name in row.keys() - beside} for row in rows]
