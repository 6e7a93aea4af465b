"""The margin reports: order lines one by one, and added up. Source: MAR-01 to MAR-12."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from libs.runtime.http.answers import WantsCsv
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.store import FactStore
from services.reporting.api import shapes
from services.reporting.api.page import Listing, Row
from services.reporting.api.questions import MarginQuery, TotalsQuery
from services.reporting.projections import margin
from services.reporting.projections.standing import snapshot


def reports(store: FactStore) -> APIRouter:
    """The routes, over one database. Each answer is one state of it, whatever is heard meanwhile."""
    router = routes(tag="reports")

    @router.get("/reports/margin-lines")
    async def margin_lines(query: Annotated[MarginQuery, Query()], cursors: CursorsDep, csv: WantsCsv) -> Response:
        """Every selected order line with its margin, and what was planned of it."""
        listing = Listing(f"margin-lines {query.selection}", cursors, query)
        async with snapshot(store) as state:
            found = await state.rows(margin.lines(query.selection, listing.after, listing.wanted))
            page = listing.page(found, _place_of_line, await state.standing())
        if csv:
            return page.csv("margin-lines.csv", shapes.LINE_COLUMNS, shapes.line_cells)
        return page.json(shapes.line)

    @router.get("/reports/margin-totals")
    async def margin_totals(query: Annotated[TotalsQuery, Query()], cursors: CursorsDep, csv: WantsCsv) -> Response:
        """The selected order lines added up by group, and in all: both for each currency, by state and in total."""
        listing = Listing(f"margin-totals {query.by} {query.selection}", cursors, query)
        async with snapshot(store) as state:
            found = await state.rows(margin.groups(query.selection, query.by, listing.after, listing.wanted))
            every = await state.rows(margin.totals(query.selection))
            page = listing.page(found, _place_of_group, await state.standing())
        if csv:
            return page.csv("margin-totals.csv", shapes.GROUP_COLUMNS, shapes.group_cells)
        return page.json(shapes.group, by=query.by, totals=[shapes.grand_total(row) for row in every])

    return router


def _place_of_line(row: Row) -> list[Any]:
    return [row["number"], row["order_id"], row["line"]]


def _place_of_group(row: Row) -> list[Any]:
    return [row["sort"], row["key"], row["currency"]]
