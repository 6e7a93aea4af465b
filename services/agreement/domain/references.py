"""What the agreement service is told of other records when it decides."""

from dataclasses import dataclass

from libs.events.reference import LineType, ProjectType


@dataclass(frozen=True)
class Project:
    """The account to which the agreement's orders are charged. `line_property` is the default of its lines."""

    key: str
    type: ProjectType
    customer: str | None
    line_property: str | None = None
    active: bool = True


@dataclass(frozen=True)
class Category:
    """The kind of a transaction; it belongs to one line type. Source: PRJ-04."""

    key: str
    type: LineType
    active: bool = True


@dataclass(frozen=True)
class Worker:
    """Somebody who works on the visits or answers for the agreement."""

    key: str
    active: bool = True


@dataclass(frozen=True)
class Item:
    """Goods that a visit uses."""

    key: str
    active: bool = True


@dataclass(frozen=True)
class LineProperty:
    """Whether a line is charged. It is always selectable."""

    key: str
    active: bool = True


@dataclass(frozen=True)
class Policy:
    """An SLA policy, and whether it may be chosen: as its last version says. Source: SLA-03."""

    key: str
    active: bool = True


@dataclass(frozen=True)
class Group:
    """A group of agreements, with the SLA policy that is its default. Source: SAG-03."""

    key: str
    sla_policy: str | None = None
    active: bool = True


Reference = Project | Category | Worker | Item | LineProperty | Policy | Group


@dataclass(frozen=True)
class TermsReferences:
    """The group and the SLA policy that terms come to, None where there is none of that key: `policy` is the one named
    or, when none is named, the group's."""

    group: Group | None
    policy: Policy | None = None


@dataclass(frozen=True)
class LineReferences:
    """The records that a line names, None where the owner has none of that key.

    `line_property` is the line's or, when it names none, that of `project`. Source: AGL-08.
    """

    project: Project | None
    category: Category | None = None
    worker: Worker | None = None
    item: Item | None = None
    line_property: LineProperty | None = None
