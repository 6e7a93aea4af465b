"""When other tables are put behind the views, reports and analysts read them at once, and the service goes on writing."""

import psycopg

from libs.runtime.database import connect, unit_of_work
from libs.runtime.generations import BUILT, Generations
from libs.runtime.hearing import Hearing
from libs.runtime.projector import Projection, Projector
from libs.runtime.versions import copied
from services.reporting.projections import PROJECTIONS
from services.reporting.projections.margin import lines
from services.reporting.projections.selection import Selection
from services.reporting.projections.standing import CONSUMER, snapshot
from tests.domain.reporting.an_order import HOUR, LINES, ORDER, THE_HOURS, created, invoice, posted
from tests.integration.reporting.test_analyst import as_analyst
from tests.integration.reporting.told import Told, ears, heard

ORDERS = [one for one in PROJECTIONS if one.view.publisher == "order"]


async def _shown_anew(database: str, told: Told) -> None:
    """What the order service told, folded into another generation, which is then shown."""
    async with await connect(database) as connection:
        generations = Generations(connection, "reporting", "order", [one.table for one in ORDERS])
        number = await generations.begin(range(12))
        copies = [Projection(one.view, copied(one.table, number)) for one in ORDERS]
        hearing = Hearing(database, CONSUMER + BUILT, "order", Projector(copies))
        await hearing.open()
        await hearing.assign(range(12))
        await hearing.handle(told.of("order"))
        await hearing.close()
        async with unit_of_work(connection):
            await generations.freeze()
            assert not any(await generations.differences(number))
            await generations.show(BUILT)
        await generations.drop()


async def test_reports_analysts_and_the_service_go_on_over_other_tables(database: str, reporting_url: str) -> None:
    told = Told()
    told.append(ORDER, created(), *LINES)
    told.append(ORDER, posted(THE_HOURS))
    query = "select number, line, state, cost, sales from analytics.service_order_margin order by line"
    as_of = "select line, state from analytics.service_order_margin_as_of(now()) order by line"
    async with heard(reporting_url, told) as store:
        with as_analyst(reporting_url) as analyst:
            before = [analyst.execute(asked.encode()).fetchall() for asked in (query, as_of)]
            for _ in range(6):
                analyst.execute(query.encode(), prepare=True)
            await _shown_anew(database, told)
            assert [analyst.execute(asked.encode()).fetchall() for asked in (query, as_of)] == before
            assert before[0]
        with psycopg.connect(database) as owner:
            assert owner.execute("select to_regclass('read_0.order_line')").fetchone() == (None,)
        told.append(ORDER, invoice("INV-1", (HOUR, "225.00")))
        async with ears(reporting_url) as listening:
            await listening.hear_all(told)
        async with snapshot(store) as state:
            found = await state.rows(lines(Selection(), None, 10))
        assert [row["state"] for row in found if row["line"] == HOUR] == ["invoiced"]
