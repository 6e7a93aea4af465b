"""An order comes into being, and its header changes: ORD-01, ORD-02, ORD-04, ORD-07."""

from dataclasses import replace
from typing import Any

import pytest

from libs.events.order import OrderRevised
from services.order.domain.service_order.creation import ReviseOrder
from services.order.domain.service_order.references import Project, Worker
from services.order.domain.service_order.state import Open
from tests.domain.order.facts import ALWAYS, REPORTS, added, created
from tests.domain.order.records import ANNA, APRIL, BERT, MARCH, REPAIRS, an_order, create

HEADER: dict[str, Any] = {
    "description": "Pump leaks",
    "priority": "high",
    "responsible": "W-2",
    "preferred_technician": "W-1",
}


def test_an_order_is_created_on_a_project() -> None:
    an_order.when(create()).then(created())


def test_an_order_is_created_with_everything_that_a_header_holds() -> None:
    an_order.when(create(**HEADER, workers=(ANNA, BERT))).then(created(**HEADER))


def test_the_project_brings_its_type_currency_and_customer() -> None:
    inside = Project("P-7", "internal", None, "JPY")
    command = create(project_key="P-7", project=inside, customer_known=False, accounting_currency="JPY")
    an_order.when(command).then(created(project="P-7", project_type="internal", customer=None, currency="JPY"))


@pytest.mark.parametrize("kind", ["time_and_material", "fixed_price", "investment", "cost", "internal"])
def test_every_project_but_a_time_project_takes_orders(kind: Any) -> None:
    an_order.when(create(project=replace(REPAIRS, type=kind))).then(created(project_type=kind))


def test_a_time_project_takes_no_orders() -> None:
    an_order.when(create(project=replace(REPAIRS, type="time"))).then_refused("value", "project_type", "/project")


REFUSALS = [
    (create(project=None), "unknown_reference", "/project"),
    (create(project=replace(REPAIRS, active=False)), "inactive_reference", "/project"),
    (create(customer_known=False), "unknown_reference", "/project"),
    (create(accounting_currency="USD"), "currency_not_accounting", "/project"),
    (create(responsible="W-9"), "unknown_reference", "/responsible"),
    (create(responsible="W-1", workers=(BERT,)), "unknown_reference", "/responsible"),
    (create(responsible="W-1", workers=(Worker("W-1", active=False),)), "inactive_reference", "/responsible"),
    (create(preferred_technician="W-9", workers=(ANNA,)), "unknown_reference", "/preferred_technician"),
    (
        create(preferred_technician="W-2", workers=(Worker("W-2", active=False),)),
        "inactive_reference",
        "/preferred_technician",
    ),
]


@pytest.mark.parametrize(
    ("command", "reason", "field"), REFUSALS, ids=[f"{row[1]} {row[2]} {n}" for n, row in enumerate(REFUSALS)]
)
def test_what_an_order_names_must_stand(command: Any, reason: str, field: str) -> None:
    an_order.when(command).then_refused("value", reason, field)


def test_an_order_is_created_once() -> None:
    an_order.given(created()).when(create()).then_not_allowed(
        "open",
        "revise-order",
        "add-line",
        "revise-line",
        "override-price",
        "cancel-line",
        "cancel-order",
        "sign-off",
        "withdraw-sign-off",
        "post",
        "adjust-posted-line",
        "start-sla-recording",
        "stop-sla-recording",
        "cancel-sla",
        "change-sla-policy",
        *REPORTS,
        *ALWAYS,
    )


def test_the_header_is_told_whole_and_what_is_not_given_stays() -> None:
    (
        an_order.given(created(**HEADER))
        .when(ReviseOrder(service_date=APRIL))
        .then(OrderRevised(**{**HEADER, "service_date": APRIL}))
        .when(ReviseOrder(priority="low", preferred_technician="W-2", workers=(BERT,)))
        .then(OrderRevised(**{**HEADER, "service_date": APRIL, "priority": "low", "preferred_technician": "W-2"}))
    )


def test_none_takes_a_value_away() -> None:
    everything = ReviseOrder(description=None, priority=None, responsible=None, preferred_technician=None)
    an_order.given(created(**HEADER)).when(everything).then(OrderRevised(service_date=MARCH))


@pytest.mark.parametrize(
    "command", [ReviseOrder(), ReviseOrder(service_date=MARCH), ReviseOrder(**HEADER)], ids=["empty", "date", "all"]
)
def test_a_header_is_not_revised_into_itself(command: ReviseOrder) -> None:
    an_order.given(created(**HEADER)).when(command).then_refused("state", "nothing_to_change")


def test_the_workers_of_a_revised_header_must_stand() -> None:
    an_order.given(created()).when(ReviseOrder(responsible="W-9")).then_refused(
        "value", "unknown_reference", "/responsible"
    )
    gone = ReviseOrder(preferred_technician="W-2", workers=(Worker("W-2", active=False),))
    an_order.given(created()).when(gone).then_refused("value", "inactive_reference", "/preferred_technician")


def test_a_worker_who_has_left_may_stay_in_a_header_that_changes_elsewhere() -> None:
    left = ReviseOrder(service_date=APRIL, responsible="W-2", workers=(Worker("W-2", active=False),))
    an_order.given(created(responsible="W-2")).when(left).then(OrderRevised(service_date=APRIL, responsible="W-2"))


def test_another_service_date_leaves_the_lines_as_they_are() -> None:
    """Prices are frozen when a line is added. Source: 3.4."""
    order = an_order.given(created(), added(1))
    revised = order.when(ReviseOrder(service_date=APRIL)).then(OrderRevised(service_date=APRIL))
    assert isinstance(order.state, Open)
    assert isinstance(revised.state, Open)
    assert revised.state.lines == order.state.lines
