"""What reporting keeps: orders with their lines, what was invoiced of them, agreements, and what things are called."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, MetaData, Numeric, Table, Text, Uuid

from libs.runtime.versions import versioned

METADATA = MetaData(schema="read")

service_order = versioned(
    "service_order",
    METADATA,
    values=[
        Column("number", Text, nullable=False),
        Column("agreement", Uuid(as_uuid=False)),
        Column("project", Text, nullable=False),
        Column("customer", Text),
        Column("service_date", Date, nullable=False),
        Column("currency", Text, nullable=False),
        Column("description", Text),
        Column("priority", Text),
        Column("responsible", Text),
        Column("preferred_technician", Text),
        Column("stage", Text),
        Column("canceled", Boolean, nullable=False),
    ],
)
"""`canceled` says that the order as a whole was; its progress follows from its lines. Source: LIF-01."""

for _column in ("number", "service_date", "customer", "project", "agreement"):
    Index(f"service_order_{_column}", service_order.c[_column])

order_line = versioned(
    "order_line",
    METADATA,
    key=[Column("line", BigInteger)],
    values=[
        Column("state", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("category", Text),
        Column("worker", Text),
        Column("item", Text),
        Column("description", Text),
        Column("line_property", Text),
        Column("chargeable", Boolean, nullable=False),
        Column("tax_groups", Text, nullable=False),
        Column("expected_quantity", Numeric),
        Column("expected_unit_cost", Numeric),
        Column("expected_cost", Numeric),
        Column("expected_unit_price", Numeric),
        Column("expected_sales", Numeric),
        Column("posted_quantity", Numeric),
        Column("posted_unit_cost", Numeric),
        Column("posted_cost", Numeric),
        Column("posted_unit_price", Numeric),
        Column("posted_sales", Numeric),
        Column("posting_id", Uuid(as_uuid=False)),
        Column("posting_number", BigInteger),
        Column("transaction", Uuid(as_uuid=False)),
        Column("posted_on", Date),
        Column("posting_failure", Text),
    ],
)
"""`state` is created, posted or canceled; `tax_groups` are keys with blanks between, which no key contains.

Posted columns are those of the live transaction, `posted_on` is the day (UTC) on which it happened. A line that was
posted without ever having been added has no expected figures. Source: MAR-05.
"""

invoiced_line = versioned(
    "invoiced_line",
    METADATA,
    key=[Column("line", BigInteger)],
    values=[
        Column("documents", Text, nullable=False),
        Column("issued_on", Date, nullable=False),
        Column("currency", Text, nullable=False),
        Column("amount", Numeric, nullable=False),
    ],
)
"""What the documents for a line of an order come to; the stream is the order. `amount` is what invoices say less what
credit notes give back, `documents` are their numbers in the order in which they were told, a line each, `issued_on` is
the latest of their dates. Source: MAR-06.

One row a line, and not one a document, so that reports join it as they join lines: a sum over documents within the
query made totals of three million lines fifty times slower.
"""

for _table, _column in ((order_line, "worker"), (order_line, "posted_on"), (invoiced_line, "issued_on")):
    Index(f"{_table.name}_{_column}", _table.c[_column])


def _named(kind: str) -> Table:
    table = versioned(
        kind, METADATA, values=[Column("key", Text, nullable=False), Column("name", Text, nullable=False)]
    )
    Index(f"{kind}_key", table.c.key)
    return table


customer, worker, project, category = (_named(kind) for kind in ("customer", "worker", "project", "category"))
agreement_group, sla_policy = (_named(kind) for kind in ("agreement_group", "sla_policy"))

agreement = versioned("agreement", METADATA, values=[Column("number", Text, nullable=False)])
agreement_term = versioned(
    "agreement_term",
    METADATA,
    key=[Column("amendment", BigInteger)],
    values=[Column("effective_on", Date, nullable=False), Column("agreement_group", Text, nullable=False)],
)
"""In which group an agreement is from a day on; amendment 0 is the agreement as it was made. Source: AGR-08."""
