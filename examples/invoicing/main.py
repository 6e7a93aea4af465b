"""The invoicing example put together."""

from examples.invoicing.api import app
from examples.invoicing.application import POLICIES
from examples.invoicing.domain import documents
from examples.invoicing.projections import TABLES, VIEWS
from libs.runtime.service import Reaction, Service

SERVICE = Service(
    name="invoicing",
    api=app,
    views=VIEWS,
    reactions=[Reaction(policy, documents) for policy in POLICIES],
    tables=TABLES,
)
