"""Tables for a terminal."""

from collections.abc import Sequence

Cells = Sequence[str]

_LEFT = {
    *("order", "date", "project", "type", "number", "issued", "customer", "state"),
    *("clock", "due", "verdict", "since", "from", "to", "was", "reason"),
    *("subscription", "group", "currency", "status", "invoice", "credit note", "price", "last earned", "accrual"),
    *("agreement", "revenue"),
}
"""Columns of text; all others hold numbers."""


def table(title: str, columns: Cells, rows: Sequence[Cells]) -> str:
    """A table for a terminal: text to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]

    def written(cells: Cells) -> str:
        told = [
            cell.ljust(width) if name in _LEFT else cell.rjust(width)
            for name, cell, width in zip(columns, cells, widths, strict=True)
        ]
        return "  ".join(told).rstrip()

    return "\n".join([title, "", written(columns), *map(written, rows)])
