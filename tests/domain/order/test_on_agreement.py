"""Orders on agreements: ORD-01, ORD-03, AGR-04, AGR-05, AGL-04, AGL-05, CFG-03."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from libs.events.order import OrderRevised
from libs.events.order_stages import OrderStageChanged
from libs.kernel.period import Period
from libs.kernel.worktime import WorkCalendar
from services.order.domain.parameters import Parameters
from services.order.domain.service_order.creation import CreateOrder, PlannedLine, ReviseOrder
from services.order.domain.service_order.state import LineEntry
from services.order.domain.service_order.surroundings import Agreement, AgreementLine, Asked, Surroundings
from tests.domain.order.facts import CALL, HOURS, PUMPS, added, created, priced
from tests.domain.order.measured import STAGES, local, policy, version
from tests.domain.order.records import MARCH, REPAIRS, an_order, call_out, create, found, hours, pumps

ID = "5f0c2c9e-0002-5000-8000-000000000002"
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
ACTIVE = Agreement(id=ID, state="active", project="P-1", customer="C-1001", validity=Period.closed(FIRST, LAST))
AUGUST = date(2026, 8, 31)
TERMINATED = replace(ACTIVE, state="terminated", terminated_on=AUGUST)
ON_IT = created(agreement=ID)


def asked(command: Any, agreement: Agreement | None = ACTIVE, when: str = "2026-03-01 09:00", **around: Any) -> Asked:
    return Asked(command, Surroundings(at=local(when), agreement=agreement, **around))


def on(day: date = MARCH, **values: Any) -> CreateOrder:
    return create(agreement=ID, service_date=day, **values)


def line(number: int, entry: LineEntry, **values: Any) -> AgreementLine:
    return replace(AgreementLine(number, entry, Period.closed(FIRST, LAST)), **values)


def planned(*lines: AgreementLine) -> tuple[PlannedLine, ...]:
    return tuple(PlannedLine(each, found(each.entry)) for each in lines)


@pytest.mark.parametrize("day", [FIRST, MARCH, LAST])
def test_an_agreement_takes_orders_from_its_first_day_to_its_last(day: date) -> None:
    """AGR-04: both days included."""
    an_order.when(asked(on(day))).then(created(agreement=ID, service_date=day))


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2027, 1, 1)])
def test_no_order_outside_the_agreement(day: date) -> None:
    """ORD-03, AGR-04."""
    an_order.when(asked(on(day))).then_refused("value", "outside_validity", "/service_date")


def test_an_agreement_without_end_takes_orders_for_ever() -> None:
    endless, day = replace(ACTIVE, validity=Period.closed(FIRST, None)), date(2040, 1, 1)
    an_order.when(asked(on(day), endless)).then(created(agreement=ID, service_date=day))
    an_order.when(asked(on(date(2025, 1, 1)), endless)).then_refused("value", "outside_validity", "/service_date")


@pytest.mark.parametrize("state", ["draft", "suspended"])
def test_a_draft_and_a_suspended_agreement_take_no_orders(state: str) -> None:
    """AGR-05, contracts 7."""
    an_order.when(asked(on(), replace(ACTIVE, state=state))).then_refused("state", f"agreement_{state}")


def test_a_terminated_agreement_takes_orders_up_to_its_last_day() -> None:
    an_order.when(asked(on(AUGUST), TERMINATED)).then(created(agreement=ID, service_date=AUGUST))
    later = on(date(2026, 9, 1))
    an_order.when(asked(later, TERMINATED)).then_refused("value", "agreement_terminated", "/service_date")


def test_after_the_last_day_a_terminated_agreement_takes_none_for_an_earlier_day_either() -> None:
    in_time, too_late = "2026-08-31 23:00", "2026-09-02 09:00"
    an_order.when(asked(on(AUGUST), TERMINATED, in_time)).then(created(agreement=ID, service_date=AUGUST))
    an_order.when(asked(on(AUGUST), TERMINATED, too_late)).then_refused("state", "agreement_terminated")


@pytest.mark.parametrize(
    ("zone", "at", "over"),
    [
        ("Europe/Brussels", "2026-08-31 23:59", False),
        ("Europe/Brussels", "2026-09-01 00:00", True),  # 22:00 of the last day in UTC
        ("America/New_York", "2026-09-01 05:59", False),  # 03:59 of the next day in UTC
        ("America/New_York", "2026-09-01 06:00", True),
        (None, "2026-09-01 01:59", False),
        (None, "2026-09-01 02:00", True),
    ],
)
def test_the_last_day_ends_at_midnight_where_the_policys_calendar_is(zone: str | None, at: str, over: bool) -> None:
    """contracts 7: in UTC where nothing names a zone. `at` is Brussels' time."""
    around = {
        "policy": None if zone is None else policy(calendar="THERE"),
        "calendars": {} if zone is None else {"THERE": WorkCalendar("THERE", (version(time_zone=zone),))},
    }
    outcome = an_order.when(asked(on(AUGUST), TERMINATED, at, **around))
    if over:
        outcome.then_refused("state", "agreement_terminated")
    else:
        outcome.then_accepted()


def test_an_agreement_that_was_not_heard_of_is_unknown() -> None:
    an_order.when(asked(on(), None)).then_refused("value", "unknown_reference", "/agreement")


def test_the_agreement_is_the_projects() -> None:
    other = on(project_key="P-2", project=replace(REPAIRS, key="P-2"))
    an_order.when(asked(other)).then_refused("value", "unknown_reference", "/agreement")


def test_without_an_agreement_the_parameters_decide() -> None:
    """CFG-03, [?1]."""
    an_order.when(asked(create(), None)).then(created())
    only = Parameters(allow_without_agreement=False)
    an_order.when(asked(create(), None, parameters=only)).then_refused("value", "agreement_required", "/agreement")
    an_order.when(asked(on(), parameters=only)).then(ON_IT)


def test_a_new_order_stands_in_the_first_stage() -> None:
    """STG-02, GEN-10; STG-11: without stages in none."""
    begun = OrderStageChanged(stage="PLANNED", direction="first", at=local("2026-03-01 09:00"))
    an_order.when(asked(on(), stages=STAGES)).then(ON_IT, begun)
    an_order.when(asked(on())).then(ON_IT)


def test_the_lines_chosen_come_with_the_prices_found_and_are_numbered_anew() -> None:
    """ORD-01 b and c: each names the agreement's line that it came from."""
    chosen = planned(line(7, pumps()), line(2, call_out()), line(4, hours("2.5")))
    half = HOURS | priced("2.5", "40.00", "100.00", "75.00", "187.50")
    an_order.when(asked(on(lines=chosen), stages=STAGES)).then(
        ON_IT,
        OrderStageChanged(stage="PLANNED", direction="first", at=local("2026-03-01 09:00")),
        added(1, PUMPS, agreement_line=7),
        added(2, CALL, agreement_line=2),
        added(3, half, agreement_line=4),
    )


def test_a_line_may_be_chosen_without_the_others() -> None:
    an_order.when(asked(on(lines=planned(line(4, hours()))))).then(ON_IT, added(1, agreement_line=4))


def test_a_line_is_chosen_once() -> None:
    """ORD-01: what is needed twice is a quantity."""
    twice = planned(line(4, hours()), line(2, call_out()), line(4, hours()))
    an_order.when(asked(on(lines=twice))).then_refused("value", "duplicate_line", "/agreement_lines")


def test_a_stopped_line_yields_no_order() -> None:
    """AGL-05: and with it nothing of the order comes to be."""
    chosen = planned(line(1, hours()), line(2, call_out(), stopped=True))
    an_order.when(asked(on(lines=chosen))).then_refused("state", "agreement_line_stopped")


SPRING = Period.closed(date(2026, 3, 2), date(2026, 3, 31))


@pytest.mark.parametrize(("day", "yields"), [(1, False), (2, True), (31, True)])
def test_a_line_yields_orders_on_the_days_of_its_own(day: int, yields: bool) -> None:
    """AGL-04: both days included."""
    service_date = date(2026, 3, day)
    outcome = an_order.when(asked(on(service_date, lines=planned(line(1, hours(), validity=SPRING)))))
    if yields:
        outcome.then(created(agreement=ID, service_date=service_date), added(1, agreement_line=1))
    else:
        outcome.then_refused("value", "outside_validity", "/service_date")


def test_a_line_without_end_is_bound_by_its_first_day_only() -> None:
    endless = planned(line(1, hours(), validity=Period.closed(MARCH, None)))
    an_order.when(asked(on(LAST, lines=endless))).then_accepted()
    an_order.when(asked(on(FIRST, lines=endless))).then_refused("value", "outside_validity", "/service_date")


def test_an_order_begins_with_lines_also_in_a_stage_that_allows_no_change() -> None:
    """The stage binds what comes after the order was made."""
    rigid = replace(STAGES, stages={"PLANNED": STAGES.stages["PLANNED"].model_copy(update={"allows_modify": False})})
    outcome = an_order.when(asked(on(lines=planned(line(4, hours()))), stages=rigid)).then_accepted()
    outcome.when(asked(ReviseOrder(description="More"), stages=rigid)).then_refused("state", "stage_forbids_modify")


def test_a_visit_is_moved_within_its_agreement_only() -> None:
    """AGR-04, ORD-07."""
    order = an_order.given(ON_IT)
    order.when(asked(ReviseOrder(service_date=LAST))).then(OrderRevised(service_date=LAST))
    out = ReviseOrder(service_date=date(2027, 1, 1))
    order.when(asked(out)).then_refused("value", "outside_validity", "/service_date")
    past = ReviseOrder(service_date=date(2026, 9, 1))
    order.when(asked(past, TERMINATED)).then_refused("value", "agreement_terminated", "/service_date")
    order.when(asked(ReviseOrder(service_date=AUGUST), TERMINATED, "2026-10-01 09:00")).then(
        OrderRevised(service_date=AUGUST)
    )


def test_an_order_of_an_agreement_that_is_suspended_or_cut_short_may_change_elsewhere() -> None:
    """[?38]: what was made stands."""
    for agreement in (replace(ACTIVE, state="suspended"), replace(TERMINATED, terminated_on=FIRST)):
        told = OrderRevised(service_date=MARCH, description="Gate code 4711")
        an_order.given(ON_IT).when(asked(ReviseOrder(description="Gate code 4711"), agreement)).then(told)


def test_the_day_of_an_order_without_agreement_is_free() -> None:
    an_order.given(created()).when(asked(ReviseOrder(service_date=date(2040, 1, 1)), None)).then(
        OrderRevised(service_date=date(2040, 1, 1))
    )
