"""Questions about SLA clocks: a page of clocks, and counts of verdicts by period or by what clocks have in common."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Select, Table, Text, func, null, select
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from libs.runtime.versions import known_at
from services.reporting.projections import sla_tables, tables
from services.reporting.projections.margin import Place, behind, name_of
from services.reporting.projections.sla_selection import VERDICTS, SlaSelection, clocks_at, conditions

By = Literal["month", "week", "day", "policy", "agreement", "group", "customer"]

_WRITTEN = {"month": "YYYY-MM", "week": 'IYYY-"W"IW', "day": "YYYY-MM-DD"}
_COLUMN = {"policy": "policy", "agreement": "agreement", "group": "agreement_group", "customer": "customer"}
_NAMED: Mapping[str, Table] = {
    "policy": tables.sla_policy,
    "group": tables.agreement_group,
    "customer": tables.customer,
}


def clocks(selection: SlaSelection, after: Place | None, limit: int) -> Select[Any]:
    """The selected clocks in order of order number and clock, from behind `after`, with names and marks."""
    rows = clocks_at(selection.moment)
    page = select(rows).where(*conditions(selection, rows)).order_by(*_place(rows)).limit(limit)
    if after is not None:
        page = page.where(behind(_place(rows), after))
    found, kept = page.subquery("page"), sla_tables.sla_clock
    names = [
        name_of(found.c[column], _NAMED[kind], selection.moment.known).label(f"{kind}_name")
        for kind, column in _COLUMN.items()
        if kind in _NAMED
    ]
    marks = (
        select(kept.c.marks)
        .where(kept.c.stream_id == found.c.order_id, kept.c.clock == found.c.clock)
        .where(known_at(kept, selection.moment.known))
        .scalar_subquery()
    )
    return select(found, *names, marks.label("marks")).order_by(*_place(found))


def periods(selection: SlaSelection, by: By, after: Place | None, limit: int) -> Select[Any]:
    """The verdicts of the selected clocks counted by group, in order of the groups, from behind `after`."""
    rows = clocks_at(selection.moment)
    key = _key(rows, by)
    wanted = conditions(selection, rows)
    if after is not None:
        wanted.append(behind([key], after))
    label = func.max(rows.c.agreement_number) if by == "agreement" else null()
    found = select(key.label("key"), label.label("number"), *_counts(rows)).where(*wanted)
    page = found.group_by(key).order_by(key).limit(limit).subquery("page")
    name = name_of(page.c.key, _NAMED[by], selection.moment.known) if by in _NAMED else page.c.number
    return select(page, name.label("name")).order_by(page.c.key)


def totals(selection: SlaSelection) -> Select[Any]:
    """The verdicts of all selected clocks, counted."""
    rows = clocks_at(selection.moment)
    counts: list[ColumnElement[Any]] = [*_counts(rows)]
    return select(*counts).where(*conditions(selection, rows))


def calendars(keys: Sequence[str]) -> Select[Any]:
    """All versions of these calendars: they are never changed, so it matters not when they are asked for."""
    table = sla_tables.calendar
    columns = [table.c[name] for name in ("calendar_version", *table.info["values"])]
    return select(*columns).where(known_at(table, None), table.c.key.in_(keys))


def _counts(rows: FromClause) -> list[ColumnElement[int]]:
    return [func.count().filter(rows.c.verdict == verdict).label(verdict) for verdict in VERDICTS]


def _place(rows: FromClause) -> list[ColumnElement[Any]]:
    return [rows.c.number, rows.c.order_id, rows.c.clock]


def _key(rows: FromClause, by: By) -> ColumnElement[str]:
    """The text by which clocks are grouped; empty where a clock has none."""
    if by in _WRITTEN:
        return func.to_char(rows.c.period_on, _WRITTEN[by], type_=Text)
    return func.coalesce(rows.c[_COLUMN[by]].cast(Text), "")
