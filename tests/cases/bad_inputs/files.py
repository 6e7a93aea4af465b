"""Files of records that cannot be taken in, and what an analyst's login must not do."""

from urllib.parse import urlsplit

import psycopg

from tests.cases.bad_inputs.case import Case, Got, refused
from tests.cases.bad_inputs.world import World

FILE = "customer,name\nC-100,Brewery\n"
FORBIDDEN = (
    "insert into analytics.service_order select * from analytics.service_order",
    "delete from read.service_order",
    "copy (select 1) to program 'true'",
    "select pg_read_file('postgresql.conf')",
    "set role fieldfact_reporting",
)

DENIED = {"42501", "55000"}
"""No privilege, or a view that nobody can write: PostgreSQL says the second first."""


async def file(world: World, case: Case) -> Got:
    """A file of customers as the case describes it."""
    files: dict[str, tuple[str, dict[str, str]]] = {
        "unbalanced quotes": ('customer,name\nC-100,"Brewery\n', {}),
        "file named": (FILE, {"content-disposition": f'attachment; filename="{case.input.rpartition(" ")[2]}"'}),
        "XLSX": (
            "PK",
            {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        ),
        "XML": (
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
            {"content-type": "application/xml"},
        ),
    }
    content, headers = next(each for words, each in files.items() if words in case.input)
    whole = {"content-type": "text/csv", "idempotency-key": world.name(), **headers}
    answer = await world.system.ask("reference", "POST", "/v1/imports/customers", content=content, headers=whole)
    return refused(case, answer)


async def forbidden_sql(world: World, case: Case) -> Got:
    """Statements that write, read files, start programs or change roles."""
    states = [await _sqlstate(world, statement) for statement in FORBIDDEN]
    return Got(None, "sql_privilege" if set(states) <= DENIED else f"states {states}")


async def endless_sql(world: World, case: Case) -> Got:
    """A question without an end: the limit is 60 s, and it cancels; here it is tried with a shorter one."""
    states = [
        await _sqlstate(world, "select 1 / (current_setting('statement_timeout') <> '1min')::int"),
        await _sqlstate(world, "set statement_timeout = '50ms'; select pg_sleep(5)"),
    ]
    return Got(None, "statement_timeout" if states == ["22012", "57014"] else f"states {states}")


async def _sqlstate(world: World, statement: str) -> str:
    """The SQLSTATE with which a statement of the analyst ends."""
    parts = urlsplit(world.system.own.evidence.database("reporting"))
    url = parts._replace(netloc=f"analyst@{parts.hostname}:{parts.port}").geturl()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        try:
            await connection.execute(statement.encode())
        except psycopg.Error as fault:
            return fault.sqlstate or ""
    return "00000"
