"""The reports on subscription billing. Source: SRP-01 to SRP-05, MAR-09."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from libs.runtime.http.answers import WantsCsv
from libs.runtime.http.cursors import Cursors
from libs.runtime.http.front import CursorsDep
from libs.runtime.http.route import routes
from libs.runtime.store import FactStore
from services.reporting.api import billing_questions as asks
from services.reporting.api import billing_shapes as shapes
from services.reporting.api.page import Listing, Row
from services.reporting.projections import billing, billing_rows
from services.reporting.projections.billing import Wanted
from services.reporting.projections.billing_rows import Report
from services.reporting.projections.standing import snapshot


class BillingReports:
    """The routes, over one database. Each answer is one state of it, whatever is heard meanwhile."""

    def __init__(self, store: FactStore) -> None:
        self.store = store

    def router(self) -> APIRouter:
        """The routes by path."""
        router = routes(tag="reports")
        router.get("/reports/subscription-transactions")(self.transactions)
        router.get("/reports/subscription-totals")(self.totals)
        router.get("/reports/subscription-fees")(self.fees)
        router.get("/reports/accrual-lines")(self.accrual_lines)
        router.get("/reports/deferred-revenue")(self.deferred_revenue)
        router.get("/reports/invoice-journal")(self.invoice_journal)
        router.get("/reports/trial-balance")(self.trial_balance)
        router.get("/reports/subscription-margins")(self.margins)
        return router

    async def transactions(
        self, query: Annotated[asks.FeesQuery, Query()], cursors: CursorsDep, csv: WantsCsv
    ) -> Response:
        """What subscriptions were charged, subscription by subscription. Source: SRP-01."""
        return await self._page(billing_rows.TRANSACTIONS, query, query.wanted, cursors, csv)

    async def fees(self, query: Annotated[asks.FeesQuery, Query()], cursors: CursorsDep, csv: WantsCsv) -> Response:
        """Fees by period, with what of them is earned. Source: SRP-02."""
        return await self._page(billing_rows.FEES, query, query.wanted, cursors, csv)

    async def accrual_lines(
        self, query: Annotated[asks.AccrualLinesQuery, Query()], cursors: CursorsDep, csv: WantsCsv
    ) -> Response:
        """What is earned in which accrual period, and whether it was. Source: SRP-03."""
        return await self._page(billing_rows.ACCRUAL_LINES, query, query.wanted, cursors, csv)

    async def deferred_revenue(
        self, query: Annotated[asks.DeferredQuery, Query()], cursors: CursorsDep, csv: WantsCsv
    ) -> Response:
        """What is still to be earned, by month and group, and what changed it. Source: SRP-04."""
        return await self._page(billing_rows.DEFERRED_REVENUE, query, query.wanted, cursors, csv)

    async def invoice_journal(
        self, query: Annotated[asks.JournalQuery, Query()], cursors: CursorsDep, csv: WantsCsv
    ) -> Response:
        """Invoices and credit notes in order of their dates."""
        return await self._page(billing_rows.INVOICE_JOURNAL, query, query.wanted, cursors, csv)

    async def trial_balance(
        self, query: Annotated[asks.BalanceQuery, Query()], cursors: CursorsDep, csv: WantsCsv
    ) -> Response:
        """The balance of every account, by month."""
        return await self._page(billing_rows.TRIAL_BALANCE, query, query.wanted, cursors, csv)

    async def totals(
        self, query: Annotated[asks.FeeTotalsQuery, Query()], cursors: CursorsDep, csv: WantsCsv
    ) -> Response:
        """Fees added up by group, and in all: for each currency, by what became of them. Source: SRP-01, SRP-05."""
        listing = Listing(f"subscription-totals {query.by} {query.wanted}", cursors, query)
        async with snapshot(self.store) as state:
            found = await state.rows(billing.fee_totals(query.wanted, query.by, listing.after, listing.wanted))
            every = await state.rows(billing.fee_grand_totals(query.wanted))
            page = listing.page(found, _place_of_total, await state.standing())
        if csv:
            return page.csv("subscription-totals.csv", shapes.TOTAL_COLUMNS, shapes.total_cells)
        totals = [{"currency": row["currency"], **shapes.subtotals(row)} for row in every]
        return page.json(shapes.total, by=query.by, totals=totals)

    async def margins(
        self, query: Annotated[asks.SubscriptionMarginQuery, Query()], cursors: CursorsDep, csv: WantsCsv
    ) -> Response:
        """Subscription revenue and order sales less order cost, by agreement or project. Source: MAR-09."""
        listing = Listing(f"subscription-margins {query.by} {query.wanted}", cursors, query)
        async with snapshot(self.store) as state:
            found = await state.rows(billing.margins(query.wanted, query.by, listing.after, listing.wanted))
            page = listing.page(found, lambda row: [row["key"], row["currency"]], await state.standing())
        if csv:
            name, columns = "subscription-margins.csv", shapes.MARGIN_COLUMNS
            return page.csv(name, columns, lambda row: shapes.margin_cells(row, query.basis))
        return page.json(lambda row: shapes.margin(row, query.basis), by=query.by, basis=query.basis)

    async def _page(
        self, report: Report, query: asks.BillingQuery, wanted: Wanted, cursors: Cursors, csv: bool
    ) -> Response:
        listing = Listing(f"{report.name} {wanted}", cursors, query)
        async with snapshot(self.store) as state:
            found = await state.rows(billing.page(report, wanted, _place(report, listing), listing.wanted))
            page = listing.page(found, lambda row: _written(report, row), await state.standing())
        if csv:
            return page.csv(f"{report.name}.csv", report.columns, lambda row: shapes.cells(report, row))
        return page.json(lambda row: shapes.shown(report, row))


def _place_of_total(row: Row) -> list[str]:
    return [row["sort"], row["key"], row["currency"]]


def _written(report: Report, row: Row) -> list[object]:
    """Where a row stands, as a cursor holds it."""
    values = (row[name] for name in report.place)
    return [value.isoformat() if isinstance(value, date) else value for value in values]


def _place(report: Report, listing: Listing) -> list[object] | None:
    """Where the page begins; days as days."""
    return None if listing.after is None else report.place_of(listing.after)
