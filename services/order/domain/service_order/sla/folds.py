"""What the SLA facts make of an order's clocks."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from libs.events import order_sla as says
from services.order.domain.service_order.sla.clocks import ClockState, ClockTerms, Sla, point_told
from services.order.domain.service_order.state import Existing

Standing = TypeVar("Standing", bound=Existing)


def attached(order: Standing, fact: says.OrderSlaAttached) -> Standing:
    """A clock for each target; each runs once it is told to have started."""
    clocks = {
        clock.clock: ClockState(clock.clock, ClockTerms.of(fact, clock.clock), fact.calendar_versions)
        for clock in fact.clocks
        if clock.clock not in order.sla.clocks
    }
    return replace(order, sla=Sla({**order.sla.clocks, **clocks}))


def marked(order: Standing, fact: says.SlaMark) -> Standing:
    """The clock after what happened to it; an order without this clock stays as it is."""
    clock = order.sla.clocks.get(fact.clock)
    return order if clock is None else replace(order, sla=order.sla.with_clock(_MARKS[type(fact)](clock, fact)))


def _started(clock: ClockState, fact: says.OrderSlaStarted) -> ClockState:
    return clock.marked("started", fact.at)


def _paused(clock: ClockState, fact: says.OrderSlaPaused) -> ClockState:
    cause = fact.reason or fact.stage or fact.cause
    return replace(clock.marked("paused", fact.at, cause), phase="paused", paused_by=fact.cause)


def _resumed(clock: ClockState, fact: says.OrderSlaResumed) -> ClockState:
    return replace(clock.marked("resumed", fact.at), phase="running", paused_by=None)


def _stopped(clock: ClockState, fact: says.OrderSlaStopped) -> ClockState:
    return replace(clock.marked("stopped", fact.at, fact.cause), phase="stopped", paused_by=None, stopped_by=fact.cause)


def _reopened(clock: ClockState, fact: says.OrderSlaReopened) -> ClockState:
    """A miss stays one."""
    verdict: says.SlaVerdict = "missed" if clock.verdict == "missed" else "running"
    return replace(clock.marked("reopened", fact.at), phase="running", stopped_by=None, verdict=verdict)


def _policy_changed(clock: ClockState, fact: says.OrderSlaPolicyChanged) -> ClockState:
    """Other terms, and with them other at-risk points."""
    changed = clock.marked("retargeted", fact.at, terms=ClockTerms.of(fact, clock.name), retroactive=fact.retroactive)
    return replace(changed, versions=fact.calendar_versions, at_risk=())


def _calendar_changed(clock: ClockState, fact: says.OrderSlaCalendarChanged) -> ClockState:
    return replace(clock, versions=fact.calendar_versions)


def _at_risk(clock: ClockState, fact: says.OrderSlaAtRisk) -> ClockState:
    return replace(clock, at_risk=(*clock.at_risk, point_told(fact.point)))


def _missed(clock: ClockState, fact: says.OrderSlaMissed) -> ClockState:
    return replace(clock, verdict="missed", verdict_at=fact.at)


def _met(clock: ClockState, fact: says.OrderSlaMet) -> ClockState:
    return replace(clock, verdict="met", verdict_at=fact.at)


def _corrected(clock: ClockState, fact: says.OrderSlaCorrected) -> ClockState:
    """The last word counts."""
    return replace(clock, verdict=fact.now, verdict_at=fact.at)


def _canceled(clock: ClockState, fact: says.OrderSlaCanceled) -> ClockState:
    """A miss stays one."""
    verdict: says.SlaVerdict = "missed" if clock.verdict == "missed" else "canceled"
    return replace(clock.marked("canceled", fact.at, fact.cause), phase="canceled", paused_by=None, verdict=verdict)


_MARKS: Mapping[type[says.SlaMark], Callable[[ClockState, Any], ClockState]] = {
    says.OrderSlaStarted: _started,
    says.OrderSlaPaused: _paused,
    says.OrderSlaResumed: _resumed,
    says.OrderSlaStopped: _stopped,
    says.OrderSlaReopened: _reopened,
    says.OrderSlaPolicyChanged: _policy_changed,
    says.OrderSlaCalendarChanged: _calendar_changed,
    says.OrderSlaAtRisk: _at_risk,
    says.OrderSlaMissed: _missed,
    says.OrderSlaMet: _met,
    says.OrderSlaCorrected: _corrected,
    says.OrderSlaCanceled: _canceled,
}
FACTS = tuple(_MARKS)
