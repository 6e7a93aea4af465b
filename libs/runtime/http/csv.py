"""CSV answers: RFC 4180, and no text that a spreadsheet would take for a formula. Source: security 6.7."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from starlette.responses import Response

_FORMULA = frozenset("=+-@\t\r\n\0|＝＋－＠")
"""First characters, after blanks, by which some spreadsheet takes a text for a formula or a command."""


def csv_answer(file_name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Rows as a file to be saved. Text is made harmless; numbers, dates and instants stay what they are."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    headers = {"content-disposition": f'attachment; filename="{file_name}"', "x-content-type-options": "nosniff"}
    return Response(written.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case str():
            return harmless(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no form in CSV")


def harmless(text: str) -> str:
    """The text, with an apostrophe in front when a spreadsheet might take it for a formula."""
    first = next((character for character in text if not _blank(character)), "")
    return f"'{text}" if first in _FORMULA and first else text


def _blank(character: str) -> bool:
    return unicodedata.category(character) in ("Zs", "Cf")
