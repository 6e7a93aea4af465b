"""An SLA policy: how long its clocks may take, in versions that hold from a day on and are never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from libs.events import agreement as says
from libs.events.durations import LONGEST, MOST_DAYS, AtRiskPoint, Budget, WorkingDays
from libs.kernel.decider import Decider, Rejected
from services.agreement.domain.guards import Refusal, insist


@dataclass(frozen=True)
class PutSlaPolicy:
    """Say the policy anew, as its next version. `terms` is the version as it is to be, whatever number it carries;
    `calendar_known` is not asked of a policy without a calendar."""

    terms: says.SlaPolicyDefined
    calendar_known: bool


@dataclass(frozen=True)
class Absent:
    """No version yet."""


@dataclass(frozen=True)
class Defined:
    """The policy with all its versions, as recorded, numbered from 1."""

    versions: tuple[says.SlaPolicyVersion, ...]

    @property
    def last(self) -> says.SlaPolicyVersion:
        """The version recorded last; its word on `active` counts. Source: SLA-03."""
        return self.versions[-1]


State = Absent | Defined
Fact = says.SlaPolicyVersion


def decide(command: PutSlaPolicy, state: State) -> Sequence[Fact]:
    """The next version, also when nothing in it changed: a `PUT` is an owner's word. Source: SLA-01."""
    terms = command.terms
    insist(
        _some_clock(terms),
        *(_clock_stands(name, clock) for name, clock in terms.clocks.items()),
    )
    insist(
        _in_order(terms),
        *(_names_a_clock(place, name, terms) for place, name in enumerate(terms.never_pauses)),
        _calendar_stands(terms, command.calendar_known),
        _days_are_open(terms),
    )
    match state:
        case Absent():
            return [terms.model_copy(update={"version": 1})]
        case Defined(versions):
            return [says.SlaPolicyRevised(**_values(terms) | {"version": len(versions) + 1})]


def evolve(state: State, fact: Fact) -> State:
    """One more version."""
    return Defined((*(state.versions if isinstance(state, Defined) else ()), fact))


sla_policy: Decider[PutSlaPolicy, State, Fact] = Decider(Absent(), decide, evolve)


def _values(terms: says.SlaPolicyVersion) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in says.SlaPolicyVersion.model_fields}


def _some_clock(terms: Fact) -> Refusal:
    return None if terms.clocks else Rejected.value("missing", "A policy measures something.", field="/clocks")


def _clock_stands(name: str, clock: says.ClockTargets) -> Refusal:
    """What must hold of one clock, the first fault first."""
    place = f"/clocks/{name}"
    faults = (
        *(_target_in_range(f"{place}/targets/{priority}", budget) for priority, budget in clock.targets.items()),
        _normal_is_said(place, clock),
        *(_before_fits(f"{place}/at_risk/{n}", point, clock) for n, point in enumerate(clock.at_risk)),
        _points_differ(f"{place}/at_risk", clock.at_risk),
    )
    return next((fault for fault in faults if fault is not None), None)


def _target_in_range(field: str, budget: Budget) -> Refusal:
    """More than nothing, at most a year. Source: data PER-009 and PER-011."""
    if isinstance(budget, WorkingDays):
        fits = 1 <= budget.working_days <= MOST_DAYS
    else:
        fits = timedelta(0) < budget <= LONGEST
    return (
        None if fits else Rejected.value("sla_target_range", "A target is above zero and at most a year.", field=field)
    )


def _normal_is_said(place: str, clock: says.ClockTargets) -> Refusal:
    """An order without a priority is normal, and so is measured one whose priority has no target of its own."""
    if "normal" in clock.targets:
        return None
    return Rejected.value("missing", "A clock has a target for normal orders.", field=f"{place}/targets/normal")


def _before_fits(field: str, point: AtRiskPoint, clock: says.ClockTargets) -> Refusal:
    """A point before the due instant lies after the start; of another unit than the budget it is not compared."""
    open_times = [budget for budget in clock.targets.values() if isinstance(budget, timedelta)]
    if point.before is None or all(point.before < budget for budget in open_times):
        return None
    return Rejected.value("at_risk_range", "An at-risk point lies within every target of its clock.", field=field)


def _points_differ(field: str, points: Sequence[AtRiskPoint]) -> Refusal:
    """Every point is raised once. Source: sla 13."""
    if len(set(points)) == len(points):
        return None
    return Rejected.value("at_risk_repeated", "Every at-risk point is named once.", field=field)


def _in_order(terms: Fact) -> Refusal:
    """Nobody is to finish before he comes; hours and working days are not compared. Source: data PER-012, sla 11."""
    response, resolution = terms.clocks.get("response"), terms.clocks.get("resolution")
    if response is None or resolution is None:
        return None
    for priority in dict.fromkeys((*response.targets, *resolution.targets)):
        if _longer(response.target(priority), resolution.target(priority)):
            sentence = f"The response to orders of priority {priority} may not take longer than their resolution."
            return Rejected.value("sla_target_order", sentence, field="/clocks/response/targets")
    return None


def _longer(one: Budget, other: Budget) -> bool:
    if isinstance(one, WorkingDays) and isinstance(other, WorkingDays):
        return one.working_days > other.working_days
    return isinstance(one, timedelta) and isinstance(other, timedelta) and one > other


def _names_a_clock(place: int, name: str, terms: Fact) -> Refusal:
    if name in terms.clocks:
        return None
    return Rejected.value("unknown_clock", f"The policy has no clock {name}.", field=f"/never_pauses/{place}")


def _calendar_stands(terms: Fact, known: bool) -> Refusal:
    """Working days, and the time of day after which the next one counts, are a calendar's. Source: sla 11 and 12."""
    if terms.calendar is not None:
        sentence = f"There is no calendar {terms.calendar}."
        return None if known else Rejected.value("unknown_reference", sentence, field="/calendar")
    if not _in_days(terms) and terms.cut_off is None:
        return None
    return Rejected.value("calendar_required", "Working days and a cut-off need a calendar.", field="/calendar")


def _days_are_open(terms: Fact) -> Refusal:
    """A clock that runs round the clock knows no working days: one would silently be 24 hours. Source: sla 1 and 11."""
    if terms.calendar_applies_to != "start_only" or not _in_days(terms):
        return None
    sentence = "A calendar that moves only the start counts no working days: give hours, or let it apply to open hours."
    return Rejected.value("working_days_start_only", sentence, field="/calendar_applies_to")


def _in_days(terms: Fact) -> bool:
    return any(isinstance(budget, WorkingDays) for clock in terms.clocks.values() for budget in clock.targets.values())
