"""Workers report their visits: travel, arrival, work, breaks, also late. Source: contracts 5 and 7."""

from dataclasses import replace
from typing import Any

import pytest

from libs.events.order_stages import OrderArrivalReported, OrderTravelReported, OrderWorkReported
from services.order.domain.service_order.cancellation import CancelOrder
from services.order.domain.service_order.references import Worker
from services.order.domain.service_order.state import Existing
from services.order.domain.service_order.surroundings import Asked
from services.order.domain.service_order.visits import ReportArrival, ReportTravel, ReportWork
from tests.domain.order.facts import added, created, line_posted, posting, signed
from tests.domain.order.measured import AROUND, local
from tests.domain.order.records import ANNA, BERT, an_order


def at(time: str, command: Any) -> Asked:
    return Asked(command, replace(AROUND, at=local(f"2026-05-04 {time}"), policy=None))


def travel(worker: Worker = ANNA) -> ReportTravel:
    return ReportTravel(worker.key, worker)


def arrive(worker: Worker = ANNA) -> ReportArrival:
    return ReportArrival(worker.key, worker)


def work(step: Any, worker: Worker = ANNA) -> ReportWork:
    return ReportWork(worker.key, worker, step)


def travelled(time: str, visit: int = 1, worker: str = "W-1") -> OrderTravelReported:
    return OrderTravelReported(visit=visit, worker=worker, at=local(f"2026-05-04 {time}"))


def arrived(time: str, visit: int = 1, worker: str = "W-1") -> OrderArrivalReported:
    return OrderArrivalReported(visit=visit, worker=worker, at=local(f"2026-05-04 {time}"))


def worked(time: str, step: Any, visit: int = 1, worker: str = "W-1") -> OrderWorkReported:
    return OrderWorkReported(visit=visit, worker=worker, step=step, at=local(f"2026-05-04 {time}"))


ORDER = an_order.given(created(), added(1))
THERE = ORDER.given(travelled("08:30"), arrived("09:00"))
BUSY = THERE.given(worked("09:05", "started"))


def test_a_whole_visit_with_a_break_and_the_next_one() -> None:
    visit = ORDER.when(at("08:30", travel())).then(travelled("08:30"))
    visit = visit.when(at("09:00", arrive())).then(arrived("09:00"))
    for time, step in (("09:05", "started"), ("12:00", "interrupted"), ("12:30", "continued"), ("15:00", "ended")):
        visit = visit.when(at(time, work(step))).then(worked(time, step))
    visit.when(at("16:00", travel())).then(travelled("16:00", visit=2))
    visit.when(at("16:00", arrive())).then(arrived("16:00", visit=2))


def test_a_visit_may_begin_with_the_arrival() -> None:
    ORDER.when(at("09:00", arrive())).then(arrived("09:00"))


STEPS = ("started", "interrupted", "continued", "ended")
FOLLOWS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("travel",): (),
    ("arrival",): ("started",),
    ("arrival", "started"): ("interrupted", "ended"),
    ("arrival", "started", "interrupted"): ("continued", "ended"),
    ("arrival", "started", "interrupted", "continued"): ("interrupted", "ended"),
}


@pytest.mark.parametrize("before", FOLLOWS, ids=lambda steps: steps[-1])
def test_each_step_follows_another(before: tuple[str, ...]) -> None:
    order = ORDER
    for told in before:
        reported = {"travel": travelled("09:00"), "arrival": arrived("09:00")}
        order = order.given(reported[told] if told in reported else worked("09:00", told))
    for step in STEPS:
        outcome = order.when(at("10:00", work(step)))
        if step in FOLLOWS[before]:
            outcome.then(worked("10:00", step))
        else:
            outcome.then_refused("state", "visit_step")


def test_who_has_not_come_or_has_ended_does_no_work() -> None:
    for order in (ORDER, BUSY.given(worked("10:00", "ended"))):
        for step in STEPS:
            order.when(at("11:00", work(step))).then_refused("state", "no_visit")


def test_nobody_sets_out_or_arrives_twice_for_one_visit() -> None:
    ORDER.given(travelled("08:30")).when(at("08:45", travel())).then_refused("state", "visit_open")
    THERE.when(at("09:30", travel())).then_refused("state", "visit_open")
    for order in (THERE, BUSY):
        order.when(at("09:30", arrive())).then_refused("state", "visit_step")


def test_instants_rise_within_one_visit_and_not_among_visits() -> None:
    """contracts 5: what comes late is normal."""
    THERE.when(at("08:59", work("started"))).then_refused("state", "time_goes_back")
    THERE.when(at("09:00", work("started"))).then(worked("09:00", "started"))
    ORDER.given(travelled("08:30")).when(at("08:29", arrive())).then_refused("state", "time_goes_back")
    BUSY.when(at("08:00", arrive(BERT))).then(arrived("08:00", visit=2, worker="W-2"))


def test_seconds_are_whole() -> None:
    """sla 5."""
    asked = at("09:00", arrive())
    finer = replace(asked, around=replace(asked.around, at=local("2026-05-04 09:00").replace(microsecond=999_999)))
    ORDER.when(finer).then(arrived("09:00"))


def test_several_workers_have_visits_of_their_own() -> None:
    """ORD-14."""
    both = THERE.when(at("08:40", travel(BERT))).then(travelled("08:40", visit=2, worker="W-2"))
    both = both.when(at("09:10", work("started"))).then(worked("09:10", "started"))
    both.when(at("09:15", work("started", BERT))).then_refused("state", "visit_step")
    both = both.when(at("09:20", arrive(BERT))).then(arrived("09:20", visit=2, worker="W-2"))
    assert isinstance(both.state, Existing)
    assert {number: (visit.worker, visit.step) for number, visit in both.state.visits.items()} == {
        1: ("W-1", "started"),
        2: ("W-2", "arrival"),
    }


@pytest.mark.parametrize("report", [ReportTravel, ReportArrival])
def test_the_worker_exists_and_is_active(report: Any) -> None:
    ORDER.when(at("09:00", report("W-9", None))).then_refused("value", "unknown_reference", "/worker")
    left = Worker("W-1", active=False)
    ORDER.when(at("09:00", report("W-1", left))).then_refused("value", "inactive_reference", "/worker")


def test_one_who_has_left_may_still_end_what_he_began() -> None:
    BUSY.when(at("10:00", ReportWork("W-1", Worker("W-1", active=False), "ended"))).then(worked("10:00", "ended"))


def test_a_visit_is_reported_late_to_a_posted_order_and_not_to_one_canceled() -> None:
    posted = BUSY.given(signed(1), *posting(line_posted(1), final=True))
    posted.when(at("10:00", work("ended"))).then(worked("10:00", "ended"))
    canceled = ORDER.when(at("10:00", CancelOrder())).then_accepted()
    canceled.when(at("10:30", arrive())).then_refused("state", "illegal_transition")
