"""Beside a view its twin: rows by the instant at which things happened, whenever they were told. Source: sla 18."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, Table

from libs.kernel.view import Heard, Key, Row, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned

Change = Callable[[Rows], Rows]
"""From the rows as they were at an instant to those of them that change."""
Effects = Callable[[Rows, Any, Heard], Sequence[tuple[datetime, Change]]]
"""What a fact changes, and from which instant on; the rows are those of the twin."""


def as_it_happened(projection: Projection, effects: Effects | None = None) -> Projection:
    """The twin of a projection, `<name>_then`: a row with `occurred_from` stands from that instant until the next of
    its key.

    At any instant its rows are the fold, in the order of the stream, of the facts that had happened by then. A fact is
    the last of its stream when it is heard, so whatever it changes at its instant it changes at all later ones too,
    and nothing has to be folded again. No row of the view may look at another one. Without `effects` a fact counts
    from when it occurred.
    """
    view = projection.view
    found = effects or _once(view)

    def fold(rows: Rows, fact: object, heard: Heard) -> Rows:
        written: dict[Key, Row] = {}
        for since, change in found(rows, fact, heard):
            written |= _changed({**rows, **written}, since, change)
        return written

    twin = View(f"{view.name}_then", view.publisher, dict.fromkeys(view.folds, fold))
    return Projection(twin, _table(projection.table, twin.name))


def _once(view: View) -> Effects:
    def effects(_: Rows, fact: Any, heard: Heard) -> Sequence[tuple[datetime, Change]]:
        return [(heard.occurred_at, lambda rows: view.fold(rows, fact, heard))]

    return effects


def _changed(rows: Rows, since: datetime, change: Change) -> Rows:
    """The twin's rows once the change has been made at `since` and to every row that stands from later on."""
    later = sorted({key[-1] for key in rows if key[-1] > since})
    return {
        (*key, instant): row
        for instant in (since, *later)
        for key, row in change(at(rows, instant)).items()
        if instant == since or (*key, instant) in rows
    }


def at(rows: Rows, instant: datetime) -> dict[Key, Row]:
    """The rows of a twin as they stood at an instant, by the keys of its view."""
    return {key[:-1]: rows[key] for key in sorted(rows, key=lambda each: each[-1]) if key[-1] <= instant}


def _table(table: Table, name: str) -> Table:
    keys, values = (
        [Column(each, table.c[each].type, nullable=table.c[each].nullable) for each in table.info[part]]
        for part in ("key", "values")
    )
    since = Column("occurred_from", DateTime(timezone=True))
    return versioned(name, table.metadata, key=[*keys, since], values=values)
