"""Invoices and credit notes over HTTP."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request, Response

from examples.invoicing.domain import Kind
from examples.invoicing.projections import Wanted, numbered, page_of
from libs.events.types import Day, Id, Key, Name
from libs.kernel.money import Money
from libs.runtime.faults import NotFound
from libs.runtime.http.answers import WantsCsv, json_answer, list_answer
from libs.runtime.http.app import create_app
from libs.runtime.http.bodies import PageQuery
from libs.runtime.http.csv import csv_answer
from libs.runtime.http.front import CursorsDep, front_of
from libs.runtime.http.route import routes
from libs.runtime.queries import rows
from libs.runtime.service import Parts

Row = Mapping[str, Any]
Ask = Callable[[Any], Awaitable[Sequence[Row]]]

COLUMNS = (
    "number",
    "kind",
    "order_id",
    "order_number",
    "posting_number",
    "customer",
    "project",
    "issued_on",
    "total",
    "currency",
)


class InvoicesQuery(PageQuery):
    """Which documents to list. `order` is the order's id; both days are included."""

    number: Name | None = None
    order: Id | None = None
    customer: Key | None = None
    kind: Kind | None = None
    issued_from: Day | None = None
    issued_to: Day | None = None

    def wanted(self) -> Wanted:
        """The question without the page."""
        return Wanted(self.number, self.order, self.customer, self.kind, self.issued_from, self.issued_to)


def app(parts: Parts) -> FastAPI:
    """The application; its lists are made of what invoicing says itself."""
    front = front_of("invoicing", parts.store, parts.settings, parts.degraded, hears=("invoicing",))
    return create_app("Invoicing", [_invoices(partial(rows, parts.store))], front)


def _invoices(ask: Ask) -> APIRouter:
    router = routes(tag="invoices")

    @router.get("/invoices")
    async def invoices(
        request: Request, query: Annotated[InvoicesQuery, Query()], cursors: CursorsDep, wants_csv: WantsCsv
    ) -> Response:
        """Invoices and credit notes in the order of their numbers."""
        wanted = query.wanted()
        of = f"invoices {wanted}"
        after = cursors.read(of, query.cursor)[0] if query.cursor else ""
        found = await ask(page_of(wanted, after, query.limit + 1))
        page, more = found[: query.limit], len(found) > query.limit
        following = cursors.write(of, [page[-1]["number"]]) if more else None
        return _csv(request, page, following) if wants_csv else list_answer([_shown(row) for row in page], following)

    @router.get("/invoices/{number}")
    async def invoice(number: Name) -> Response:
        """One invoice or credit note."""
        found = await ask(numbered(number))
        if not found:
            raise NotFound
        return json_answer(_shown(found[0]))

    return router


def _csv(request: Request, page: Sequence[Row], following: str | None) -> Response:
    """The page as a file, without its lines; a Link header leads to the next one."""
    answer = csv_answer("invoices.csv", COLUMNS, [_cells(row) for row in page])
    if following is not None:
        answer.headers["link"] = f'<?{request.url.include_query_params(cursor=following).query}>; rel="next"'
    return answer


def _shown(row: Row) -> Row:
    """The document as it stands in JSON."""
    total = Money.of(str(row["total"]), row["currency"])
    return {**row, "order_id": str(row["order_id"]), "total": total}


def _cells(row: Row) -> list[Any]:
    return [str(row[name]) if name == "order_id" else row[name] for name in COLUMNS]
