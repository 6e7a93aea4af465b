"""Named rules of an agreement: each answers its refusal or None."""

from collections.abc import Mapping
from datetime import date

from libs.events.reference import LineType
from libs.kernel.decider import Rejected
from services.agreement.domain.guards import Refusal, first, known
from services.agreement.domain.references import LineReferences, Project, TermsReferences, Worker
from services.agreement.domain.service_agreement.state import Existing, Line, LineEntry

LONGEST_YEARS = 50
"""How long an agreement may be valid. Source: data PER-004."""

_NEEDED: Mapping[LineType, str] = {"hour": "category", "expense": "category", "item": "item", "fee": "category"}
_FOREIGN: Mapping[LineType, str] = {"hour": "item", "expense": "item", "item": "worker", "fee": "item"}


def project_takes_agreements(project: Project) -> Refusal:
    """Any type of project but a time project. Source: AGR-03."""
    if project.type != "time":
        return None
    return Rejected.value("project_type", f"{project.key} is a time project: it has no agreements", field="/project")


def customer_stands(project: Project, customer_known: bool) -> Refusal:
    """The customer is the project's, and is known and active. Source: AGR-02, data IDS-019."""
    if project.customer is None or customer_known:
        return None
    sentence = f"project {project.key} names the customer {project.customer}, who is unknown or not active"
    return Rejected.value("unknown_reference", sentence, field="/project")


def worker_stands(name: str, key: str | None, workers: tuple[Worker, ...]) -> Refusal:
    """The worker named is among the records found, and active."""
    return known(name, key, next((worker for worker in workers if worker.key == key), None))


def period_stands(starts_on: date, ends_on: date | None, field: str) -> Refusal:
    """The last day is not before the first, and not 50 years after it. Source: AGR-04, data PER-004."""
    if ends_on is None:
        return None
    if ends_on < starts_on:
        return Rejected.value("period_reversed", f"{ends_on} is before {starts_on}", field=field)
    years = LONGEST_YEARS + starts_on.year, starts_on.month, starts_on.day
    if (ends_on.year, ends_on.month, ends_on.day) < years:
        return None
    return Rejected.value("period_too_long", f"an agreement is valid for at most {LONGEST_YEARS} years", field=field)


def terms_stand(group: str, policy: str | None, found: TermsReferences) -> Refusal:
    """The group exists, and the SLA policy named, or the group's, may be chosen. Source: AGR-01, SAG-03, SLA-03."""
    return first(known("group", group, found.group), known("sla_policy", policy, found.policy))


def entry_stands(entry: LineEntry, agreement: Existing, found: LineReferences) -> Refusal:
    """Everything that must hold of a line, defaults filled in, in the order in which people would mend it."""
    return first(
        known("project", agreement.header.project, found.project),
        _names_what_it_needs(entry),
        _quantity_counts(entry),
        known("category", entry.category, found.category),
        _category_fits(entry, found),
        known("worker", entry.worker, found.worker),
        known("item", entry.item, found.item),
        known("line_property", entry.line_property, found.line_property),
        _line_is_valid(entry, agreement),
    )


def _names_what_it_needs(entry: LineEntry) -> Refusal:
    """A line names what its type needs, and nothing that belongs to another type. Source: AGL-06."""
    needed, foreign = _NEEDED[entry.type], _FOREIGN[entry.type]
    if getattr(entry, needed) is None:
        return Rejected.value("missing", f"a line of type {entry.type} names its {needed}", field=f"/{needed}")
    if getattr(entry, foreign) is not None:
        return Rejected.value("not_for_type", f"a line of type {entry.type} has no {foreign}", field=f"/{foreign}")
    return None


def _quantity_counts(entry: LineEntry) -> Refusal:
    if entry.quantity > 0:
        return None
    return Rejected.value("invalid_number", "a quantity is above zero", field="/quantity")


def _category_fits(entry: LineEntry, found: LineReferences) -> Refusal:
    """A category belongs to one line type. Source: AGL-06, PRJ-04."""
    category = found.category
    if category is None or category.type == entry.type:
        return None
    sentence = f"category {category.key} is for lines of type {category.type}"
    return Rejected.value("category_type", sentence, field="/category")


def _line_is_valid(entry: LineEntry, agreement: Existing) -> Refusal:
    """A line is valid on days of its agreement; without a last day it ends with it. Source: AGL-03, AGL-04."""
    starts_on = entry.starts_on or agreement.starts_on
    if entry.ends_on is not None and entry.ends_on < starts_on:
        return Rejected.value("period_reversed", f"{entry.ends_on} is before {starts_on}", field="/ends_on")
    return first(
        within_the_agreement("starts_on", starts_on, agreement),
        within_the_agreement("ends_on", entry.ends_on, agreement),
    )


def within_the_agreement(name: str, day: date | None, agreement: Existing) -> Refusal:
    """The day is one on which the agreement is valid."""
    if day is None or day in agreement.validity:
        return None
    return Rejected.value("outside_agreement", f"the agreement is not valid on {day}", field=f"/{name}")


def line_of(agreement: Existing, number: int) -> Line:
    """The line of this number. A removed one is gone."""
    if number not in agreement.lines:
        raise Rejected.state("unknown_line", f"there is no line {number}")
    return agreement.lines[number]
