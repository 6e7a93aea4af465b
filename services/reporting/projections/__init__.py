"""What reporting sees: one publisher a view, one table a view; rows of several publishers meet in queries."""

from libs.kernel.view import View
from libs.runtime.projector import Projection
from services.reporting.projections import (
    agreement,
    billing_tables,
    fees,
    invoicing,
    journal,
    order,
    reasons,
    recognition,
    reference,
    sla,
)
from services.reporting.projections.then import as_it_happened

METADATA = billing_tables.METADATA


def _kept(view: View) -> Projection:
    return Projection(view, METADATA.tables[f"{METADATA.schema}.{view.name}"])


_OF_ORDERS = tuple(map(_kept, (order.service_order, order.order_line, invoicing.invoiced_line)))
_CLOCKS = _kept(sla.sla_clock)
_OF_SUBSCRIPTIONS = tuple(map(_kept, (fees.subscription, fees.subscription_fee, recognition.accrual_line)))

PROJECTIONS = (
    *_OF_ORDERS,
    _CLOCKS,
    *map(as_it_happened, _OF_ORDERS),
    as_it_happened(_CLOCKS, sla.effects),
    *_OF_SUBSCRIPTIONS,
    *map(as_it_happened, _OF_SUBSCRIPTIONS),
    *map(
        _kept,
        (
            reasons.order_reason,
            reference.customer,
            reference.worker,
            reference.project,
            reference.category,
            reference.calendar,
            agreement.agreement,
            agreement.agreement_term,
            agreement.agreement_group,
            agreement.sla_policy,
            recognition.accrual_schedule,
            recognition.deferral,
            journal.billing_document,
            journal.billing_line,
            journal.ledger_entry,
        ),
    ),
)
"""Every view with the table of the same name; the twins answer what is known now to have been at an instant. Rows that
are written once say themselves when they happened."""

SOURCES = frozenset(projection.view.publisher for projection in PROJECTIONS)
"""The publishers that reporting hears."""
