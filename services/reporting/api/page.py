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
from services.reporting.api.questions import MarginQuery
from services.reporting.projections.standing import Standing

Row = dict[str, Any]


@dataclass(frozen=True)
class Listing:
    """A list that goes on behind cursors; `name` holds everything that was asked, so that a cursor fits it alone."""

    name: str
    cursors: Cursors
    query: MarginQuery

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
    query: MarginQuery

    def json(self, shape: Callable[[Row], Row], **beside: Any) -> Response:
        """The page as JSON."""
        stands = {"positions": self.standing.positions, "parked": self.standing.parked, "as_of": self.query.as_of}
        return json_answer({"items": [shape(row) for row in self.rows], "next": self.following, **beside, **stands})

    def csv(self, file_name: str, columns: Sequence[str], cells: Callable[[Row], Sequence[Any]]) -> Response:
        """The page as CSV; what JSON says beside the items stands in headers."""
        answer = csv_answer(file_name, columns, [cells(row) for row in self.rows])
        answer.headers.update({name: value for name, value in self._headers().items() if value})
        return answer

    def _headers(self) -> dict[str, str]:
        positions = [
            str(Position(publisher, int(partition), position))
            for publisher, partitions in self.standing.positions.items()
            for partition, position in partitions.items()
        ]
        as_of = self.query.as_of
        return {
            "position": ", ".join(positions),
            "parked": "true" if self.standing.parked else "false",
            "as-of": as_of.astimezone(UTC).isoformat().replace("+00:00", "Z") if as_of else "",
            "next-cursor": self.following or "",
        }
