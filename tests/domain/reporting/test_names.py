"""The views of names: what a customer, worker, project or category is called by now."""

import pytest

from libs.events.fact import Fact
from libs.events.reference import CategoryRecorded, CustomerRecorded, ProjectRecorded, WorkerRecorded
from libs.kernel.view import View
from services.reporting.projections import reference
from tests.domain.reporting.an_order import folded


def project(name: str) -> ProjectRecorded:
    return ProjectRecorded(project="P-77", name=name, type="time_and_material", currency="EUR")


@pytest.mark.parametrize(
    ("view", "first", "then", "key"),
    [
        (reference.customer, *(CustomerRecorded(customer="C-1001", name=name) for name in ("Old", "New")), "C-1001"),
        (reference.worker, *(WorkerRecorded(worker="W-1", name=name) for name in ("Old", "New")), "W-1"),
        (reference.project, *(project(name) for name in ("Old", "New")), "P-77"),
        (
            reference.category,
            *(CategoryRecorded(category="LABOUR", name=name, type="hour") for name in ("Old", "New")),
            "LABOUR",
        ),
    ],
    ids=lambda value: value.name if isinstance(value, View) else "",
)
def test_the_last_name_counts(view: View, first: Fact, then: Fact, key: str) -> None:
    assert folded(view, [first]) == {(): {"key": key, "name": "Old"}}
    assert folded(view, [first, then]) == {(): {"key": key, "name": "New"}}
