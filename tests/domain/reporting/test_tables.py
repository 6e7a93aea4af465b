"""Views and tables: the rows that a view folds are the rows that its table holds, in the shape in which they come back."""

from datetime import date, datetime
from typing import Any

import pytest

from libs.events.agreement import AgreementGroupRecorded
from libs.events.fact import Fact
from libs.events.order_stages import OrderReasonGiven
from libs.events.reference import CategoryRecorded, CustomerRecorded, WorkerRecorded
from libs.runtime.projector import Projection
from services.reporting.projections import PROJECTIONS
from tests.domain.reporting import a_subscription
from tests.domain.reporting.an_order import (
    HOUR,
    LINES,
    THE_HOURS,
    created,
    failed,
    folded,
    invoice,
    posted,
    reversal,
    revised,
)
from tests.domain.reporting.an_sla_clock import OFFICE, at, story
from tests.domain.reporting.test_agreements import AGREED, policy
from tests.domain.reporting.test_names import project

TOLD: dict[str, list[Fact]] = {
    "order": [
        *(created(), revised(), *LINES, failed(HOUR), posted(THE_HOURS), reversal(posted(THE_HOURS), 2)),
        *story(("started", at(10, 9)), ("paused", at(10, 12)), ("resumed", at(10, 14)), until=at(12)),
        OrderReasonGiven(entry=1, kind="close", code="PARTS"),
    ],
    "invoicing": [invoice("INV-1", (HOUR, "225.00"))],
    "reference": [
        CustomerRecorded(customer="C-1001", name="Jansen"),
        WorkerRecorded(worker="W-1", name="An"),
        project("Boilers"),
        CategoryRecorded(category="LABOUR", name="Labour", type="hour"),
        OFFICE,
    ],
    "subscription_billing": [fact for _, fact in a_subscription.CHAIN],
    "agreement": [*AGREED, AgreementGroupRecorded(group="GOLD", description="Gold customers"), policy()],
}


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.view.name)
def test_a_view_fills_every_column_of_its_table(projection: Projection) -> None:
    rows = folded(projection.view, TOLD[projection.view.publisher])
    assert rows
    for key, row in rows.items():
        assert len(key) == len(projection.table.info["key"])
        assert set(row) == set(projection.table.info["values"])


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.view.name)
def test_rows_hold_only_what_a_table_gives_back(projection: Projection) -> None:
    """Numbers are text before and after storage; so no fold can come to depend on where a batch ended."""
    kinds: set[Any] = {
        type(value)
        for row in folded(projection.view, TOLD[projection.view.publisher]).values()
        for value in row.values()
    }
    assert kinds <= {str, int, bool, date, datetime, type(None)}


def test_each_view_hears_one_publisher() -> None:
    for projection in PROJECTIONS:
        assert {fact.publisher for fact in projection.view.folds if issubclass(fact, Fact)} == {
            projection.view.publisher
        }
