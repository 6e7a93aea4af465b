"""The reports about SLA clocks: one by one, counted by period, and the ledger of each. Source: RPT-04, sla 14, 17, 18."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from libs.events.types import Id
from libs.runtime import clock as time
from libs.runtime.auth.caller import CallerDep
from libs.runtime.faults import NotFound, Unavailable
from libs.runtime.http.answers import WantsCsv, json_answer
from libs.runtime.http.csv import csv_answer
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.store import FactStore
from services.reporting.api import sla_shapes as shapes
from services.reporting.api.page import Listing, Row, headers, stands
from services.reporting.api.sla_questions import LedgerQuery, PeriodsQuery, SlaQuery
from services.reporting.projections import compliance, measuring
from services.reporting.projections.measuring import Calendars
from services.reporting.projections.sla_selection import Owned, SlaSelection
from services.reporting.projections.standing import Snapshot, snapshot


class SlaReports:
    """The routes, over one database. Each answer is one state of it, whatever is heard meanwhile."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="reports")
        router.get("/reports/sla-orders")(self.clocks)
        router.get("/reports/sla-periods")(self.periods)
        router.get("/reports/sla-orders/{order}/ledger")(self.ledger)
        return router

    async def clocks(
        self, query: Annotated[SlaQuery, Query()], caller: CallerDep, cursors: CursorsDep, csv: WantsCsv
    ) -> Response:
        """Every selected clock: what it shows at the instant asked about, its verdict, and the reasons given."""
        selection, moment = query.selection(caller), query.as_of or time.now()
        listing = Listing(f"sla-orders {selection}", cursors, query)
        async with snapshot(self.store) as state:
            found = await state.rows(compliance.clocks(selection, listing.after, listing.wanted))
            calendars = await _calendars(state, found)
            page = listing.page(found, _place_of_clock, await state.standing())

        def shape(row: Row) -> Row:
            return shapes.clock(row, measuring.figures(row, calendars, moment))

        if csv:
            return page.csv("sla-orders.csv", shapes.CLOCK_COLUMNS, lambda row: shapes.clock_cells(shape(row)))
        return page.json(shape)

    async def periods(
        self, query: Annotated[PeriodsQuery, Query()], caller: CallerDep, cursors: CursorsDep, csv: WantsCsv
    ) -> Response:
        """The verdicts of the selected clocks, counted by group and in all."""
        selection = query.selection(caller)
        listing = Listing(f"sla-periods {query.by} {selection}", cursors, query)
        async with snapshot(self.store) as state:
            found = await state.rows(compliance.periods(selection, query.by, listing.after, listing.wanted))
            (every,) = await state.rows(compliance.totals(selection))
            page = listing.page(found, lambda row: [row["key"]], await state.standing())
        if csv:
            return page.csv("sla-periods.csv", shapes.PERIOD_COLUMNS, shapes.period_cells)
        return page.json(shapes.period, by=query.by, totals=shapes.counts(every))

    async def ledger(
        self, order: Id, query: Annotated[LedgerQuery, Query()], caller: CallerDep, csv: WantsCsv
    ) -> Response:
        """What every second of a clock was, up to its end or to the instant asked about."""
        owned, until = Owned(caller.own_customer, caller.own_worker), query.as_of or time.now()
        selection = SlaSelection(query.moment, owned, order=order, clock=query.clock)
        async with snapshot(self.store) as state:
            found = await state.rows(compliance.clocks(selection, None, 1))
            calendars, standing = await _calendars(state, found), await state.standing()
        if not found:
            raise NotFound
        account = _account(found[0], calendars, until)
        segments = shapes.segments(account)
        if csv:
            rows = [[each[name] for name in shapes.SEGMENT_COLUMNS] for each in segments]
            answer = csv_answer("ledger.csv", shapes.SEGMENT_COLUMNS, rows)
            answer.headers.update(headers(standing, query))
            return answer
        named = {"order": order, "number": found[0]["number"], "clock": query.clock, "until": until}
        return json_answer(
            {
                **named,
                "time_zone": found[0]["time_zone"],
                "segments": segments,
                "elapsed_seconds": account.elapsed_seconds,
                **stands(standing, query),
            }
        )


def _account(row: Row, calendars: Calendars, until: datetime) -> measuring.Ledger:
    """The clock's ledger. NotFound before it started, Unavailable while a version of its calendar is not heard."""
    if row["started_at"] is None:
        raise NotFound
    account = measuring.ledger(row["marks"], calendars, until)
    if account is None:
        raise Unavailable("a version of the calendar was not heard yet")
    return account


async def _calendars(state: Snapshot, rows: list[Row]) -> Calendars:
    keys = sorted({key for row in rows for key in measuring.calendars_named(row["marks"])})
    return measuring.calendars_of(await state.rows(compliance.calendars(keys))) if keys else {}


def _place_of_clock(row: Row) -> list[str]:
    return [row["number"], row["order_id"], row["clock"]]
