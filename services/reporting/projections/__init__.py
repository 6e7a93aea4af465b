"""What reporting sees: one publisher a view, one table a view; rows of several publishers meet in queries."""

from libs.runtime.projector import Projection
from services.reporting.projections import invoicing, order, reference, tables

METADATA = tables.METADATA

PROJECTIONS = tuple(
    Projection(view, METADATA.tables[f"{METADATA.schema}.{view.name}"])
    for view in (
        order.service_order,
        order.order_line,
        invoicing.invoiced_line,
        reference.customer,
        reference.worker,
        reference.project,
        reference.category,
    )
)
"""Every view with the table of the same name."""

SOURCES = frozenset(projection.view.publisher for projection in PROJECTIONS)
"""The publishers that reporting hears."""
