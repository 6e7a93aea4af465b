"""Named rules of the order: each answers its refusal or None, and the first refusal wins."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from libs.events.reference import LineType
from libs.kernel.currency import exponent_of
from libs.kernel.decider import Rejected
from services.order.domain.service_order.references import Category, LineProperty, LineReferences, Project, Reference
from services.order.domain.service_order.state import CreatedLine, Existing, Header, Line, LineEntry, PostedLine
from services.order.domain.service_order.surroundings import Surroundings

Refusal = Rejected | None
Kind = Literal["state", "value"]

MORE_DECIMALS = 4
"""How many more decimals a unit price may have than its currency. Source: contracts 3."""
LARGEST = 10**12
"""Unit prices and amounts stay below this many major units: a fact holds 12 digits before the point."""

_NEEDED: Mapping[LineType, tuple[str, ...]] = {
    "hour": ("worker", "category"),
    "expense": ("category",),
    "item": ("item",),
    "fee": ("category",),
}
_FOREIGN: Mapping[LineType, tuple[str, ...]] = {
    "hour": ("item",),
    "expense": ("item",),
    "item": ("worker",),
    "fee": ("item",),
}


def first(*refusals: Refusal) -> Refusal:
    """The first refusal, or None when every rule is kept."""
    return next((refusal for refusal in refusals if refusal is not None), None)


def insist(*refusals: Refusal) -> None:
    """Raises the first refusal, if there is one."""
    if (refusal := first(*refusals)) is not None:
        raise refusal


def something_changes(before: object, after: object) -> Refusal:
    """A command leaves something different from what it found."""
    return Rejected.state("nothing_to_change", "everything is like this already") if before == after else None


def rises(at: datetime, before: datetime | None) -> Refusal:
    """Instants rise within one visit and within one clock. Source: contracts 5."""
    if before is None or at >= before:
        return None
    return Rejected.state("time_goes_back", f"{before.isoformat()} was told before: this cannot have happened earlier")


def reason_known(field: str, code: str | None, around: Surroundings) -> Refusal:
    """A reason that is given is one of the codes, and active. Source: STG-07."""
    if code is None or code in around.reasons:
        return None
    return Rejected.value("unknown_reference", f"there is no reason code {code}", field=f"/{field}")


def unknown(name: str, key: str, kind: Kind = "value") -> Rejected:
    """What is named does not exist with its owner."""
    field = f"/{name}" if kind == "value" else ""
    return Rejected(kind, "unknown_reference", f"there is no {name.replace('_', ' ')} {key}", field=field)


def known(name: str, key: str | None, row: Reference | None, kind: Kind = "value") -> Refusal:
    """What is named exists with its owner and is active. Source: PST-07, CFG-13."""
    if key is None:
        return None
    if row is None:
        return unknown(name, key, kind)
    if isinstance(row, LineProperty) or row.active:
        return None
    field = f"/{name}" if kind == "value" else ""
    return Rejected(kind, "inactive_reference", f"{name.replace('_', ' ')} {key} is not active", field=field)


def project_stands(header: Header, project: Project | None) -> Refusal:
    """The order's project still exists and is active. Source: PST-07."""
    return known("project", header.project, project, "state")


def names_what_it_needs(entry: LineEntry) -> Refusal:
    """A line names what its type needs, and nothing that belongs to another type. Source: LIN-02."""
    for name in _NEEDED[entry.type]:
        if getattr(entry, name) is None:
            return Rejected.value("missing", f"a line of type {entry.type} names its {name}", field=f"/{name}")
    for name in _FOREIGN[entry.type]:
        if getattr(entry, name) is not None:
            return Rejected.value("not_for_type", f"a line of type {entry.type} has no {name}", field=f"/{name}")
    return None


def quantity_counts(entry: LineEntry) -> Refusal:
    """A line is added with a quantity above zero. Source: LIN-02."""
    if entry.quantity > 0:
        return None
    return Rejected.value("invalid_number", "a quantity is above zero", field="/quantity")


def category_fits(entry: LineEntry, category: Category | None) -> Refusal:
    """A category belongs to one line type. Source: LIN-06, PRJ-04."""
    if category is None or category.type == entry.type:
        return None
    sentence = f"category {category.key} is for lines of type {category.type}"
    return Rejected.value("category_type", sentence, field="/category")


def project_takes(entry: LineEntry, header: Header) -> Refusal:
    """Investment and cost projects take no fees. Source: PRJ-07."""
    if entry.type != "fee" or header.project_type not in ("investment", "cost"):
        return None
    return Rejected.value("line_type_not_for_project", "investment and cost projects take no fees", field="/type")


def entry_stands(entry: LineEntry, header: Header, found: LineReferences) -> Refusal:
    """Everything that must hold of what people say of a line, in the order in which they would mend it."""
    project = found.project
    line_property = entry.line_property or (project.line_property if project else None)
    return first(
        project_stands(header, project),
        names_what_it_needs(entry),
        quantity_counts(entry),
        project_takes(entry, header),
        known("category", entry.category, found.category),
        category_fits(entry, found.category),
        known("worker", entry.worker, found.worker),
        known("item", entry.item, found.item),
        known("line_property", line_property, found.line_property),
    )


def unit_price_stands(name: str, value: Decimal | None, currency: str) -> Refusal:
    """A unit price given by hand is not negative and has at most four more decimals than its currency."""
    if value is None:
        return None
    if value < 0:
        return Rejected.value("invalid_number", "a unit price is at least zero", field=f"/{name}")
    places = exponent_of(currency) + MORE_DECIMALS
    if (Fraction(value) * 10**places).denominator != 1:
        return Rejected.value("too_many_decimals", f"at most {places} decimals", field=f"/{name}")
    return None


def fee_has_no_cost(line_type: LineType, unit_cost: Decimal | None) -> Refusal:
    """A fee costs nothing. Source: PRJ-02."""
    if line_type != "fee" or unit_cost is None:
        return None
    return Rejected.value("fee_has_no_cost", "a fee has no cost price", field="/unit_cost")


def not_signed_off(number: int, line: CreatedLine) -> Refusal:
    """A line that is signed off stays as it is until the sign-off is withdrawn. Source: PST-10."""
    if not line.signed_off:
        return None
    return Rejected.state("line_signed_off", f"line {number} is signed off: withdraw the sign-off first")


def is_signed_off(number: int, line: CreatedLine) -> Refusal:
    """The line is confirmed as done. Source: PST-02."""
    return None if line.signed_off else Rejected.state("line_not_signed_off", f"line {number} is not signed off")


def line_of(order: Existing, number: int) -> Line:
    """The line of this number."""
    if number not in order.lines:
        raise Rejected.state("unknown_line", f"there is no line {number}")
    return order.lines[number]


def created(order: Existing, number: int) -> CreatedLine:
    """The line, while it is Created. Source: LIN-03, ORD-07."""
    match line_of(order, number):
        case CreatedLine() as line:
            return line
        case PostedLine():
            raise Rejected.state("line_posted", f"line {number} is posted: only an adjustment changes it")
        case _:
            raise Rejected.state("line_canceled", f"line {number} is canceled")


def posted(order: Existing, number: int) -> PostedLine:
    """The line, once it is Posted. Source: PST-11."""
    line = line_of(order, number)
    if not isinstance(line, PostedLine):
        raise Rejected.state("line_not_posted", f"line {number} is not posted")
    return line
