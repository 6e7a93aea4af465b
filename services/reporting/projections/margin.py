"""Questions about the margin of order lines: a page of lines, totals by group, and grand totals."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, Numeric, Select, Table, Text, func, literal, null, select, true, tuple_
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from libs.runtime.versions import known_at
from services.reporting.projections import tables
from services.reporting.projections.selection import BUCKETS, Moment, Selection, conditions, rows_at

By = Literal["order", "project", "customer", "agreement", "worker", "category", "type", "state", "month", "none"]

_NAMED: Mapping[str, Table] = {
    table.name: table for table in (tables.customer, tables.worker, tables.project, tables.category)
}

Place = Sequence[Any]
"""Behind what a page begins: order number, order id and line; or a group's place in the sort, its key and currency."""


def lines(selection: Selection, after: Place | None, limit: int) -> Select[Any]:
    """The selected lines in order of order number and line, from behind `after`, with the names known."""
    rows = rows_at(selection.moment)
    page = select(rows).where(*conditions(selection, rows)).order_by(*_place(rows)).limit(limit)
    if after is not None:
        page = page.where(behind(_place(rows), after))
    found = page.subquery("page")
    names = [_name(found.c[kind], kind, selection.moment).label(f"{kind}_name") for kind in _NAMED]
    return select(found, *names).order_by(*_place(found))


def groups(selection: Selection, by: By, after: Place | None, limit: int) -> Select[Any]:
    """The selected lines added up by group and currency, in order of the groups, from behind `after`."""
    rows = rows_at(selection.moment)
    key = _key(rows, by)
    sort = rows.c.number if by == "order" else key
    wanted = conditions(selection, rows)
    if after is not None:
        wanted.append(behind([sort, key, rows.c.currency], after))
    parts = _lines if by == "order" else _states
    states = parts(rows, {"sort": sort, "key": key, "currency": rows.c.currency}, wanted)
    place = [states.c.sort, states.c.key, states.c.currency]
    found = select(*place, *_buckets(states)).group_by(*place).order_by(*place).limit(limit).subquery("page")
    name = found.c.sort if by == "order" else _name(found.c.key, by, selection.moment)
    return select(found, name.label("name")).order_by(found.c.sort, found.c.key, found.c.currency)


def totals(selection: Selection) -> Select[Any]:
    """The selected lines added up for each currency."""
    rows = rows_at(selection.moment)
    states = _states(rows, {"currency": rows.c.currency}, conditions(selection, rows))
    currency = states.c.currency
    return select(currency, *_buckets(states)).group_by(currency).order_by(currency)


def behind(here: Sequence[ColumnElement[Any]], place: Place) -> ColumnElement[bool]:
    """Whether a row comes after a place. The first condition is implied by the second, and is the one that an index serves."""
    there = [literal(value, at.type) for at, value in zip(here, place, strict=True)]
    return (here[0] >= there[0]) & (tuple_(*here) > tuple_(*there))


def _place(rows: FromClause) -> list[ColumnElement[Any]]:
    return [rows.c.number, rows.c.order_id, rows.c.line]


def _key(rows: FromClause, by: By) -> ColumnElement[str]:
    """The text by which lines are grouped; empty where a line has none."""
    match by:
        case "none":
            return literal("")
        case "month":
            return func.to_char(rows.c.service_date, "YYYY-MM", type_=Text)
        case "order":
            return rows.c.order_id.cast(Text)
        case _:
            return func.coalesce(rows.c[by].cast(Text), "")


def _states(
    rows: FromClause, place: Mapping[str, ColumnElement[Any]], wanted: Sequence[ColumnElement[bool]]
) -> FromClause:
    """Lines counted, cost and sales summed, for each place and state: so much must be done for every line."""
    keys = [column.label(name) for name, column in place.items()]
    sums = [func.count().label("lines"), func.sum(rows.c.cost).label("cost"), func.sum(rows.c.sales).label("sales")]
    return select(*keys, rows.c.state, *sums).where(*wanted).group_by(*keys, rows.c.state).subquery("states")


def _lines(
    rows: FromClause, place: Mapping[str, ColumnElement[Any]], wanted: Sequence[ColumnElement[bool]]
) -> FromClause:
    """The same, line by line, where groups are many and small: then a page ends without looking at what follows it."""
    keys = [column.label(name) for name, column in place.items()]
    figures = [literal(1).label("lines"), rows.c.cost, rows.c.sales]
    return select(*keys, rows.c.state, *figures).where(*wanted).subquery("states")


def _buckets(states: FromClause) -> list[ColumnElement[Any]]:
    """Number of lines, cost and sales of every bucket, and of all lines whatever their bucket."""
    return [
        func.coalesce(func.sum(states.c[measure]).filter(_counts(states, bucket)), 0)
        .cast(BigInteger if measure == "lines" else Numeric)
        .label(f"{bucket}_{measure}")
        for bucket in (*BUCKETS, "total")
        for measure in ("lines", "cost", "sales")
    ]


def _counts(states: FromClause, bucket: str) -> ColumnElement[bool]:
    return true() if bucket == "total" else states.c.state == bucket


def _name(key: ColumnElement[Any], kind: str, moment: Moment) -> ColumnElement[Any]:
    return name_of(key, _NAMED[kind], moment.known) if kind in _NAMED else null()


def name_of(key: ColumnElement[Any], table: Table, known: datetime | None) -> ColumnElement[Any]:
    """What a thing was called at an instant; null when it was not known, or has no name. A name is a label: as it is
    known now, things are called what they are called now, whenever it happened."""
    named = select(table.c.name).where(table.c.key == key, known_at(table, known))
    return named.order_by(table.c.position.desc()).limit(1).scalar_subquery()
