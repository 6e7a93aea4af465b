"""A schedule of runs: put whole, retired by putting it inactive; it remembers the last day that was asked or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from libs.events import subscription_billing_schedules as says
from libs.events.calendars import WEEKDAYS
from libs.kernel.decider import Decider, Rejected
from libs.rules.due_days import Rhythm, latest_due
from services.subscription_billing.domain.guards import Refusal, first, insist, known, something_changes
from services.subscription_billing.domain.references import Code, Group

TAKES: Mapping[says.RunOf, frozenset[str]] = {
    "fee_run": frozenset({"code", "group", "price_source"}),
    "proposal_run": frozenset(
        {"method", "grouped_by", "group", "project", "contract", "customer", "subscription", "kinds"}
    ),
    "accrual_run": frozenset({"code", "group"}),
}
"""What may be said of a run. Source: FEE-09, INV-02, ACC-08."""
NEEDS: Mapping[says.RunOf, str] = {"fee_run": "code", "proposal_run": "method", "accrual_run": "code"}
RHYTHMS: Mapping[says.Frequency, str | None] = {"daily": None, "weekly": "weekday", "monthly": "day_of_month"}
"""What says on which days."""
LONGEST_MONTH = 31


@dataclass(frozen=True)
class SetRunSchedule:
    """Put the schedule, whole. `code` and `group` are the records found of what it names."""

    terms: says.RunScheduleSet
    code: Code | None = None
    group: Group | None = None


@dataclass(frozen=True)
class TellAsked:
    """Record that the run of a day is asked."""

    day: date
    run: str


@dataclass(frozen=True)
class TellRefused:
    """Record that the run of a day cannot be asked, and the code of the rule that says so."""

    day: date
    reason: str


@dataclass(frozen=True)
class Absent:
    """No schedule yet."""


@dataclass(frozen=True)
class Standing:
    """The schedule as it was put last, with the last run that was asked and the last that was refused."""

    terms: says.RunScheduleSet
    asked: says.ScheduledRunAsked | None = None
    refused: says.ScheduledRunRefused | None = None

    @property
    def told_on(self) -> date | None:
        """The last day that is over and done with."""
        return max((told.day for told in (self.asked, self.refused) if told), default=None)


Command = SetRunSchedule | TellAsked | TellRefused
State = Absent | Standing
Fact = says.RunScheduleSet | says.ScheduledRunAsked | says.ScheduledRunRefused


def due_day(terms: says.RunScheduleSet, told_on: date | None, today: date) -> date | None:
    """The day whose run is to be asked today, or None.

    After a standstill that is the latest due day alone: catching up, earning and proposing all take what earlier days
    left. Source: FEE-16, ACC-08, INV-02.
    """
    weekday = WEEKDAYS.index(terms.weekday) if terms.weekday else 0
    day = latest_due(Rhythm(terms.frequency, terms.starts_on, weekday, terms.day_of_month or 1), today)
    return day if terms.active and day is not None and (told_on is None or told_on < day) else None


def decide(command: Command, state: State) -> Sequence[Fact]:
    """The facts that the command gives; a day that was told is not told again."""
    match command, state:
        case SetRunSchedule(terms), _:
            insist(
                _said_of_run(terms),
                _said_of_days(terms),
                known("code", terms.code, command.code),
                known("group", terms.group, command.group),
                _same_kind(terms, state),
                something_changes(state.terms if isinstance(state, Standing) else None, terms),
            )
            return [terms]
        case ((TellAsked() | TellRefused()), Standing(terms)):
            return [_told(command, terms)] if state.told_on is None or state.told_on < command.day else []
        case _:
            raise Rejected.transition("absent", ("set-run-schedule",), "there is no such schedule")


def _told(command: TellAsked | TellRefused, terms: says.RunScheduleSet) -> Fact:
    if isinstance(command, TellAsked):
        return says.ScheduledRunAsked(schedule=terms.schedule, day=command.day, kind=terms.kind, run=command.run)
    return says.ScheduledRunRefused(schedule=terms.schedule, day=command.day, kind=terms.kind, reason=command.reason)


def _said_of_run(terms: says.RunScheduleSet) -> Refusal:
    """A run is asked by what it needs, and by nothing that it could not mind."""
    every = sorted(frozenset().union(*TAKES.values()))
    return first(
        _missing(terms, NEEDS[terms.kind]),
        *(_unwanted(terms, name, terms.kind) for name in every if name not in TAKES[terms.kind]),
    )


def _same_kind(terms: says.RunScheduleSet, state: State) -> Refusal:
    """Who may ask for the one kind need not be allowed to stop the other."""
    if isinstance(state, Absent) or state.terms.kind == terms.kind:
        return None
    return Rejected.state(
        "kind_fixed", f"the schedule asks for a {state.terms.kind.replace('_', ' ')}, and always will"
    )


def _said_of_days(terms: says.RunScheduleSet) -> Refusal:
    named = RHYTHMS[terms.frequency]
    others = [name for name in RHYTHMS.values() if name is not None and name != named]
    return first(
        _missing(terms, named) if named else None,
        *(_unwanted(terms, name, terms.frequency) for name in others),
        _in_a_month(terms.day_of_month),
    )


def _missing(terms: says.RunScheduleSet, name: str) -> Refusal:
    if getattr(terms, name) is not None:
        return None
    return Rejected.value("missing", f"the {name.replace('_', ' ')} is not said", field=f"/{name}")


def _unwanted(terms: says.RunScheduleSet, name: str, kind: str) -> Refusal:
    if not getattr(terms, name):
        return None
    sentence = f"a {kind.replace('_', ' ')} has no {name.replace('_', ' ')}"
    return Rejected.value("not_for_type", sentence, field=f"/{name}")


def _in_a_month(day: int | None) -> Refusal:
    if day is None or 1 <= day <= LONGEST_MONTH:
        return None
    return Rejected.value("invalid_number", f"a month has 1 to {LONGEST_MONTH} days", field="/day_of_month")


def evolve(state: State, fact: Fact) -> State:
    """The last word stands, and keeps what was told before it."""
    match fact, state:
        case says.RunScheduleSet(), Standing():
            return replace(state, terms=fact)
        case says.RunScheduleSet(), Absent():
            return Standing(fact)
        case says.ScheduledRunAsked(), Standing():
            return replace(state, asked=fact)
        case says.ScheduledRunRefused(), Standing():
            return replace(state, refused=fact)
        case _:
            return state


run_schedule: Decider[Command, State, Fact] = Decider(Absent(), decide, evolve)
