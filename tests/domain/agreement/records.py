"""The records, entries and commands in which agreements are specified."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from services.agreement.domain.references import (
    Category,
    Group,
    Item,
    LineProperty,
    LineReferences,
    Policy,
    Project,
    TermsReferences,
    Worker,
)
from services.agreement.domain.service_agreement import service_agreement
from services.agreement.domain.service_agreement.amendment import Amend
from services.agreement.domain.service_agreement.course import Terminate
from services.agreement.domain.service_agreement.creation import CreateAgreement
from services.agreement.domain.service_agreement.lines import AddLine, ReviseLine
from services.agreement.domain.service_agreement.state import LineEntry
from tests.domain.agreement.facts import JANUARY, LAST
from tests.support.spec import specification

an_agreement = specification(service_agreement)

SERVICE = Project("P-1", "time_and_material", "C-1001")
LABOUR, TRAVEL = Category("LABOUR", "hour"), Category("TRAVEL", "expense")
PARTS, CALL_OUT = Category("PARTS", "item"), Category("CALL-OUT", "fee")
ANNA, BERT = Worker("W-1"), Worker("W-2")
FILTER = Item("I-1")
WARRANTY = LineProperty("WARRANTY")

GROUPS = {
    group.key: group
    for group in (Group("BRONZE"), Group("DENMARK", "SILVER"), Group("SWEDEN", "GOLD"), Group("LOST", "X"))
}
POLICIES = {policy.key: policy for policy in (Policy("SILVER"), Policy("GOLD"), Policy("OLD", active=False))}

_CATEGORIES = {row.key: row for row in (LABOUR, TRAVEL, PARTS, CALL_OUT)}
_WORKERS = {row.key: row for row in (ANNA, BERT)}


def terms_of(group: str, policy: str | None = None) -> TermsReferences:
    """The records of a group and of the policy named or, when none is, the group's; as they would be read."""
    record = GROUPS.get(group)
    wanted = policy or (record.sla_policy if record else None)
    return TermsReferences(record, POLICIES.get(wanted or ""))


def create(**values: Any) -> CreateAgreement:
    command = CreateAgreement(
        number="AG-000001",
        project_key="P-1",
        project=SERVICE,
        customer_known=True,
        group="BRONZE",
        found=terms_of(values.get("group", "BRONZE"), values.get("sla_policy")),
        starts_on=JANUARY,
        ends_on=LAST,
    )
    return replace(command, **values)


def amend(on: date, reads: tuple[str, str | None] = ("BRONZE", None), **values: Any) -> Amend:
    """Amend from a day on; `reads` are the group and the policy named whose records are found."""
    return Amend(effective_on=on, found=terms_of(*reads), reason="Agreed", **values)


def hours(quantity: str = "2.5", **values: Any) -> LineEntry:
    return replace(LineEntry(type="hour", quantity=Decimal(quantity), category="LABOUR"), **values)


def travel(quantity: str = "1", **values: Any) -> LineEntry:
    return replace(LineEntry(type="expense", quantity=Decimal(quantity), category="TRAVEL"), **values)


def filters(quantity: str = "2", **values: Any) -> LineEntry:
    return replace(LineEntry(type="item", quantity=Decimal(quantity), item="I-1"), **values)


def call_out(quantity: str = "1", **values: Any) -> LineEntry:
    return replace(LineEntry(type="fee", quantity=Decimal(quantity), category="CALL-OUT"), **values)


def found(entry: LineEntry, project: Project = SERVICE, **instead: Any) -> LineReferences:
    """The records that the entry names, as they would be read from the copies; `instead` puts others in place."""
    wanted = entry.line_property or project.line_property
    rows = LineReferences(
        project=project,
        category=_CATEGORIES.get(entry.category or ""),
        worker=_WORKERS.get(entry.worker or ""),
        item=FILTER if entry.item == FILTER.key else None,
        line_property=WARRANTY if wanted == WARRANTY.key else None,
    )
    return replace(rows, **instead)


def add(entry: LineEntry, **instead: Any) -> AddLine:
    return AddLine(entry, found(entry, **instead))


def revise(line: int, entry: LineEntry, **instead: Any) -> ReviseLine:
    return ReviseLine(line, entry, found(entry, **instead))


def terminate(on: date) -> Terminate:
    return Terminate(on, "Plant closed")
