"""Copies of another publisher's records, of the fields that a service asks for."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Index, MetaData, Text
from sqlalchemy.types import TypeEngine

from libs.events.fact import Fact
from libs.kernel.view import Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import versioned


def copy_of(tables: MetaData, name: str, fact: type[Fact], columns: Mapping[str, TypeEngine[Any]]) -> Projection:
    """A copy of one kind of record that is told whole, of the fields named; `key` holds the owner's key, which the fact has
    in the field that is called as the copy."""
    table = versioned(
        name, tables, values=[Column("key", Text, nullable=False), *(Column(*column) for column in columns.items())]
    )
    Index(f"{name}_by_key", table.c.key)

    def recorded(_rows: Rows, record: Fact, _heard: Heard) -> Rows:
        return {(): {"key": getattr(record, name), **{column: getattr(record, column) for column in columns}}}

    return Projection(View(name, fact.publisher, {fact: recorded}), table)
