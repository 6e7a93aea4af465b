"""A service agreement as it stands: its header, its validity, its terms day by day and its lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, TypeVar

from libs.events import agreement as says
from libs.events.reference import LineType
from libs.kernel.period import Period
from libs.rules.effective import in_force

SlaFrom = Literal["agreement", "agreement_group"]


class Unset(Enum):
    """Says that a command leaves a value as it is; None takes the value away."""

    UNSET = "unset"


UNSET = Unset.UNSET


@dataclass(frozen=True, kw_only=True)
class Header:
    """What holds for the whole agreement. `customer` is the project's. Source: AGR-02."""

    number: str
    project: str
    customer: str | None = None
    description: str | None = None
    responsible: str | None = None
    preferred_technician: str | None = None
    contact: str | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds from `effective_on` on: `sla_from` says whose word the SLA policy is. `amendment` is 0 for the terms of
    the beginning. Source: AGR-08, SAG-03."""

    effective_on: date
    group: str
    sla_policy: str | None = None
    sla_from: SlaFrom | None = None
    amendment: int = 0
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class LineEntry:
    """What people say of a line. Without `starts_on` it begins with the agreement (AGL-03), without `ends_on` it ends with
    it, without `line_property` it has the project's (AGL-08)."""

    type: LineType
    quantity: Decimal
    category: str | None = None
    worker: str | None = None
    item: str | None = None
    line_property: str | None = None
    description: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Line:
    """A line with every default filled in. A stopped one yields no orders. Source: AGL-02, AGL-05."""

    entry: LineEntry
    stopped: bool = False


def told(entry: LineEntry) -> dict[str, Any]:
    """The values by name, as a fact tells them."""
    return {each.name: getattr(entry, each.name) for each in fields(entry)}


def heard(fact: says.AgreementLine) -> LineEntry:
    """The values that a fact tells."""
    return LineEntry(**{each.name: getattr(fact, each.name) for each in fields(LineEntry)})


@dataclass(frozen=True)
class Absent:
    """Nothing was created yet."""


@dataclass(frozen=True)
class Existing:
    """An agreement, valid from `starts_on` to `ends_on`, both included, or open-ended. Source: AGR-04.

    `terms` are those of the beginning and every amendment, as recorded. `lines` by number from 1; `lines_added` counts
    removed ones too, so that no number is used again.
    """

    header: Header
    starts_on: date
    ends_on: date | None
    terms: tuple[Terms, ...]
    lines: Mapping[int, Line] = field(default_factory=dict)
    lines_added: int = 0

    @property
    def validity(self) -> Period:
        """The days of the agreement."""
        return Period.closed(self.starts_on, self.ends_on)


@dataclass(frozen=True)
class Draft(Existing):
    """Not agreed yet: it takes no orders. Source: contracts 7."""


@dataclass(frozen=True)
class Active(Existing):
    """It takes orders on the days of its validity."""


@dataclass(frozen=True)
class Suspended(Existing):
    """It takes no orders until it is resumed; lines keep their own flags. Source: AGR-05."""


@dataclass(frozen=True)
class Terminated(Existing):
    """Nothing of it changes any more; `ends_on` is its last day."""


State = Absent | Draft | Active | Suspended | Terminated
Open = Draft | Active | Suspended
"""The states in which an agreement can still change."""
Standing = TypeVar("Standing", bound=Existing)
Other = TypeVar("Other", bound=Existing)


def become(kind: type[Other], agreement: Existing) -> Other:
    """The same agreement in another state."""
    return kind(**{each.name: getattr(agreement, each.name) for each in fields(Existing)})


def terms_on(agreement: Existing, day: date) -> Terms:
    """The terms that count on a day; before the first day those of the first day. Source: AGR-08."""
    return in_force(agreement.terms, max(day, agreement.starts_on)) or agreement.terms[0]


def with_line(agreement: Standing, number: int, line: Line) -> Standing:
    """The agreement with this line as given and every other as it was."""
    return replace(agreement, lines={**agreement.lines, number: line})
