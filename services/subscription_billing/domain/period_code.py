"""A period code and the explicit periods that are generated for it: the calendar by which fees and accruals are cut."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from libs.events import subscription_billing as says
from libs.events.types import FIRST_DAY, LAST_DAY
from libs.kernel.decider import Decider, Rejected
from libs.rules.billing import CALENDAR, PeriodCalendar, PeriodCode, Span
from libs.rules.billing.codes import MONTHS
from services.subscription_billing.domain.guards import Refusal, insist, something_changes

MOST_UNITS = 366
MOST_PERIODS = 500
"""How many periods one command generates: more than forty years of months, and more than a year of days."""


@dataclass(frozen=True)
class DefinePeriodCode:
    """Say how long the periods of a code are and where they begin. Source: PER-01, PER-06."""

    terms: says.PeriodCodeDefined


@dataclass(frozen=True)
class GeneratePeriods:
    """Generate the whole periods that have at least one of the days. Source: PER-01, PER-05."""

    days: Span


@dataclass(frozen=True)
class SplitPeriod:
    """Make two periods of one; the second begins `on` a day. `has_fees` says whether a fee has days of it.

    Source: PER-03.
    """

    on: date
    has_fees: bool


@dataclass(frozen=True)
class Absent:
    """No code yet."""


@dataclass(frozen=True)
class Defined:
    """The code, with the periods generated so far, oldest first."""

    terms: says.PeriodCodeDefined
    periods: tuple[Span, ...] = ()

    @property
    def code(self) -> PeriodCode:
        """How its borders are computed: never from the border before. Source: PER-06, 5.1."""
        terms = self.terms
        return PeriodCode(terms.unit, terms.every, terms.anchor or CALENDAR, terms.anchor_day or 0)

    @property
    def calendar(self) -> PeriodCalendar:
        """The generated periods. Source: PER-05."""
        return PeriodCalendar(self.periods)


Command = DefinePeriodCode | GeneratePeriods | SplitPeriod
State = Absent | Defined
Fact = says.PeriodCodeDefined | says.PeriodsGenerated | says.PeriodSplit


def decide(command: Command, state: State) -> Sequence[Fact]:
    """The facts that the command gives."""
    match command, state:
        case DefinePeriodCode(), _:
            return _define(command.terms, state)
        case GeneratePeriods(), Defined():
            return _generate(command.days, state)
        case SplitPeriod(), Defined():
            return _split(command, state)
        case _:
            raise Rejected.transition("absent", ("define-period-code",), "there is no such period code")


def _define(terms: says.PeriodCodeDefined, state: State) -> Sequence[Fact]:
    """Once periods are generated only its name may change: what was billed by them stays explained. Source: PER-01."""
    insist(_units_count(terms), _anchor_fits(terms), _anchor_day_fits(terms))
    if isinstance(state, Defined):
        insist(something_changes(state.terms, terms))
        if state.periods and state.terms.model_copy(update={"name": terms.name}) != terms:
            raise Rejected.state("periods_generated", "its periods are generated: define another code")
    return [terms]


def _units_count(terms: says.PeriodCodeDefined) -> Refusal:
    if 1 <= terms.every <= MOST_UNITS:
        return None
    return Rejected.value("invalid_number", f"a period has 1 to {MOST_UNITS} units", field="/every")


def _anchor_fits(terms: says.PeriodCodeDefined) -> Refusal:
    """A code of the calendar has no anchor, and one unit: several are counted from a day. Source: PER-06."""
    if terms.alignment == "anchored":
        missing = Rejected.value("missing", "an anchored code names the day that it begins on", field="/anchor")
        return missing if terms.anchor is None else None
    if terms.every != 1:
        return Rejected.value(
            "anchor_required", "several units are counted from a day: anchor the code", field="/every"
        )
    if terms.anchor is None and terms.anchor_day is None:
        return None
    return Rejected.value("not_anchored", "a code of the calendar has no anchor", field="/anchor")


def _anchor_day_fits(terms: says.PeriodCodeDefined) -> Refusal:
    """A day of the month, on which the first period does begin. Source: PER-06."""
    if terms.anchor_day is None or terms.anchor is None:
        return None
    if terms.unit not in MONTHS or not 1 <= terms.anchor_day <= 31:
        return Rejected.value("invalid_number", "periods of months begin on a day from 1 to 31", field="/anchor_day")
    if Defined(terms).code.boundary(0) == terms.anchor:
        return None
    return Rejected.value("anchor_day_differs", f"{terms.anchor} is not such a day", field="/anchor_day")


def _generate(days: Span, state: Defined) -> Sequence[Fact]:
    """Those that are there already are left out; the rest must follow them or come right before. Source: PER-05."""
    covering, own = state.code.covering(days), state.calendar.days
    fresh = tuple(period for period in covering if own is None or own.intersection(period) is None)
    insist(_within_the_calendar(fresh), something_changes((), fresh), _not_too_many(fresh), _no_gap(fresh, own))
    return [says.PeriodsGenerated(code=state.terms.code, periods=fresh)]


def _within_the_calendar(periods: Sequence[Span]) -> Refusal:
    if not periods or (periods[0].first >= FIRST_DAY and periods[-1].last <= LAST_DAY):
        return None
    return Rejected.value("outside_calendar", f"periods lie from {FIRST_DAY} to {LAST_DAY}", field="/days")


def _not_too_many(periods: Sequence[Span]) -> Refusal:
    if len(periods) <= MOST_PERIODS:
        return None
    return Rejected.value("too_many_periods", f"at most {MOST_PERIODS} periods at a time", field="/days")


def _no_gap(fresh: Sequence[Span], own: Span | None) -> Refusal:
    if own is None or not fresh or (fresh[0].first <= own.until and own.first <= fresh[-1].until):
        return None
    sentence = f"periods are generated from {own.first} to {own.last}: there would be a gap"
    return Rejected.value("period_gap", sentence, field="/days")


def _split(command: SplitPeriod, state: Defined) -> Sequence[Fact]:
    """Source: PER-03."""
    period = state.calendar.containing(command.on)
    if period is None:
        raise Rejected.state("periods_not_generated", f"no period is generated for {command.on}")
    if period.first == command.on:
        raise Rejected.value("nothing_to_split", f"a period begins on {command.on} already", field="/on")
    if command.has_fees:
        sentence = f"there are fees for days from {period.first} to {period.last}"
        raise Rejected.state("period_has_fees", sentence)
    return [says.PeriodSplit(code=state.terms.code, period=period, second_starts_on=command.on)]


def evolve(state: State, fact: Fact) -> State:
    """Periods are kept in order; a split takes the place of its period."""
    match fact, state:
        case says.PeriodCodeDefined(), Absent():
            return Defined(fact)
        case says.PeriodCodeDefined(), Defined():
            return replace(state, terms=fact)
        case says.PeriodsGenerated(), Defined():
            return replace(state, periods=_sorted({*state.periods, *fact.periods}))
        case says.PeriodSplit(), Defined() if fact.period in state.periods:
            halves = Span(fact.period.first, fact.second_starts_on), Span(fact.second_starts_on, fact.period.until)
            return replace(state, periods=_sorted({*state.periods, *halves} - {fact.period}))
        case _:
            return state


def _sorted(periods: set[Span]) -> tuple[Span, ...]:
    return tuple(sorted(periods, key=lambda period: period.first))


period_code: Decider[Command, State, Fact] = Decider(Absent(), decide, evolve)
