"""The lists of SLA policies and of agreement groups, from the service's own log: each as it was put last."""

from sqlalchemy import Column, Index, Select, Text, select

from libs.events import agreement as says
from libs.kernel.view import Heard, Rows, View
from libs.runtime.projector import Projection
from libs.runtime.versions import OPEN, versioned
from services.agreement.projections.copies import TABLES

record_list = versioned(
    "record",
    TABLES,
    values=[
        Column("kind", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("body", Text, nullable=False),
    ],
)
"""`kind` is sla_policy or agreement_group, `body` the JSON of the last fact."""
Index("record_by_key", record_list.c.kind, record_list.c.key)


def _policy(_rows: Rows, fact: says.SlaPolicyVersion, _heard: Heard) -> Rows:
    return {(): {"kind": "sla_policy", "key": fact.policy, "body": fact.to_bytes().decode()}}


def _group(_rows: Rows, fact: says.AgreementGroupRecorded, _heard: Heard) -> Rows:
    return {(): {"kind": "agreement_group", "key": fact.group, "body": fact.to_bytes().decode()}}


records = Projection(
    View(
        "record",
        "agreement",
        {says.SlaPolicyDefined: _policy, says.SlaPolicyRevised: _policy, says.AgreementGroupRecorded: _group},
    ),
    record_list,
)


def page_of_records(kind: str, after: str, limit: int) -> Select[tuple[str, str, str, int]]:
    """Records of a kind in order of their keys, from the key after `after` on."""
    table = record_list.c
    return (
        select(table.kind, table.key, table.body, table.version)
        .where(table.known_to == OPEN, table.kind == kind, table.key > after)
        .order_by(table.key)
        .limit(limit)
    )
