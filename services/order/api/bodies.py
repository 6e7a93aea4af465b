"""What people may say of orders and lines over HTTP."""

from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema

from libs.events.order import Priority
from libs.events.reference import LineType
from libs.events.types import Count, Day, Flag, Id, Key, Note, PositiveNumber, UnsignedNumber, refuse
from libs.runtime.http.bodies import CommandBody


def _line_number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= len(value) <= 9):
        raise refuse("invalid_number", "a line's number")
    return int(value)


LineNumber = Annotated[int, PlainValidator(_line_number), WithJsonSchema({"type": "integer", "minimum": 1})]
"""A line's number in a path."""
Lines = Annotated[list[Count], Field(min_length=1, max_length=1000)]
Types = Annotated[list[LineType], Field(min_length=1)]


class CreateOrderBody(CommandBody):
    """An order on a project, or on an agreement, which brings its project. `service_date` is the local day of the visit.

    `agreement_lines` are lines of the agreement to begin with; `sla_policy` measures the order by another policy than
    the agreement's.
    """

    project: Key = None  # type: ignore[assignment]
    agreement: Id = None  # type: ignore[assignment]
    agreement_lines: Lines = None  # type: ignore[assignment]
    sla_policy: Key = None  # type: ignore[assignment]
    service_date: Day
    description: Note | None = None
    priority: Priority | None = None
    responsible: Key | None = None
    preferred_technician: Key | None = None


class ReviseOrderBody(CommandBody):
    """The header where it changes; null takes a value away."""

    service_date: Day = None  # type: ignore[assignment]
    description: Note | None = None
    priority: Priority | None = None
    responsible: Key | None = None
    preferred_technician: Key | None = None


class AddLineBody(CommandBody):
    """A line; which fields it needs depends on its type (LIN-02). Prices are found."""

    type: LineType
    quantity: PositiveNumber
    category: Key | None = None
    worker: Key | None = None
    item: Key | None = None
    line_property: Key | None = None
    description: Note | None = None


class ReviseLineBody(CommandBody):
    """The line where it changes; null takes a value away."""

    quantity: PositiveNumber = None  # type: ignore[assignment]
    category: Key | None = None
    worker: Key | None = None
    item: Key | None = None
    line_property: Key | None = None
    description: Note | None = None


class OverridePriceBody(CommandBody):
    """Unit prices by hand, in the order's currency."""

    unit_cost: UnsignedNumber | None = None
    unit_price: UnsignedNumber | None = None
    reason: Note


class AdjustLineBody(CommandBody):
    """What changes of a posted line, and why. A quantity of zero takes it back."""

    quantity: UnsignedNumber | None = None
    unit_cost: UnsignedNumber | None = None
    unit_price: UnsignedNumber | None = None
    chargeable: Flag | None = None
    description: Note | None = None
    reason: Note


class ReasonBody(CommandBody):
    """A command that needs nothing; a reason may be given."""

    reason: Note | None = None


class SignOffBody(CommandBody):
    """The lines meant; every Created one when none is named. `sla_reason` is the code of why a clock was exceeded."""

    lines: Lines | None = None
    sla_reason: Key | None = None
    note: Note | None = None


class WithdrawSignOffBody(CommandBody):
    """The lines meant; every signed-off one when none is named."""

    lines: Lines | None = None
    reason: Note | None = None


class PostBody(CommandBody):
    """The types and lines meant; every signed-off line when neither is named."""

    types: Types | None = None
    lines: Lines | None = None


def said(body: CommandBody) -> dict[str, Any]:
    """The fields that the body names, but `at`."""
    return {name: getattr(body, name) for name in body.model_fields_set if name != "at"}


def chosen(lines: list[int] | None) -> tuple[int, ...] | None:
    """The lines named, or None for all."""
    return None if lines is None else tuple(lines)
