"""A page of a report: its rows, where it goes on, and where all of it stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from starlette.responses import Response

from libs.runtime.http.answers import json_answer
from libs.runtime.http.csv import csv_answer
from libs.runtime.http.cursors import Cursors
from libs.runtime.http.positions import Position
from services.reporting.api.questions import AsOfQuery, ReportQuery
from services.reporting.projections.standing import Standing

Row = dict[str, Any]


@dataclass(frozen=True)
class Listing:
    """A list that goes on behind cursors; `name` holds everything that was asked, so that a cursor fits it alone."""

    name: str
    cursors: Cursors
    query: ReportQuery

    @property
    def after(self) -> list[Any] | None:
        """Behind which place the page begins. Refused with invalid_cursor."""
        return self.cursors.read(self.name, self.query.cursor) if self.query.cursor else None

    @property
    def wanted(self) -> int:
        """So many rows must be looked for to know whether the list goes on."""
        return self.query.limit + 1

    def page(self, found: Sequence[Row], place: Callable[[Row], list[Any]], standing: Standing) -> "Page":
        """The page that the rows found make; `place` tells where a row stands."""
        rows = found[: self.query.limit]
        following = self.cursors.write(self.name, place(rows[-1])) if len(found) > len(rows) else None
        return Page(rows, following, standing, self.query)


@dataclass(frozen=True)
class Page:
    """One page of rows, the cursor of the next, and where all of it stands."""

    rows: Sequence[Row]
    following: str | None
    standing: Standing
    query: ReportQuery

    def json(self, shape: Callable[[Row], Row], **beside: Any) -> Response:
        """The page as JSON."""
        items = [shape(row) for row in self.rows]
        return json_answer({"items": items, "next": self.following, **beside, **stands(self.standing, self.query)})

    def csv(self, file_name: str, columns: Sequence[str], cells: Callable[[Row], Sequence[Any]]) -> Response:
        """The page as CSV; what JSON says beside the items stands in headers."""
        answer = csv_answer(file_name, columns, [cells(row) for row in self.rows])
        answer.headers.update(headers(self.standing, self.query, self.following))
        return answer


def stands(standing: Standing, query: AsOfQuery) -> Row:
    """Where an answer stands, as JSON says it."""
    return {
        "positions": standing.positions,
        "parked": standing.parked,
        "as_of": query.as_of,
        "sense": query.sense if query.as_of else None,
    }


def headers(standing: Standing, query: AsOfQuery, following: str | None = None) -> dict[str, str]:
    """What JSON says beside the items, as headers of CSV."""
    positions = [
        str(Position(publisher, int(partition), position))
        for publisher, partitions in standing.positions.items()
        for partition, position in partitions.items()
    ]
    as_of = query.as_of
    told = {
        "position": ", ".join(positions),
        "parked": "true" if standing.parked else "false",
        "as-of": as_of.astimezone(UTC).isoformat().replace("+00:00", "Z") if as_of else "",
        "as-of-sense": query.sense if as_of else "",
        "next-cursor": following or "",
    }
    return {name: value for name, value in told.items() if value}
