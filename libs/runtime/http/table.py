"""Tables that come in: CSV read strictly, and what is wrong with which row. Source: security 6.6, contracts 5."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from libs.runtime.http.problems import Refused
from libs.runtime.http.validation import broken_fields

MOST_ROWS = 5000
MOST_FAULTS = 10_000
"""So many faults are named; a table with more is beyond mending by hand."""

DELIMITERS = ",;\t"
"""What parts cells; the header tells which."""

_HEADER = 1


@dataclass(frozen=True)
class Row:
    """One row: `number` counts as people do, from 1, the header of a CSV file included."""

    number: int
    cells: Mapping[str, Any]


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a row, or with one column of it. Nothing of the row is repeated."""

    row: int
    error_code: str
    detail: str
    column: str | None = None

    def document(self) -> dict[str, Any]:
        """The item of `errors`."""
        column = {} if self.column is None else {"column": self.column}
        return {"row": self.row, **column, "error_code": self.error_code, "detail": self.detail}


class BadRows(Refused):
    """The table is refused whole (422); every bad row is named."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        rows = len({fault.row for fault in faults})
        super().__init__(
            422, faults[0].error_code, f"Nothing was taken in: {rows} rows cannot be accepted as they are."
        )
        errors = [fault.document() for fault in faults[:MOST_FAULTS]]
        self.problem = replace(self.problem, members={"errors": errors, "bad_rows": rows})


def text_of(body: bytes) -> str:
    """The text of a CSV file in UTF-8; a byte order mark, which spreadsheets write, is left out. Refused with
    invalid_encoding (400)."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Refused(400, "invalid_encoding", "The file is not UTF-8.") from fault


def read_csv(text: str, columns: Collection[str]) -> list[Row]:
    """The rows of a file whose first row names its columns; empty cells are left out. BadRows with csv_syntax,
    missing_header, unknown_column, duplicate_column, cell_count or too_many_rows."""
    records = _records(text)
    number, header = next(records, (_HEADER, []))
    faults = list(_header_faults(header, columns))
    if faults:
        raise BadRows(faults)
    rows: list[Row] = []
    for number, cells in records:
        if len(cells) != len(header):
            faults.append(RowFault(number, "cell_count", f"it has {len(cells)} cells, the header has {len(header)}"))
        rows.append(Row(number, {name: cell for name, cell in zip(header, cells, strict=False) if cell != ""}))
    if faults:
        raise BadRows(faults)
    check_count(len(rows))
    return rows


def check_count(rows: int) -> None:
    """BadRows with too_many_rows for a table that is too long."""
    if rows > MOST_ROWS:
        raise BadRows([RowFault(MOST_ROWS + 1, "too_many_rows", f"at most {MOST_ROWS} rows at a time")])


def faults_of(row: int, errors: Iterable[Mapping[str, Any]]) -> list[RowFault]:
    """What pydantic found wrong with a row, in our words."""
    broken = broken_fields({**error, "loc": ("body", *error["loc"])} for error in errors)
    return [RowFault(row, one.error_code, one.detail, (one.pointer or "").lstrip("/") or None) for one in broken]


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """The records of a file with their numbers; blank lines count and are left out."""
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), _dialect(text), strict=True), _HEADER):
            if cells:
                yield number, cells
    except csv.Error as fault:
        detail = "a quote is open or stands where none may, or a cell is too long"
        raise BadRows([RowFault(number + 1, "csv_syntax", detail)]) from fault


def _dialect(text: str) -> type[csv.Dialect]:
    """RFC 4180 with the delimiter that stands most often in the header."""
    first = text.partition("\n")[0]

    class Dialect(csv.excel):
        delimiter = max(DELIMITERS, key=first.count)

    return Dialect


def _header_faults(header: Sequence[str], columns: Collection[str]) -> Iterator[RowFault]:
    if not header:
        yield RowFault(_HEADER, "missing_header", "the first row names the columns")
    for place, name in enumerate(header):
        if name not in columns:
            yield RowFault(_HEADER, "unknown_column", f"column {place + 1} is none of {', '.join(sorted(columns))}")
        elif name in header[:place]:
            yield RowFault(_HEADER, "duplicate_column", "a column stands twice", name)
