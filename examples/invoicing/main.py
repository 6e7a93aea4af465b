"""The invoicing example put together."""

from examples.invoicing.api import app
from examples.invoicing.application import POLICIES, number_taken
from examples.invoicing.domain import documents
from examples.invoicing.projections import TABLES, VIEWS
from libs.events.invoicing import CreditNoteIssued, InvoiceIssued
from libs.runtime.service import Reaction, Service

SERVICE = Service(
    name="invoicing",
    api=app,
    views=VIEWS,
    reactions=[Reaction(policy, documents) for policy in POLICIES],
    tables=TABLES,
    numbers={InvoiceIssued: number_taken, CreditNoteIssued: number_taken},
)
