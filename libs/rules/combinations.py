"""Searching rows that hold for a project, its group or all, and for a category, its group or all: nine combinations."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

First = Literal["project", "category"]


@dataclass(frozen=True)
class Row:
    """One row of a search: its `value` (an account, a line property) and where it holds. An axis names an object or a
    group, or neither and holds for all."""

    key: str
    value: str
    project: str | None = None
    project_group: str | None = None
    category: str | None = None
    category_group: str | None = None


@dataclass(frozen=True)
class Place:
    """What is searched for: a project and a category, with the groups that they are in."""

    project: str
    category: str
    project_group: str | None = None
    category_group: str | None = None


def searched(rows: Iterable[Row], place: Place, first: First) -> str | None:
    """The value of the most specific row, object before group before all on both axes; `first` is the axis that varies
    slowest. Of several rows in one place the one with the highest key; None without a hit.

    Source: LED-01 (accounts, among the rows of one posting type), LNP-02, LNP-03 (line properties).
    """
    hits = [(rank, row) for row in rows if (rank := _rank(row, place, first))]
    if not hits:
        return None
    best = min(rank for rank, _ in hits)
    return max((row for rank, row in hits if rank == best), key=lambda row: row.key).value


def line_property_of(rows: Iterable[Row], place: Place, first: First, *defaults: str | None) -> str | None:
    """The line property of a line: what is searched, else the first default that is there: the project's, then its
    group's. None when somebody must say. Source: FEE-13, LNP-02, LNP-04."""
    return searched(rows, place, first) or next(filter(None, defaults), None)


def _rank(row: Row, place: Place, first: First) -> tuple[int, int] | None:
    project = _distance(row.project, row.project_group, place.project, place.project_group)
    category = _distance(row.category, row.category_group, place.category, place.category_group)
    if project is None or category is None:
        return None
    return (project, category) if first == "project" else (category, project)


def _distance(one: str | None, group: str | None, own: str, own_group: str | None) -> int | None:
    """0 where the row names the object itself, 1 its group, 2 all; None where it names another."""
    if one is not None:
        return 0 if one == own else None
    if group is not None:
        return 1 if group == own_group else None
    return 2
